// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// An open connection to a bus, for a thread that waits for one answer at a time; closed with this value.
///
/// Every call blocks, for `answerTime` at most; on a serial line also until what others send there has ended, for as
/// long as a frame lasts.
package struct ModbusConnection: ~Copyable {
    private enum Wire {
        case serial(RTUExchange)
        case tcp(TCPConversation)
    }

    private let wire: Wire
    private let responseTimeout: Duration

    /// Opens the serial line, which is then held for this process alone, or connects.
    ///
    /// - Parameter responseTimeout: from the end of a request to the beginning of its answer; also the time to connect
    ///   to each address of a host. 1 ms or more.
    /// - Throws: `ModbusError`: `.resolve` for an unknown host, `.takeLine` for a line that somebody else holds, else
    ///   `.open`: `ETIMEDOUT` when nobody took the connection in time, `EMFILE` from descriptor 1024 on.
    package init(to endpoint: ModbusEndpoint, responseTimeout: Duration) throws(ModbusError) {
        wire = try Self.open(endpoint, responseTimeout)
        self.responseTimeout = responseTimeout
    }

    /// The most that a read of `count` values may take: on a serial line the wire's own time is added to the timeout.
    package func answerTime(of table: DataTable, count: Int) -> Duration {
        let request = ModbusRequest.read(ReadRequest(unit: 0, table: table, address: 0, count: count))
        return switch wire {
        case .serial(let exchange): exchange.time(of: request, within: responseTimeout)
        case .tcp: responseTimeout
        }
    }

    /// Makes one request and waits for its answer.
    ///
    /// What came unasked before is thrown away first, so that it cannot pass for the answer.
    /// - Parameter span: for the unit to answer, 1 ms or more; on a serial line the wire's own time is added.
    /// - Returns: a read's words in order of address, a bit as 0 or 1; nothing for a write.
    /// - Throws: `ModbusError`: the unit's exception; a timeout; a bad frame, which over TCP has to be followed by
    ///   closing, as a timeout has; an echo; a connection loss.
    package mutating func exchange(
        _ request: ModbusRequest, within span: Duration
    ) throws(ModbusError) -> [UInt16] {
        guard (0...255).contains(request.unit) else { throw ModbusError(.selectUnit, code: EINVAL) }
        switch wire {
        case .serial(let exchange): return try exchange.words(for: request, within: span)
        case .tcp(let conversation): return try Self.words(of: conversation, for: request, within: span)
        }
    }

    /// Reads `count` neighbouring values within the response timeout.
    ///
    /// - Parameters:
    ///   - unit: 0...255; nobody answers at 0 on a serial line.
    ///   - address: zero-based on the wire; a manual's 40001 is 0.
    ///   - count: 1...`table.mostInOneRequest`.
    /// - Returns: `count` words in order of address; a bit is 0 or 1.
    /// - Throws: as `exchange(_:within:)`
    package mutating func read(
        _ table: DataTable, of unit: Int, at address: Int, count: Int
    ) throws(ModbusError) -> [UInt16] {
        let read = ReadRequest(unit: unit, table: table, address: address, count: count)
        return try exchange(.read(read), within: responseTimeout)
    }

    /// Switches a coil (function code 5) within the response timeout.
    package mutating func write(coil isOn: Bool, of unit: Int, at address: Int) throws(ModbusError) {
        _ = try exchange(.writeCoil(unit: unit, address: address, isOn: isOn), within: responseTimeout)
    }

    /// Sets a holding register (function code 6) within the response timeout.
    package mutating func write(register value: UInt16, of unit: Int, at address: Int) throws(ModbusError) {
        _ = try exchange(.writeRegister(unit: unit, address: address, value: value), within: responseTimeout)
    }

    /// Whether the line gives back what is sent on it, which a write cannot show: the right answer to a write is the
    /// request over again.
    ///
    /// - Parameter request: any read, of any unit; it need not answer. Without an echo it may take the whole timeout.
    /// - Throws: `ModbusError`: a connection loss, and nothing else.
    package mutating func hasEcho(of request: ReadRequest) throws(ModbusError) -> Bool {
        guard case .serial = wire else { return false }
        do throws(ModbusError) {
            _ = try exchange(.read(request), within: responseTimeout)
            return false
        } catch {
            if error.isConnectionLoss { throw error }
            return error.isEcho
        }
    }

    /// The units whose whole frames, with a right checksum, came on a serial line when another unit's answer was waited
    /// for, or none, since the last call: they are alive, if late. Over TCP none.
    package mutating func takeForeignUnits() -> Set<Int> {
        guard case .serial(let exchange) = wire else { return [] }
        return exchange.takeForeignUnits()
    }

    /// Throws away whatever comes until `span` has passed: late answers, a foreign unit's, noise. Over TCP that is every
    /// request's own matter.
    package func discardInput(for span: Duration) {
        guard case .serial(let exchange) = wire else { return }
        exchange.discard(for: span)
    }
}

extension ModbusConnection {
    private static func open(
        _ endpoint: ModbusEndpoint, _ responseTimeout: Duration
    ) throws(ModbusError) -> Wire {
        switch endpoint {
        case .serial(let path, let line): return .serial(try RTUExchange(path: path, line: line))
        case .tcp(let host, let port): return .tcp(try connect(host, port, within: responseTimeout))
        }
    }

    /// To the first address of `host` that takes the connection.
    private static func connect(
        _ host: String, _ port: UInt16, within span: Duration
    ) throws(ModbusError) -> TCPConversation {
        var failure = ModbusError(.resolve, code: EAI_NONAME)
        for address in try TCPConversation.addresses(of: host) {
            do throws(ModbusError) {
                return try connected(TCPConversation(host: address, port: port), within: span)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func connected(
        _ conversation: TCPConversation, within span: Duration
    ) throws(ModbusError) -> TCPConversation {
        let deadline = ContinuousClock.now + span
        while try conversation.proceed() != .connected { try wait(for: conversation, until: deadline, .open) }
        return conversation
    }

    private static func words(
        of conversation: TCPConversation, for request: ModbusRequest, within span: Duration
    ) throws(ModbusError) -> [UInt16] {
        let deadline = ContinuousClock.now + span
        conversation.begin(request)
        while true {
            if case .answered(let words) = try conversation.proceed() { return words }
            try wait(for: conversation, until: deadline, request.operation)
        }
    }

    private static func wait(
        for conversation: TCPConversation, until deadline: ContinuousClock.Instant, _ operation: ModbusError.Operation
    ) throws(ModbusError) {
        let wants = conversation.wants
        let events = (wants.readable ? POLLIN : 0) | (wants.writable ? POLLOUT : 0)
        // A peer that sends a byte at a time must not hold its reader beyond the deadline.
        guard ContinuousClock.now < deadline,
            Readiness.wait(for: CInt(events), of: conversation.descriptor, until: deadline)
        else { throw ModbusError(operation, code: ETIMEDOUT) }
    }
}
