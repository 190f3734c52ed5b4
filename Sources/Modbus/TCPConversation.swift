// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// One Modbus TCP connection that never blocks and knows no time, so that one thread can hold any number of them.
///
/// Its owner waits with poll(2) or epoll(7) until `descriptor` is as `wants` says, then calls `proceed`; deadlines are
/// the owner's. After an error that is no exception of the unit's it has to be let go: an answer that is late finds its
/// socket closed. A request that is given up while the connection is kept is told by `abandon`. Not `Sendable`: one thread's.
package final class TCPConversation {
    /// What a step brought.
    package enum Progress: Equatable {
        /// Nothing yet.
        case waiting
        /// The connection stands; said once.
        case connected
        /// The words of the request that was begun; none for a write.
        case answered([UInt16])
    }

    /// Most bytes that may come unasked between two requests.
    private static let mostUnasked = 512

    /// The socket: closed on exec, and with this object.
    package let descriptor: CInt
    private var isConnecting: Bool
    private var request: ModbusRequest?
    private var transaction: UInt16 = 0
    private var unsent: [UInt8] = []
    private var received: [UInt8] = []
    private var unasked = 0
    /// What was given up while its answer may still come, the oldest first; who has not answered for so many others never
    /// will.
    private var abandoned: [(transaction: UInt16, unit: Int)] = []
    private static let mostAbandoned = 64
    private var lateUnits: Set<Int> = []

    /// Begins to connect.
    ///
    /// - Parameter host: a numeric address, as `addresses(of:)` gives them.
    /// - Throws: `ModbusError`: `.open`; `EINVAL` for a name, `ENETUNREACH` and the like where there is no way, `EMFILE`
    ///   from descriptor 1024 on.
    package init(host: String, port: UInt16) throws(ModbusError) {
        try DescriptorLimit.check()
        let descriptor = cmodbus_begin_connecting(host, port)
        guard descriptor >= 0 else { throw ModbusError(.open) }
        self.descriptor = descriptor
        isConnecting = true
    }

    /// Takes over a stream socket that is connected already.
    init(connected descriptor: CInt) {
        self.descriptor = descriptor
        isConnecting = false
    }

    deinit {
        close(descriptor)
    }

    /// What `proceed` waits for. A connection at rest is readable when its peer has closed it.
    package var wants: (readable: Bool, writable: Bool) {
        (readable: !isConnecting, writable: isConnecting || !unsent.isEmpty)
    }

    /// Makes `request` the one that `proceed` carries; also while it still connects. What came unasked before is thrown
    /// away. Call `proceed` next: it sends at once.
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

    /// Gives up the request under way while its answer may still come: it names its transaction, and is passed over.
    package func abandon() {
        guard let request else { return }
        abandoned.append((transaction, request.unit))
        if abandoned.count > Self.mostAbandoned { abandoned.removeFirst() }
        self.request = nil
    }

    /// Units whose answers came after they were given up, since the last call.
    package func takeLateUnits() -> Set<Int> {
        defer { lateUnits = [] }
        return lateUnits
    }

    /// Goes on as far as it can without waiting.
    ///
    /// - Throws: `ModbusError`: `.open` when the connection cannot be made; then the unit's exception, after which the
    ///   next request may be begun, or a connection loss or bad frame, after which there is none.
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

    /// The numeric addresses of `host`, in the order in which they are to be tried.
    ///
    /// Blocks as long as the resolver does (getaddrinfo(3)); a numeric address is its own, at once.
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

    /// Takes the answers to what was given up off the front of what came.
    ///
    /// - Returns: whether one is there that is not whole yet.
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

    /// Looks after a connection that carries no request: whether it still stands, and whether its peer is in step.
    private func rest() throws(ModbusError) {
        guard let chunk = try read(.open) else { return }
        unasked += chunk.count
        guard unasked <= Self.mostUnasked else { throw ModbusError(.open, code: cmodbus_bad_data) }
    }

    /// Bounded: a peer that never pauses is noticed by its answer.
    private func discardUnasked() {
        var scrap = [UInt8](repeating: 0, count: Self.mostUnasked)
        _ = recv(descriptor, &scrap, scrap.count, cmodbus_no_wait)
    }

    /// What is there; nil when nothing is.
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
