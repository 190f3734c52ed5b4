// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc
import Testing

@testable import Modbus

/// Conversations over real sockets, many on one thread.
@Suite struct TCPConnectingTests {
    private static let patience = Duration.seconds(10)

    /// Waits until the conversation can go on, then lets it.
    private func step(_ conversation: TCPConversation) throws(ModbusError) -> TCPConversation.Progress {
        let wants = conversation.wants
        let events = (wants.readable ? POLLIN : 0) | (wants.writable ? POLLOUT : 0)
        guard Readiness.wait(for: CInt(events), of: conversation.descriptor, until: .now + Self.patience) else {
            throw ModbusError(.open, code: ETIMEDOUT)
        }
        return try conversation.proceed()
    }

    @Test("a refused connection is said as such")
    func refused() throws {
        let free = try ModbusListener.listen(host: "127.0.0.1", port: 0)
        close(free.descriptor)
        let error = failure { () throws(ModbusError) in
            let conversation = try TCPConversation(host: "127.0.0.1", port: free.port)
            _ = try step(conversation)
        }
        #expect(error?.code == ECONNREFUSED && error?.operation == .open)
    }

    @Test("a name is no numeric address, and addresses are their own")
    func addresses() throws {
        let error = failure { () throws(ModbusError) in _ = try TCPConversation(host: "booth.invalid", port: 502) }
        #expect(error?.code == EINVAL)
        #expect(try TCPConversation.addresses(of: "127.0.0.1") == ["127.0.0.1"])
        #expect(try TCPConversation.addresses(of: "::1") == ["::1"])
        let unknown = failure { () throws(ModbusError) in _ = try TCPConversation.addresses(of: "no-such.invalid") }
        #expect(unknown?.operation == .resolve)
    }

    @Test("a connection that nobody takes stays pending, and is a timeout to who waits for it")
    func blackHole() throws {
        let hole = try ModbusListener.listen(host: "127.0.0.1", port: 0)
        defer { close(hole.descriptor) }
        // One more than the queue holds; the next one's packets are dropped.
        listen(hole.descriptor, 0)
        let filling = try TCPConversation(host: "127.0.0.1", port: hole.port)
        #expect(try step(filling) == .connected)
        let pending = try TCPConversation(host: "127.0.0.1", port: hole.port)
        for _ in 0..<3 { #expect(try pending.proceed() == .waiting) }
        #expect(pending.wants == (readable: false, writable: true))
        let error = failure { () throws(ModbusError) in
            _ = try ModbusConnection(
                to: .tcp(host: "127.0.0.1", port: hole.port), responseTimeout: .milliseconds(100))
        }
        #expect(error?.code == ETIMEDOUT && error?.operation == .open)
    }

    @Test("a peer that closes is a connection loss, also when nothing is asked")
    func peerCloses() throws {
        let listener = try ModbusListener.listen(host: "127.0.0.1", port: 0)
        defer { close(listener.descriptor) }
        let conversation = try TCPConversation(host: "127.0.0.1", port: listener.port)
        #expect(try step(conversation) == .connected)
        #expect(conversation.wants == (readable: true, writable: false))
        let peer = try #require(ModbusListener.accept(listener.descriptor))
        close(peer)
        #expect(failure { () throws(ModbusError) in _ = try step(conversation) }?.isConnectionLoss == true)
    }

    /// A gateway that gives the first request of a connection the stale answer of the one before is not believed.
    @Test("no connection uses the numbers of those before, nor their neighbours")
    func numbers() throws {
        let listener = try ModbusListener.listen(host: "127.0.0.1", port: 0)
        defer { close(listener.descriptor) }
        var used: [UInt16] = []
        var last: UInt16? = 65_500
        for _ in 0..<50 {
            let conversation = try TCPConversation(host: "127.0.0.1", port: listener.port, after: last)
            for _ in 0..<3 {
                conversation.begin(.read(ReadRequest(unit: 1, table: .inputRegisters, address: 0, count: 1)))
                used.append(conversation.transaction)
                conversation.abandon()
            }
            last = conversation.transaction
        }
        for (place, number) in used.enumerated() {
            for other in used[..<(place / 3 * 3)] {
                #expect(min(number &- other, other &- number) >= 50, "\(number) and \(other)")
            }
        }
    }

    @Test("a hundred conversations on one thread, each with its own answer")
    func many() throws {
        let listener = try ModbusListener.listen(host: "127.0.0.1", port: 0)
        var peers: [CInt] = []
        defer { for one in peers + [listener.descriptor] { close(one) } }
        var conversations: [TCPConversation] = []
        for _ in 0..<100 {
            let conversation = try TCPConversation(host: "127.0.0.1", port: listener.port)
            // A request may be begun before the connection stands.
            conversation.begin(.read(ReadRequest(unit: 1, table: .inputRegisters, address: 0, count: 1)))
            conversations.append(conversation)
            #expect(try step(conversation) == .connected)
            #expect(try conversation.proceed() == .waiting)
            peers.append(try #require(ModbusListener.accept(listener.descriptor)))
        }
        for (index, peer) in peers.enumerated().reversed() {
            var request = [UInt8](repeating: 0, count: 12)
            #expect(recv(peer, &request, 12, 0) == 12 && request.dropFirst(2) == [0, 0, 0, 6, 1, 4, 0, 0, 0, 1])
            send(peer, request.prefix(2) + [0, 0, 0, 5, 1, 4, 2, 0, UInt8(index)], 11, cmodbus_no_signal)
        }
        for (index, conversation) in conversations.enumerated() {
            #expect(try step(conversation) == .answered([UInt16(index)]))
        }
    }
}
