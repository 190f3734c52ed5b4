// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Modbus

/// The TCP connection of a bus. It blocks only to resolve a host name.
///
/// Opened when needed. Closed after the first bad answer and after each full response timeout, so that a late answer
/// finds its socket closed. After a probe with less than the full timeout it stays open.
final class TCPLink {
    /// The time allowed to resolve a host name when no name server answers.
    ///
    /// resolv.conf(5): 5 s, two attempts, three servers in turn: 30 s for a name, A and AAAA together. A search domain
    /// adds a second name: 60 s. Servers that answer slowly with a failure make glibc try more domains, so half as much
    /// is added.
    static let longestResolving = Duration.seconds(90)

    /// How long the right answer may come after one that was not for the request.
    private static let sorting = Duration.milliseconds(500)

    private struct Exchange {
        var request: ModbusRequest
        var within: Duration
        var mayRepeat: Bool
        /// When the request was sent; nil while connecting.
        var began: BootTime?
    }

    private let host: String
    private let port: UInt16
    private let connectTimeout: Duration
    private let responseTimeout: (Int) -> Duration
    private let ledger: UnitLedger
    private var pause = ReopenPause()
    private var conversation: TCPConversation?
    /// The last number of the connection before.
    private var transaction: UInt16?
    /// Addresses of the host not tried yet.
    private var addresses: [String] = []
    private var exchange: Exchange?
    /// When the current step is given up.
    private(set) var deadline: BootTime?

    init(_ configuration: ModbusBusConfiguration, host: String, port: UInt16, ledger: UnitLedger) {
        self.host = host
        self.port = port
        connectTimeout = configuration.responseTimeout
        responseTimeout = configuration.responseTimeout(of:)
        self.ledger = ledger
    }

    /// The socket and the readiness to wait for; nil without a connection.
    var socket: (descriptor: CInt, wants: EventLoop.Readiness)? {
        conversation.map { ($0.descriptor, EventLoop.Readiness($0)) }
    }

    var isAsking: Bool { exchange != nil }

    /// Begins a request, on a new connection if there is none.
    ///
    /// - Returns: the result, if it is known at once.
    func begin(_ question: BusPoller.Question, at now: BootTime) -> BusAnswer? {
        exchange = Exchange(request: question.request, within: question.within, mayRepeat: question.mayRepeat)
        guard conversation == nil else { return send(at: now) }
        do throws(ModbusError) {
            addresses = isNumericAddress(host) ? [host] : try TCPConversation.addresses(of: host)
        } catch {
            return end(pause.fail(error, at: now))
        }
        return connect(at: .now())
    }

    /// Continues after the socket became ready or the deadline passed.
    func proceed(at now: BootTime) -> BusAnswer? {
        guard let conversation else { return nil }
        do throws(ModbusError) {
            switch try conversation.proceed() {
            case .connected: return send(at: now)
            case .answered(let words): return answered(words, at: now)
            case .waiting:
                guard conversation.hasOtherAnswer, let deadline, deadline > now + Self.sorting else { break }
                self.deadline = now + Self.sorting
            }
        } catch {
            return failed(error, at: now)
        }
        guard let deadline, deadline <= now else { return nil }
        return late(at: now)
    }

    /// Units whose answers came after the request was given up, since the last call.
    func takeLateUnits() -> Set<Int> {
        conversation?.takeLateUnits() ?? []
    }

    func close() {
        drop()
        exchange = nil
        deadline = nil
    }

    private func connect(at now: BootTime) -> BusAnswer? {
        guard !addresses.isEmpty else { return end(pause.fail(ModbusError(.open, code: ECONNREFUSED), at: now)) }
        do throws(ModbusError) {
            conversation = try TCPConversation(host: addresses.removeFirst(), port: port, after: transaction)
            pause.open()
            deadline = now + connectTimeout
            return nil
        } catch {
            return addresses.isEmpty ? end(pause.fail(error, at: now)) : connect(at: now)
        }
    }

    private func send(at now: BootTime) -> BusAnswer? {
        guard let request = exchange?.request, let within = exchange?.within else { return nil }
        exchange?.began = now
        deadline = now + within
        conversation?.begin(request)
        return proceed(at: now)
    }

    private func answered(_ words: [UInt16], at now: BootTime) -> BusAnswer {
        if let exchange, let began = exchange.began {
            ledger.count(.answer(roundTrip: now - began), of: exchange.request.unit)
        }
        pause.prove()
        return end(.words(words))
    }

    private func late(at now: BootTime) -> BusAnswer? {
        guard let exchange, exchange.began != nil else {
            return notConnected(ModbusError(.open, code: ETIMEDOUT), at: now)
        }
        let request = exchange.request
        let error = conversation?.lateness ?? ModbusError(request.operation, code: ETIMEDOUT)
        let isInStep = conversation?.isInStep ?? false
        guard error.isTimeout, isInStep, exchange.within < responseTimeout(request.unit) else {
            return failed(error, at: now)
        }
        // The probe had less than the full timeout. A late answer can be recognised by its transaction number.
        conversation?.abandon()
        ledger.count(.timeout, of: request.unit)
        pause.prove()
        return end(.nothing(error))
    }

    private func failed(_ error: ModbusError, at now: BootTime) -> BusAnswer? {
        guard let exchange, let began = exchange.began else { return notConnected(error, at: now) }
        if let mark = UnitLedger.Mark(error, roundTrip: now - began) { ledger.count(mark, of: exchange.request.unit) }
        if let exception = error.exception {
            pause.prove()
            return end(.exception(exception, error))
        }
        drop()
        if error.isTimeout || error.isBadFrame {
            pause.prove()
            return end(.nothing(error))
        }
        return end(pause.lose(error, at: now))
    }

    private func drop() {
        transaction = conversation?.transaction ?? transaction
        conversation = nil
    }

    private func notConnected(_ error: ModbusError, at now: BootTime) -> BusAnswer? {
        drop()
        return addresses.isEmpty ? end(pause.fail(error, at: now)) : connect(at: now)
    }

    private func end(_ answer: BusAnswer) -> BusAnswer {
        exchange = nil
        deadline = nil
        return answer
    }
}

extension EventLoop.Readiness {
    /// The readiness that a conversation waits for.
    fileprivate init(_ conversation: TCPConversation) {
        self = []
        if conversation.wants.readable { insert(.readable) }
        if conversation.wants.writable { insert(.writable) }
    }
}

/// Whether `host` needs no resolver.
func isNumericAddress(_ host: String) -> Bool {
    var room = in6_addr()
    return inet_pton(AF_INET, host, &room) == 1 || inet_pton(AF_INET6, host, &room) == 1
}
