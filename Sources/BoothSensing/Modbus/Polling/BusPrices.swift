// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// How much of a bus's time a request takes.
struct BusPrices {
    /// The shortest wait for the answer of a unit that never answered.
    private static let shortestWait = Duration.milliseconds(20)
    /// How long a USB adapter collects bytes before it passes them on.
    private static let adapterPause = Duration.milliseconds(20)
    /// How long a unit takes to begin its answer, if nothing is known of it.
    private static let turnRound = Duration.milliseconds(5)

    private let configuration: ModbusBusConfiguration
    /// Nil over TCP, where the time on the wire is not counted.
    private let line: SerialLine?
    private let ledger: UnitLedger
    /// How many probes in a row held up the polls after them.
    private var holdUps = 0
    /// From this many hold-ups on, the gateway is taken to handle one request after the other.
    private static let fewestHoldUps = 3
    /// The longest time that a probe held up this gateway.
    private var holdUp = Duration.zero

    /// A gateway that has not answered for this long after a probe counts as lost, not as held up.
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

    /// The price of an unanswered request.
    func price(of request: PollRequest) -> PollSchedule.Price { price(of: request.read) }

    /// The shortest probe allows the unit 1.5 times its usual answer time.
    func price(of read: ReadRequest) -> PollSchedule.Price {
        let wire = wireTime(of: read)
        let full = configuration.responseTimeout(of: read.unit)
        let least = ledger.usualRoundTrip(of: read.unit).map { $0 * 3 / 2 } ?? Self.shortestWait
        if holdUps >= Self.fewestHoldUps {
            return PollSchedule.Price(full: max(full, holdUp), least: max(full, holdUp))
        }
        return PollSchedule.Price(full: full + wire, least: min(full, least) + wire)
    }

    /// A live unit answered after an unanswered probe.
    ///
    /// - Parameter span: the time since the probe's start, if polls went unanswered meanwhile; otherwise nil.
    mutating func noteProbe(heldUp span: Duration?) {
        guard let span else {
            (holdUps, holdUp) = (0, .zero)
            return
        }
        holdUps += 1
        holdUp = min(Self.longestHoldUp, max(holdUp, span))
    }

    /// The price of an answered request.
    func usual(of request: ModbusRequest) -> Duration {
        let wire = line.map { $0.time(of: 13 + request.pdu.count) + $0.silenceBetweenFrames * 2 } ?? .zero
        return wire + Self.turnRound
    }

    /// The time on the wire of a read and its answer.
    func wireTime(of read: ReadRequest) -> Duration {
        line?.time(of: 13 + read.table.bytes(of: read.count)) ?? .zero
    }

    /// How long an answer may still come to an unknown request on this bus: one of another program, or one made before
    /// the connection broke. Bounded by `longestStranger`, because response timeouts may be long.
    var strangersLateness: Duration {
        guard let line else { return .zero }
        let own = configuration.units.values.compactMap(\.responseTimeout).max() ?? .zero
        return min(Self.longestStranger, max(own, configuration.responseTimeout) * 3) + line.time(of: 256)
    }

    private static let longestStranger = Duration.seconds(3)

    /// How long a late answer to `read` may still come, after waiting for `waited` in vain. It must not be taken for
    /// the answer to another request. Up to two response timeouts late; zero over TCP, where an answer names its
    /// request.
    func lateness(of read: ReadRequest, after waited: Duration) -> Duration {
        guard let line else { return .zero }
        let answer = line.time(of: 5 + read.table.bytes(of: read.count)) + Self.adapterPause
        return configuration.responseTimeout(of: read.unit) * 3 - waited + answer
    }
}
