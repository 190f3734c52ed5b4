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

    /// The most bytes that may come unasked between two requests, or with other numbers while one waits for its answer.
    private static let mostUnasked = 512
    /// A connection goes on so many numbers behind the one before, at random. A gateway may give the stale answer of that
    /// one to the first request of this one: so no number comes again soon, nor one that is near.
    private static let gap: ClosedRange<UInt16> = 100...1000

    /// The socket: close-on-exec, closed with this object.
    package let descriptor: CInt
    private var isConnecting: Bool
    private var request: ModbusRequest?
    /// The number of the last request.
    package private(set) var transaction: UInt16
    /// The number of an answer to the current request that was not its own.
    private var otherTransaction: UInt16?
    private var othersSize = 0
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
    /// - Parameters:
    ///   - host: a numeric address from `addresses(of:)`.
    ///   - previous: the last number of the connection before to the same address; nil: there was none.
    /// - Throws: `ModbusError`: `.open`; `EINVAL` for a name, `ENETUNREACH` and the like when there is no route,
    ///   `EMFILE` from descriptor 1024 on.
    package init(host: String, port: UInt16, after previous: UInt16? = nil) throws(ModbusError) {
        try DescriptorLimit.check()
        let descriptor = cmodbus_begin_connecting(host, port)
        guard descriptor >= 0 else { throw ModbusError(.open) }
        self.descriptor = descriptor
        isConnecting = true
        transaction = previous.map { $0 &+ .random(in: Self.gap) } ?? .random(in: .min ... .max)
    }

    /// Takes ownership of a connected stream socket; the first request has the number after `transaction`.
    init(connected descriptor: CInt, transaction: UInt16) {
        self.descriptor = descriptor
        isConnecting = false
        self.transaction = transaction
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
        (unasked, othersSize, otherTransaction) = (0, 0, nil)
        unsent += TCPFrame.sealed(request, transaction: transaction)
    }

    /// Gives up the current request. Its answer may still come; it names its transaction and is skipped.
    package func abandon() {
        guard let request else { return }
        abandoned.append((transaction, request.unit))
        if abandoned.count > Self.mostAbandoned { abandoned.removeFirst() }
        self.request = nil
    }

    /// Whether an answer came that was not for the current request.
    package var hasOtherAnswer: Bool { otherTransaction != nil }

    /// Whether no frame is here in part. The rest of one would swallow the answers that follow.
    package var isInStep: Bool { received.isEmpty }

    /// The error if the current request gets no answer in time: only answers with other numbers came, or none.
    package var lateness: ModbusError? {
        guard let request else { return nil }
        guard let otherTransaction else { return ModbusError(request.operation, code: ETIMEDOUT) }
        return ModbusError(
            request.operation, code: cmodbus_bad_data, mismatch: .transaction(otherTransaction))
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
            if let answer = try answer(to: request) { return answer }
            guard let chunk = try read(request.operation) else { return nil }
            received += chunk
        }
    }

    /// The protocol data unit of the answer, if it is here. Passes over frames of other transactions before it: late
    /// answers, and stale ones of a gateway.
    ///
    /// libmodbus compares only the transaction. This also refuses another unit, protocol or length.
    private func answer(to request: ModbusRequest) throws(ModbusError) -> [UInt8]? {
        while let header = try TCPFrame.header(of: received, for: request) {
            if header.transaction == transaction {
                guard Int(header.unit) == request.unit else {
                    throw ModbusError(request.operation, code: cmodbus_bad_unit, mismatch: .unit(header.unit))
                }
                guard received.count >= header.size else { return nil }
                defer { received.removeFirst(header.size) }
                return Array(received[TCPFrame.headerSize..<header.size])
            }
            guard received.count >= header.size else { return nil }
            received.removeFirst(header.size)
            try pass(header, during: request)
        }
        return nil
    }

    private func pass(_ header: TCPFrame.Header, during request: ModbusRequest) throws(ModbusError) {
        let unit = Int(header.unit)
        if let index = abandoned.firstIndex(where: { $0.transaction == header.transaction && $0.unit == unit }) {
            abandoned.remove(at: index)
            lateUnits.insert(unit)
            return
        }
        otherTransaction = header.transaction
        othersSize += header.size
        guard othersSize <= Self.mostUnasked else {
            throw ModbusError(request.operation, code: cmodbus_bad_data, mismatch: .transaction(header.transaction))
        }
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
