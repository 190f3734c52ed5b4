// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// One Modbus TCP connection that never blocks and has no clock, so one thread can hold any number of them.
///
/// The owner waits with poll(2) or epoll(7) for what `wants` says, then calls `proceed`. The owner also keeps
/// deadlines. After any error except a unit's exception, release this object: a late answer then finds its socket
/// closed. To give up a request and keep the connection, call `abandon`. Not `Sendable`: one thread uses it.
package final class TCPConversation {
    /// The result of a step.
    package enum Progress: Equatable {
        /// Nothing yet.
        case waiting
        /// The connection was made; reported once.
        case connected
        /// The words of the answer; none for a write.
        case answered([UInt16])
    }

    /// The most bytes that may come unasked between two requests.
    private static let mostUnasked = 512

    /// The socket: close-on-exec, closed with this object.
    package let descriptor: CInt
    private var isConnecting: Bool
    private var request: ModbusRequest?
    private var transaction: UInt16 = 0
    private var unsent: [UInt8] = []
    private var received: [UInt8] = []
    private var unasked = 0
    /// Abandoned requests whose answers may still come, oldest first. Bounded: after this many later ones, an answer is
    /// no longer expected.
    private var abandoned: [(transaction: UInt16, unit: Int)] = []
    private static let mostAbandoned = 64
    private var lateUnits: Set<Int> = []

    /// Begins connecting.
    ///
    /// - Parameter host: a numeric address from `addresses(of:)`.
    /// - Throws: `ModbusError`: `.open`; `EINVAL` for a name, `ENETUNREACH` and the like when there is no route,
    ///   `EMFILE` from descriptor 1024 on.
    package init(host: String, port: UInt16) throws(ModbusError) {
        try DescriptorLimit.check()
        let descriptor = cmodbus_begin_connecting(host, port)
        guard descriptor >= 0 else { throw ModbusError(.open) }
        self.descriptor = descriptor
        isConnecting = true
    }

    /// Takes ownership of a connected stream socket.
    init(connected descriptor: CInt) {
        self.descriptor = descriptor
        isConnecting = false
    }

    deinit {
        close(descriptor)
    }

    /// What `proceed` waits for. An idle connection becomes readable when its peer closes it.
    package var wants: (readable: Bool, writable: Bool) {
        (readable: !isConnecting, writable: isConnecting || !unsent.isEmpty)
    }

    /// Starts `request`, even while still connecting. Bytes that came unasked are discarded. Call `proceed` next, which
    /// sends at once.
    package func begin(_ request: ModbusRequest) {
        if abandoned.isEmpty {
            received = []
            if !isConnecting { discardUnasked() }
        }
        transaction &+= 1
        self.request = request
        unasked = 0
        unsent += TCPFrame.sealed(request, transaction: transaction)
    }

    /// Gives up the current request. Its answer may still come; it names its transaction and is skipped.
    package func abandon() {
        guard let request else { return }
        abandoned.append((transaction, request.unit))
        if abandoned.count > Self.mostAbandoned { abandoned.removeFirst() }
        self.request = nil
    }

    /// Units whose answers came after the request was abandoned, since the last call.
    package func takeLateUnits() -> Set<Int> {
        defer { lateUnits = [] }
        return lateUnits
    }

    /// Does everything that is possible without waiting.
    ///
    /// - Throws: `ModbusError`: `.open` when the connection cannot be made; the unit's exception, after which the next
    ///   request may begin; or a connection loss or bad frame, after which none may.
    package func proceed() throws(ModbusError) -> Progress {
        if isConnecting {
            guard Readiness.wait(for: POLLOUT, of: descriptor, until: .now) else { return .waiting }
            let code = cmodbus_connecting_failed(descriptor)
            guard code == 0 else { throw ModbusError(.open, code: code) }
            isConnecting = false
            return .connected
        }
        try send()
        guard let request else {
            try rest()
            return .waiting
        }
        guard let answer = try receive(for: request) else { return .waiting }
        self.request = nil
        return .answered(try request.words(from: answer))
    }

    /// The numeric addresses of `host`, in the order in which to try them.
    ///
    /// Blocks as long as the resolver does (getaddrinfo(3)). A numeric address is returned at once.
    /// - Throws: `ModbusError`: `.resolve` with getaddrinfo's code.
    package static func addresses(of host: String) throws(ModbusError) -> [String] {
        var found: UnsafeMutablePointer<addrinfo>?
        let code = cmodbus_look_up(host, &found)
        guard code == 0 else { throw ModbusError(.resolve, code: code) }
        defer { freeaddrinfo(found) }
        var addresses: [String] = []
        var next = found
        while let one = next?.pointee {
            var room = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(one.ai_addr, one.ai_addrlen, &room, socklen_t(room.count), nil, 0, NI_NUMERICHOST) == 0 {
                addresses.append(String(decoding: room.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
            }
            next = one.ai_next
        }
        return addresses
    }

    private func send() throws(ModbusError) {
        while !unsent.isEmpty {
            let sent = Glibc.send(descriptor, unsent, unsent.count, cmodbus_no_signal | cmodbus_no_wait)
            guard sent < 0 else {
                unsent.removeFirst(sent)
                continue
            }
            let code = errno
            if code == EAGAIN { return }
            guard code == EINTR else { throw ModbusError(request?.operation ?? .open, code: code) }
        }
    }

    private func receive(for request: ModbusRequest) throws(ModbusError) -> [UInt8]? {
        while true {
            let isLate = passLateAnswers()
            if !isLate, let answer = try TCPFrame.answer(in: received, to: request, transaction: transaction) {
                received.removeFirst(TCPFrame.headerSize + answer.count)
                return answer
            }
            guard let chunk = try read(request.operation) else { return nil }
            received += chunk
        }
    }

    /// Removes the answers to abandoned requests from the start of the received bytes.
    ///
    /// - Returns: whether such an answer is there in part.
    private func passLateAnswers() -> Bool {
        while let (transaction, unit, size) = TCPFrame.header(of: received),
            let index = abandoned.firstIndex(where: { $0.transaction == transaction && $0.unit == unit })
        {
            guard received.count >= size else { return true }
            received.removeFirst(size)
            abandoned.remove(at: index)
            lateUnits.insert(unit)
        }
        return false
    }

    /// Checks an idle connection: whether it is still open, and whether the peer sends bytes without being asked.
    private func rest() throws(ModbusError) {
        guard let chunk = try read(.open) else { return }
        unasked += chunk.count
        guard unasked <= Self.mostUnasked else { throw ModbusError(.open, code: cmodbus_bad_data) }
    }

    /// Discards a bounded number of bytes. If the peer never pauses, the next answer will be wrong, which is noticed.
    private func discardUnasked() {
        var scrap = [UInt8](repeating: 0, count: Self.mostUnasked)
        _ = recv(descriptor, &scrap, scrap.count, cmodbus_no_wait)
    }

    /// The waiting bytes; nil when there are none.
    private func read(_ operation: ModbusError.Operation) throws(ModbusError) -> ArraySlice<UInt8>? {
        var room = [UInt8](repeating: 0, count: 512)
        while true {
            let count = recv(descriptor, &room, room.count, cmodbus_no_wait)
            if count > 0 { return room.prefix(count) }
            let code = count == 0 ? ECONNRESET : errno
            if code == EAGAIN { return nil }
            guard code == EINTR else { throw ModbusError(operation, code: code) }
        }
    }
}
