// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc
import Testing

@testable import Modbus

/// A conversation whose peer is the other end of a socket pair: its first request is transaction 1.
@Suite struct TCPConversationTests {
    /// What unit 2 is asked: holding register 3.
    private static let request = ModbusRequest.read(
        ReadRequest(unit: 2, table: .holdingRegisters, address: 3, count: 1))

    private let conversation: TCPConversation
    private let peer: Peer

    /// The raw end.
    private final class Peer {
        private var descriptor: CInt

        init(_ descriptor: CInt) { self.descriptor = descriptor }

        deinit { hangUp() }

        func hangUp() {
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }

        func send(_ bytes: [UInt8]) {
            _ = Glibc.send(descriptor, bytes, bytes.count, cmodbus_no_signal)
        }

        func received() -> [UInt8] {
            var room = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &room, room.count, cmodbus_no_wait)
            return Array(room.prefix(max(0, count)))
        }
    }

    init() throws {
        var ends: [CInt] = [-1, -1]
        guard cmodbus_socket_pair(&ends) == 0 else { throw ModbusError(.serve) }
        conversation = TCPConversation(connected: ends[0], transaction: 0)
        peer = Peer(ends[1])
    }

    /// What comes of `request` when the peer answers `bytes`.
    private func outcome(_ bytes: [UInt8], thenHangsUp: Bool = false) throws(ModbusError) -> TCPConversation.Progress {
        conversation.begin(Self.request)
        peer.send(bytes)
        if thenHangsUp { peer.hangUp() }
        return try conversation.proceed()
    }

    private func code(_ bytes: [UInt8]) throws -> CInt? {
        let other = try Self()
        return failure { () throws(ModbusError) in _ = try other.outcome(bytes) }?.code
    }

    @Test("sends the request at once, and takes its answer whatever follows it")
    func right() throws {
        #expect(try outcome([0, 1, 0, 0, 0, 5, 2, 3, 2, 1, 44, 9, 9]) == .answered([300]))
        #expect(peer.received() == [0, 1, 0, 0, 0, 6, 2, 3, 0, 3, 0, 1])
    }

    @Test("never takes an answer of another unit, transaction, protocol, function or length")
    func foreign() throws {
        #expect(try code([0, 1, 0, 0, 0, 5, 3, 3, 2, 1, 44]) == cmodbus_bad_unit)
        #expect(try code([0, 1, 0, 5, 0, 5, 2, 3, 2, 1, 44]) == cmodbus_bad_data)
        #expect(try code([0, 1, 0, 0, 0, 5, 2, 4, 2, 1, 44]) == cmodbus_bad_data)
        #expect(try code([0, 1, 0, 0, 0, 7, 2, 3, 4, 1, 44, 1, 45]) == cmodbus_bad_data)
        #expect(try code([0, 1, 0, 0, 0, 0, 2, 3, 2, 1, 44]) == cmodbus_bad_data)
        #expect(try code([0, 1, 0, 0, 255, 255, 2, 3, 2, 1, 44]) == cmodbus_bad_data)
    }

    @Test("passes over what carries another transaction, and says so if nothing else comes")
    func otherTransactions() throws {
        let stale: [UInt8] = [0, 9, 0, 0, 0, 5, 2, 3, 2, 1, 45]
        #expect(try outcome(stale) == .waiting)
        #expect(conversation.lateness?.mismatch == .transaction(9) && conversation.lateness?.isBadFrame == true)
        peer.send(stale + [0, 1, 0, 0, 0, 5, 2, 3, 2, 1, 44])
        #expect(try conversation.proceed() == .answered([300]))
        // Nothing at all is late, and not strange.
        #expect(try outcome([]) == .waiting)
        #expect(conversation.lateness?.isTimeout == true)
    }

    @Test("is out of step while a frame is here in part: its rest would swallow the answers that follow")
    func outOfStep() throws {
        #expect(try outcome([0, 9, 0, 0, 0, 250, 2, 3, 248]) == .waiting)
        #expect(!conversation.isInStep)
        #expect(conversation.lateness?.isTimeout == true)
    }

    @Test("hangs up on a peer that sends nothing but what carries other transactions")
    func onlyOtherTransactions() throws {
        let stale = Array(repeating: [0, 9, 0, 0, 0, 5, 2, 3, 2, 1, 45] as [UInt8], count: 60).flatMap(\.self)
        let error = failure { () throws(ModbusError) in
            _ = try outcome(stale)
            _ = try conversation.proceed()
        }
        #expect(error?.mismatch == .transaction(9))
    }

    @Test("tells an exception, half an answer and the end of the connection apart")
    func otherEnds() throws {
        #expect(try code([0, 1, 0, 0, 0, 3, 2, 0x83, 2]) == cmodbus_exception_base + 2)
        #expect(try code([0, 1, 0, 0, 0, 3, 2, 0x83, 0]) == cmodbus_bad_data)
        #expect(try code([0, 1, 0, 0, 0, 3, 2, 0x83, 99]) == cmodbus_bad_data)
        #expect(try outcome([0, 1, 0, 0, 0, 5, 2, 3, 2]) == .waiting)
        peer.hangUp()
        #expect(failure { () throws(ModbusError) in _ = try conversation.proceed() }?.isConnectionLoss == true)
    }

    @Test("takes an answer that comes a byte at a time, and the next request's")
    func split() throws {
        conversation.begin(Self.request)
        for byte in [0, 1, 0, 0, 0, 5, 2, 3, 2, 1] as [UInt8] {
            peer.send([byte])
            #expect(try conversation.proceed() == .waiting)
        }
        peer.send([44])
        #expect(try conversation.proceed() == .answered([300]))
        #expect(try outcome([0, 2, 0, 0, 0, 5, 2, 3, 2, 0, 7]) == .answered([7]))
    }

    @Test("an answer after its request was given up is never the next one's")
    func lateAnswer() throws {
        #expect(try outcome([]) == .waiting)
        #expect(try outcome([0, 1, 0, 0, 0, 5, 2, 3, 2, 1, 44]) == .waiting)
        peer.send([0, 2, 0, 0, 0, 5, 2, 3, 2, 0, 7])
        #expect(try conversation.proceed() == .answered([7]))
    }

    @Test("what was given up is passed over when it comes, and leaves every request after it its own answer")
    func abandoned() throws {
        #expect(try outcome([]) == .waiting)
        conversation.abandon()
        // The second is answered while the first is not; the third then has its own answer, after the late one.
        #expect(try outcome([0, 2, 0, 0, 0, 5, 2, 3, 2, 0, 7]) == .answered([7]))
        #expect(conversation.takeLateUnits() == [])
        let late: [UInt8] = [0, 1, 0, 0, 0, 5, 2, 3, 2, 1, 44]
        #expect(try outcome(Array(late.prefix(9))) == .waiting)
        peer.send(late.suffix(2) + [0, 3, 0, 0, 0, 5, 2, 3, 2, 0, 8])
        #expect(try conversation.proceed() == .answered([8]))
        #expect(conversation.takeLateUnits() == [2])
        // An exception is an answer like any other.
        #expect(try outcome([]) == .waiting)
        conversation.abandon()
        let refusal: [UInt8] = [0, 5, 0, 0, 0, 3, 2, 0x83, 2]
        #expect(failure { () throws(ModbusError) in _ = try outcome(refusal) }?.exception == 2)
        #expect(try outcome([0, 6, 0, 0, 0, 5, 2, 3, 2, 0, 9]) == .answered([9]))
    }

    @Test("goes on after an exception")
    func exception() throws {
        let error = failure { () throws(ModbusError) in _ = try outcome([0, 1, 0, 0, 0, 3, 2, 0x83, 6]) }
        #expect(error?.exception == 6)
        #expect(try outcome([0, 2, 0, 0, 0, 5, 2, 3, 2, 0, 7]) == .answered([7]))
    }

    @Test("takes the echo of a write, and no other value's")
    func write() throws {
        let write = ModbusRequest.writeRegister(unit: 2, address: 5, value: 0xABCD)
        conversation.begin(write)
        peer.send([0, 1, 0, 0, 0, 6, 2, 6, 0, 5, 0xAB, 0xCD])
        #expect(try conversation.proceed() == .answered([]))
        conversation.begin(write)
        peer.send([0, 2, 0, 0, 0, 6, 2, 6, 0, 5, 0xAB, 0xCE])
        #expect(failure { () throws(ModbusError) in _ = try conversation.proceed() }?.code == cmodbus_bad_data)
    }

    @Test("at rest, throws away a little, and notices a peer that talks on or hangs up")
    func atRest() throws {
        peer.send([1, 2, 3])
        #expect(try conversation.proceed() == .waiting)
        #expect(try outcome([0, 1, 0, 0, 0, 5, 2, 3, 2, 1, 44]) == .answered([300]))
        peer.send([UInt8](repeating: 7, count: 600))
        let error = failure { () throws(ModbusError) in
            _ = try conversation.proceed()
            _ = try conversation.proceed()
        }
        #expect(error?.isBadFrame == true)
        peer.hangUp()
        // What is still there is read first.
        let end = failure { () throws(ModbusError) in
            while true { _ = try conversation.proceed() }
        }
        #expect(end?.isConnectionLoss == true || end?.isBadFrame == true)
    }
}

func failure(_ body: () throws(ModbusError) -> Void) -> ModbusError? {
    do throws(ModbusError) {
        try body()
        return nil
    } catch {
        return error
    }
}
