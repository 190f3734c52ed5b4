// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// What requests cost on one bus, in time.
struct BusPrices {
    /// How long a unit that is not known is given to begin its answer, at the least.
    private static let shortestWait = Duration.milliseconds(20)
    /// A USB adapter gathers bytes for so long before it hands them on.
    private static let adapterPause = Duration.milliseconds(20)
    /// How long a unit takes to begin its answer, where nothing is known of it.
    private static let turnRound = Duration.milliseconds(5)

    private let configuration: ModbusBusConfiguration
    /// Nil over TCP, where the wire's time is none.
    private let line: SerialLine?
    private let ledger: UnitLedger
    /// Probes in a row that held up the polls after them, however short this side's patience.
    private var holdUps = 0
    /// So many are no accident: what is behind the address answers one request after the other.
    private static let fewestHoldUps = 3
    /// The longest that such a gateway was seen to be held up by a probe.
    private var holdUp = Duration.zero

    /// A gateway that has not answered for so long after a probe is not held up by it.
    static let longestHoldUp = Duration.seconds(5)

    init(_ configuration: ModbusBusConfiguration, _ ledger: UnitLedger) {
        self.configuration = configuration
        self.ledger = ledger
        guard case .serial(_, let line) = ModbusEndpoint(configuration.transport) else {
            line = nil
            return
        }
        self.line = line
    }

    var isTCP: Bool { line == nil }

    /// What a request without an answer costs.
    func price(of request: PollRequest) -> PollSchedule.Price { price(of: request.read) }

    /// The shortest probe lets a unit be half as slow again as it usually was.
    func price(of read: ReadRequest) -> PollSchedule.Price {
        let wire = wireTime(of: read)
        let full = configuration.responseTimeout(of: read.unit)
        let least = ledger.usualRoundTrip(of: read.unit).map { $0 * 3 / 2 } ?? Self.shortestWait
        if holdUps >= Self.fewestHoldUps {
            return PollSchedule.Price(full: max(full, holdUp), least: max(full, holdUp))
        }
        return PollSchedule.Price(full: full + wire, least: min(full, least) + wire)
    }

    /// A live unit answered after a probe that was not.
    ///
    /// - Parameter span: from the probe's beginning, where polls went unanswered meanwhile; nil where none did.
    mutating func noteProbe(heldUp span: Duration?) {
        guard let span else {
            (holdUps, holdUp) = (0, .zero)
            return
        }
        holdUps += 1
        holdUp = min(Self.longestHoldUp, max(holdUp, span))
    }

    /// What a request costs that is answered.
    func usual(of request: ModbusRequest) -> Duration {
        let wire = line.map { $0.time(of: 13 + request.pdu.count) + $0.silenceBetweenFrames * 2 } ?? .zero
        return wire + Self.turnRound
    }

    /// What both frames of a read take on the wire.
    func wireTime(of read: ReadRequest) -> Duration {
        line?.time(of: 13 + read.table.bytes(of: read.count)) ?? .zero
    }

    /// How long an answer may still come to what somebody asked of whom no more is known than the bus: another program,
    /// or this one before the connection broke. Bounded, for a bus that waits long for its units.
    var strangersLateness: Duration {
        guard let line else { return .zero }
        let own = configuration.units.values.compactMap(\.responseTimeout).max() ?? .zero
        return min(Self.longestStranger, max(own, configuration.responseTimeout) * 3) + line.time(of: 256)
    }

    private static let longestStranger = Duration.seconds(3)

    /// How long an answer may still come that must not be taken for another request's, after `waited` for it in vain:
    /// up to two response timeouts late. None over TCP, where each answer names its request.
    func lateness(of read: ReadRequest, after waited: Duration) -> Duration {
        guard let line else { return .zero }
        let answer = line.time(of: 5 + read.table.bytes(of: read.count)) + Self.adapterPause
        return configuration.responseTimeout(of: read.unit) * 3 - waited + answer
    }
}
