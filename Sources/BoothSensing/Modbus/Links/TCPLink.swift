// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Modbus

/// A bus's connection over TCP, which never blocks but to look up a host's name.
///
/// Opened when it is needed, and closed with the first answer that is none and after each response timeout: what is late
/// then finds its socket closed. After a probe that had less than its timeout it stays open.
final class TCPLink {
    /// What is allowed for a host's name that no server answers for.
    ///
    /// resolv.conf(5): 5 s, two attempts, each of three servers in turn: 30 s for a name, A and AAAA together. Where
    /// there is a search domain, a second name is tried: 60 s. Servers that do answer, slowly and with a failure, send
    /// glibc on to further domains; half as much again for them.
    static let longestResolving = Duration.seconds(90)

    private struct Exchange {
        var request: ModbusRequest
        var within: Duration
        var mayRepeat: Bool
        /// When it was sent; nil while the connection is being made.
        var began: BootTime?
    }

    private let host: String
    private let port: UInt16
    private let connectTimeout: Duration
    private let responseTimeout: (Int) -> Duration
    private let ledger: UnitLedger
    private var pause = ReopenPause()
    private var conversation: TCPConversation?
    /// Addresses of the host that are left to try.
    private var addresses: [String] = []
    private var exchange: Exchange?
    /// When the step under way is given up.
    private(set) var deadline: BootTime?

    init(_ configuration: ModbusBusConfiguration, host: String, port: UInt16, ledger: UnitLedger) {
        self.host = host
        self.port = port
        connectTimeout = configuration.responseTimeout
        responseTimeout = configuration.responseTimeout(of:)
        self.ledger = ledger
    }

    /// The socket and what to wait for on it; nil without a connection.
    var socket: (descriptor: CInt, wants: EventLoop.Readiness)? {
        conversation.map { ($0.descriptor, EventLoop.Readiness($0)) }
    }

    /// Whether a request is under way.
    var isAsking: Bool { exchange != nil }

    /// Begins a request, on a new connection if there is none.
    ///
    /// - Returns: what came of it where that is known at once.
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

    /// Goes on: the socket is ready, or the deadline has come.
    func proceed(at now: BootTime) -> BusAnswer? {
        guard let conversation else { return nil }
        do throws(ModbusError) {
            switch try conversation.proceed() {
            case .connected: return send(at: now)
            case .answered(let words): return answered(words, at: now)
            case .waiting: break
            }
        } catch {
            return failed(error, at: now)
        }
        guard let deadline, deadline <= now else { return nil }
        return late(at: now)
    }

    /// Units whose answers came after this side had given them up, since the last call.
    func takeLateUnits() -> Set<Int> {
        conversation?.takeLateUnits() ?? []
    }

    /// Gives the connection up.
    func close() {
        conversation = nil
        exchange = nil
        deadline = nil
    }

    private func connect(at now: BootTime) -> BusAnswer? {
        guard !addresses.isEmpty else { return end(pause.fail(ModbusError(.open, code: ECONNREFUSED), at: now)) }
        do throws(ModbusError) {
            conversation = try TCPConversation(host: addresses.removeFirst(), port: port)
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

    /// The deadline of the step under way has come.
    private func late(at now: BootTime) -> BusAnswer? {
        guard let exchange, exchange.began != nil else {
            return notConnected(ModbusError(.open, code: ETIMEDOUT), at: now)
        }
        let request = exchange.request
        let error = ModbusError(request.operation, code: ETIMEDOUT)
        guard exchange.within < responseTimeout(request.unit) else { return failed(error, at: now) }
        // A probe with less than its whole timeout: the answer may be on its way, and will name its transaction.
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
        conversation = nil
        if error.isTimeout || error.isBadFrame {
            pause.prove()
            return end(.nothing(error))
        }
        return end(pause.lose(error, at: now))
    }

    private func notConnected(_ error: ModbusError, at now: BootTime) -> BusAnswer? {
        conversation = nil
        return addresses.isEmpty ? end(pause.fail(error, at: now)) : connect(at: now)
    }

    private func end(_ answer: BusAnswer) -> BusAnswer {
        exchange = nil
        deadline = nil
        return answer
    }
}

extension EventLoop.Readiness {
    /// What a conversation waits for.
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
