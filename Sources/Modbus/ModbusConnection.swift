// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// An open connection to a bus, for a thread that waits for one answer at a time. Closed with this value.
///
/// Every call blocks, for `answerTime` at most. On a serial line it first waits for other senders to fall silent, for
/// the length of one frame at most.
package struct ModbusConnection: ~Copyable {
    private enum Wire {
        case serial(RTUExchange)
        case tcp(TCPConversation)
    }

    private let wire: Wire
    private let responseTimeout: Duration

    /// Connects, or opens the serial line for this process alone.
    ///
    /// - Parameter responseTimeout: from the end of a request to the beginning of its answer. Also the time to connect
    ///   to each address of a host. 1 ms or more.
    /// - Throws: `ModbusError`: `.resolve` for an unknown host, `.takeLine` for a line in use by another process,
    ///   otherwise `.open`: `ETIMEDOUT` when the connection was not accepted in time, `EMFILE` from descriptor 1024 on.
    package init(to endpoint: ModbusEndpoint, responseTimeout: Duration) throws(ModbusError) {
        wire = try Self.open(endpoint, responseTimeout)
        self.responseTimeout = responseTimeout
    }

    /// The longest time a read of `count` values may take. On a serial line the time on the wire is added to the
    /// timeout.
    package func answerTime(of table: DataTable, count: Int) -> Duration {
        let request = ModbusRequest.read(ReadRequest(unit: 0, table: table, address: 0, count: count))
        return switch wire {
        case .serial(let exchange): exchange.time(of: request, within: responseTimeout)
        case .tcp: responseTimeout
        }
    }

    /// Makes one request and waits for its answer.
    ///
    /// Bytes that came unasked are discarded first, so that they cannot pass for the answer.
    /// - Parameter span: the time for the unit to answer, 1 ms or more. On a serial line the time on the wire is added.
    /// - Returns: a read's words in order of address, a bit as 0 or 1; nothing for a write.
    /// - Throws: `ModbusError`: the unit's exception, a timeout, a bad frame, an echo, or a connection loss. Over TCP
    ///   close the connection after a timeout or a bad frame.
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

    /// Whether the line gives back what is sent on it. A write cannot show this, because its right answer equals the
    /// request.
    ///
    /// - Parameter request: any read of any unit, which need not answer. Without an echo it may take the whole timeout.
    /// - Throws: `ModbusError`: only a connection loss.
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

    /// The units that sent whole frames with a right checksum without being asked, since the last call. They are alive,
    /// but late. None over TCP.
    package mutating func takeForeignUnits() -> Set<Int> {
        guard case .serial(let exchange) = wire else { return [] }
        return exchange.takeForeignUnits()
    }

    /// Discards whatever comes until `span` has passed: late answers, other units' frames, noise. Does nothing over
    /// TCP, where each request takes care of that.
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

    /// Connects to the first address of `host` that accepts.
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
            do throws(ModbusError) {
                try wait(for: conversation, until: deadline, request.operation)
            } catch {
                throw conversation.lateness ?? error
            }
        }
    }

    private static func wait(
        for conversation: TCPConversation, until deadline: ContinuousClock.Instant, _ operation: ModbusError.Operation
    ) throws(ModbusError) {
        let wants = conversation.wants
        let events = (wants.readable ? POLLIN : 0) | (wants.writable ? POLLOUT : 0)
        // A peer that sends one byte at a time must not block beyond the deadline.
        guard ContinuousClock.now < deadline,
            Readiness.wait(for: CInt(events), of: conversation.descriptor, until: deadline)
        else { throw ModbusError(operation, code: ETIMEDOUT) }
    }
}
