// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus

/// A bus's connection: opened when it is needed, closed as soon as what it says could be another request's answer.
struct BusLink: ~Copyable {
    /// What came of a request.
    enum Outcome {
        case words([UInt16])
        /// The unit has no such address or value (exceptions 1 to 3).
        case refused
        /// No reading; `lateAnswer`: how long one may still come.
        case nothing(ModbusError, lateAnswer: Duration)
        /// The connection broke and is closed; the request may be made again at once.
        case broken
        /// There is no connection, or it breaks each time; not to be tried before `retryAt`.
        case down(ModbusError)
    }

    static let firstBackoff = Duration.milliseconds(100)
    static let longestBackoff = Duration.seconds(5)

    private let endpoint: ModbusEndpoint
    private let responseTimeout: Duration
    private var connection: ModbusConnection?
    /// Whether the open connection carried a request to its end.
    private var isProven = false
    private var failures = 0
    private(set) var retryAt: BootTime?

    init(_ configuration: ModbusBusConfiguration) {
        endpoint = ModbusEndpoint(configuration.transport)
        responseTimeout = configuration.responseTimeout
    }

    /// The most that a request without an answer takes.
    func answerTime(of request: PollRequest) -> Duration {
        guard case .serial(_, let line) = endpoint else { return responseTimeout }
        return responseTimeout + line.time(of: 13 + request.read.table.bytes(of: request.read.count))
    }

    /// What a request takes that is not answered; every one is given its whole response timeout.
    func price(of request: PollRequest) -> PollSchedule.Price {
        let time = answerTime(of: request)
        return PollSchedule.Price(full: time, least: time)
    }

    /// The most that `ask` takes: a host's addresses tried in turn, the request, and the same once more after noise.
    static func longestAsking(_ bus: ModbusBusConfiguration) -> Duration {
        switch ModbusEndpoint(bus.transport) {
        case .serial(_, let line): bus.responseTimeout * 5 + line.time(of: 256) * 3
        case .tcp(let host, _) where isAddress(host): bus.responseTimeout * 2
        case .tcp: bus.responseTimeout * 5 + longestResolving
        }
    }

    /// What is allowed for a host's name that no server answers for.
    ///
    /// resolv.conf(5): 5 s, two attempts, each of three servers in turn: 30 s for a name, A and AAAA together. Where
    /// there is a search domain, a second name is tried; all of it again when the connection fails, to say why: 120 s.
    /// Servers that do answer, slowly and with a failure, send glibc on to further domains; half as much again for them.
    static let longestResolving = Duration.seconds(180)

    private static func isAddress(_ host: String) -> Bool {
        var room = in6_addr()
        return inet_pton(AF_INET, host, &room) == 1 || inet_pton(AF_INET6, host, &room) == 1
    }

    /// Makes one request, on a new connection if there is none.
    mutating func ask(_ request: ReadRequest) -> Outcome {
        do throws(ModbusError) {
            if connection == nil { try open() }
        } catch {
            return fail(error)
        }
        do throws(ModbusError) {
            return try words(request)
        } catch {
            return outcome(of: error, request)
        }
    }

    private mutating func open() throws(ModbusError) {
        connection = try ModbusConnection(to: endpoint, responseTimeout: responseTimeout)
        isProven = false
    }

    private mutating func words(_ request: ReadRequest) throws(ModbusError) -> Outcome {
        do throws(ModbusError) {
            return try read(request)
        } catch {
            guard error.isBadFrame, case .serial = endpoint else { throw error }
            // A foreign unit's frame, or noise: what answers this request may still be on its way.
            connection?.discardInput(for: lateness)
            return try read(request)
        }
    }

    private mutating func read(_ request: ReadRequest) throws(ModbusError) -> Outcome {
        let words = try connection?.read(
            request.table, of: request.unit, at: request.address, count: request.count)
        prove()
        return .words(words ?? [])
    }

    private mutating func outcome(of error: ModbusError, _ request: ReadRequest) -> Outcome {
        if let exception = error.exception {
            prove()
            return exception <= 3 ? .refused : .nothing(error, lateAnswer: .zero)
        }
        if error.operation == .selectUnit { return .nothing(error, lateAnswer: .zero) }
        if error.isTimeout || error.isBadFrame {
            prove()
            // Over TCP what is late finds its socket closed; a serial line has nothing but time to tell answers apart,
            // and bad frames one after the other mean that this side is out of step with it.
            if isTCP || error.isBadFrame { connection = nil }
            return .nothing(error, lateAnswer: lateness)
        }
        connection = nil
        // Gateways close what idles; one that was good may be opened again at once.
        return isProven ? .broken : fail(error)
    }

    private mutating func prove() {
        isProven = true
        failures = 0
        retryAt = nil
    }

    /// Waits before the next try: at random, so that a thousand booths do not knock together.
    private mutating func fail(_ error: ModbusError) -> Outcome {
        connection = nil
        failures += 1
        let most = min(Self.longestBackoff, Self.firstBackoff * (1 << min(failures - 1, 10)))
        retryAt = .now() + .nanoseconds(Int64.random(in: 0...most.nanoseconds))
        return .down(error)
    }

    private var isTCP: Bool {
        if case .tcp = endpoint { true } else { false }
    }

    /// How long after its timeout an answer may still come, and must not be taken for another request's; none over TCP,
    /// where it finds its socket closed.
    private var lateness: Duration {
        guard case .serial(_, let line) = endpoint else { return .zero }
        return responseTimeout * 2 + line.time(of: 256)
    }
}
