// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CModbus
import Glibc
import Synchronization
import Testing

@testable import Modbus

/// A connection on a pseudo-terminal whose other end sends what a test tells it.
@Suite struct RTUExchangeTests {
    private static let line = SerialLine(baud: 115_200)

    private func connection(to unit: RawUnit, timeout: Duration = .seconds(10)) throws(ModbusError) -> ModbusConnection
    {
        try ModbusConnection(to: .serial(path: unit.path, line: Self.line), responseTimeout: timeout)
    }

    /// Register `address` of unit 1, which holds its own address.
    private func answer(unit: Int = 1, register: UInt16) -> [UInt8] {
        RTUFrame.sealed([3, 2] + ModbusRequest.bytes(of: [register]), unit: unit)
    }

    private func error(
        of connection: inout ModbusConnection, at address: Int = 5
    ) -> ModbusError? {
        do throws(ModbusError) {
            _ = try connection.read(.holdingRegisters, of: 1, at: address, count: 1)
            return nil
        } catch {
            return error
        }
    }

    @Test("an answer that comes a byte at a time, 10 ms apart, is accepted")
    func split() throws {
        let unit = try RawUnit(answer(register: 5).flatMap { [.send([$0]), .pause(milliseconds: 10)] })
        defer { unit.stop() }
        var connection = try connection(to: unit)
        #expect(try connection.read(.holdingRegisters, of: 1, at: 5, count: 1) == [5])
    }

    @Test("another unit's answer is passed over, and the right one waited for")
    func foreign() throws {
        let unit = try RawUnit(
            [.send(answer(unit: 2, register: 9)), .pause(milliseconds: 50), .send(answer(register: 5))])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        #expect(try connection.read(.holdingRegisters, of: 1, at: 5, count: 1) == [5])
        #expect(connection.takeForeignUnits() == [2])
        #expect(connection.takeForeignUnits() == [])
    }

    @Test("half an answer is a timeout, and the next request is answered right")
    func truncated() throws {
        let unit = try RawUnit([.send(Array(answer(register: 5).dropLast(2)))], [.send(answer(register: 6))])
        defer { unit.stop() }
        var connection = try connection(to: unit, timeout: .milliseconds(200))
        #expect(error(of: &connection)?.isTimeout == true)
        #expect(try connection.read(.holdingRegisters, of: 1, at: 6, count: 1) == [6])
    }

    @Test("a wrong checksum is a bad frame as soon as the line is silent")
    func badChecksum() throws {
        var bytes = answer(register: 5)
        bytes[4] ^= 0x10
        let unit = try RawUnit([.send(bytes)], [.send(answer(register: 6))])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        let begin = ContinuousClock.now
        #expect(error(of: &connection)?.code == cmodbus_bad_checksum)
        #expect(begin.duration(to: .now) < .seconds(5), "the response timeout is ten seconds")
        #expect(try connection.read(.holdingRegisters, of: 1, at: 6, count: 1) == [6])
    }

    @Test("an answer of another length or function is a bad frame")
    func wrongLength() throws {
        let unit = try RawUnit(
            [.send(RTUFrame.sealed([3, 4, 0, 5, 0, 6], unit: 1))], [.send(RTUFrame.sealed([4, 2, 0, 5], unit: 1))])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        #expect(error(of: &connection)?.code == cmodbus_bad_data)
        #expect(error(of: &connection)?.code == cmodbus_bad_data)
    }

    @Test("garbage without an end holds the bus for the response timeout, and is a bad frame")
    func endlessGarbage() throws {
        let unit = try RawUnit([.repeatForEver([UInt8](repeating: 0xA5, count: 40))], [.send(answer(register: 6))])
        defer { unit.stop() }
        var connection = try connection(to: unit, timeout: .milliseconds(200))
        let begin = ContinuousClock.now
        let error = error(of: &connection)
        #expect(error?.isBadFrame == true && error?.isEcho == false)
        #expect(begin.duration(to: .now) < .seconds(5))
        #expect(try connection.read(.holdingRegisters, of: 1, at: 6, count: 1) == [6])
    }

    @Test("an exception is the unit's, and the next request goes on")
    func exception() throws {
        let unit = try RawUnit([.send(RTUFrame.sealed([0x83, 6], unit: 1))], [.send(answer(register: 6))])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        #expect(error(of: &connection)?.exception == 6)
        #expect(try connection.read(.holdingRegisters, of: 1, at: 6, count: 1) == [6])
    }

    @Test("a line that echoes is named")
    func echo() throws {
        let read = ReadRequest(unit: 1, table: .holdingRegisters, address: 5, count: 1)
        let echo = RTUFrame.sealed(ModbusRequest.read(read).pdu, unit: 1)
        let unit = try RawUnit(
            [.send(echo), .pause(milliseconds: 20), .send(answer(register: 5))], [.send(echo + answer(register: 5))],
            [.send(answer(register: 5))], [.send(RTUFrame.sealed([0x83, 2], unit: 1))])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        let error = error(of: &connection)
        #expect(error?.isEcho == true && error?.isBadFrame == true && error?.exception == nil)
        #expect(error?.description == "modbus: read holding registers: The line echoes what is sent")
        #expect(try connection.hasEcho(of: read))
        #expect(try !connection.hasEcho(of: read))
        #expect(try !connection.hasEcho(of: read))
    }

    @Test("an echo before a unit's silence is an echo, not silence")
    func echoOfSilence() throws {
        let read = ReadRequest(unit: 1, table: .coils, address: 0, count: 1)
        let unit = try RawUnit([.send(RTUFrame.sealed(ModbusRequest.read(read).pdu, unit: 1))])
        defer { unit.stop() }
        var connection = try connection(to: unit, timeout: .milliseconds(100))
        #expect(try connection.hasEcho(of: read))
        #expect(try !connection.hasEcho(of: read))
    }

    @Test("units above 247 are asked as any other", arguments: [254, 255])
    func highUnits(number: Int) throws {
        let unit = try RawUnit([.send(RTUFrame.sealed([2, 1, 1], unit: number))])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        #expect(try connection.read(.discreteInputs, of: number, at: 0, count: 8) == [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(unit.requests == [RTUFrame.sealed([2, 0, 0, 0, 8], unit: number)])
        let refusal = error(of: &connection, unit: 256)
        #expect(refusal?.operation == .selectUnit)
    }

    private func error(of connection: inout ModbusConnection, unit: Int) -> ModbusError? {
        do throws(ModbusError) {
            _ = try connection.read(.coils, of: unit, at: 0, count: 1)
            return nil
        } catch {
            return error
        }
    }

    @Test("a late answer that lies in the buffer is never the next one's, and tells that its unit is alive")
    func lateAnswer() throws {
        let unit = try RawUnit([], [.send(answer(register: 6))])
        defer { unit.stop() }
        var connection = try connection(to: unit, timeout: .milliseconds(200))
        #expect(error(of: &connection)?.isTimeout == true)
        unit.send(answer(register: 5))
        #expect(try connection.read(.holdingRegisters, of: 1, at: 6, count: 1) == [6])
        #expect(connection.takeForeignUnits() == [1])
    }

    @Test("what comes while input is thrown away tells that its unit is alive")
    func discarding() throws {
        let unit = try RawUnit()
        defer { unit.stop() }
        var connection = try connection(to: unit)
        unit.send(answer(unit: 3, register: 5))
        connection.discardInput(for: .milliseconds(100))
        #expect(connection.takeForeignUnits() == [3])
    }

    @Test("a line that goes away, while an answer is waited for and after, is a connection loss")
    func gone() throws {
        let unit = try RawUnit([.hangUp])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        #expect(error(of: &connection)?.isConnectionLoss == true)
        #expect(error(of: &connection)?.isConnectionLoss == true)
        connection.discardInput(for: .milliseconds(50))
    }

    @Test("writes carry what is to be written, and their answer has to say the same")
    func writes() throws {
        let frame = RTUFrame.sealed(ModbusRequest.writeRegister(unit: 1, address: 2, value: 7).pdu, unit: 1)
        let other = RTUFrame.sealed(ModbusRequest.writeRegister(unit: 1, address: 2, value: 8).pdu, unit: 1)
        let unit = try RawUnit([.send(frame)], [.send(other)])
        defer { unit.stop() }
        var connection = try connection(to: unit)
        try connection.write(register: 7, of: 1, at: 2)
        var failure: ModbusError?
        do throws(ModbusError) { try connection.write(register: 7, of: 1, at: 2) } catch { failure = error }
        #expect(failure?.code == cmodbus_bad_data && unit.requests == [frame, frame])
    }

    @Test("a storm of signals makes no error")
    func signals() throws {
        let unit = try RawUnit(answer(register: 5).flatMap { [.send([$0]), .pause(milliseconds: 20)] })
        defer { unit.stop() }
        var connection = try connection(to: unit)
        let storm = try SignalStorm()
        let words = try connection.read(.holdingRegisters, of: 1, at: 5, count: 1)
        #expect(storm.stop() > 20)
        #expect(words == [5])
    }

    @Test("descriptors from 1024 on are refused, serial and TCP")
    func descriptors() throws {
        let unit = try RawUnit()
        defer { unit.stop() }
        let path = unit.path
        let codes = Mutex<[CInt?]>([])
        let thread = try WorkerThread(name: "full") {
            guard takeOwnDescriptors() else { return }
            while case let next = dup(0), next >= 0, next < 1000 {}
            for endpoint in [ModbusEndpoint.serial(path: path, line: Self.line), .tcp(host: "127.0.0.1", port: 9)] {
                let code = failure { () throws(ModbusError) in
                    _ = try ModbusConnection(to: endpoint, responseTimeout: .seconds(1))
                }?.code
                codes.withLock { $0.append(code) }
            }
        }
        #expect(thread.join(milliseconds: 10_000))
        #expect(codes.withLock { $0 } == [EMFILE, EMFILE])
    }
}

/// Gives this thread a table of descriptors of its own (unshare(2)), whatever the rest of the process opens.
private func takeOwnDescriptors() -> Bool {
    // Swift does not import what sched.h has for _GNU_SOURCE alone; CLONE_FILES is 0x400.
    guard let symbol = dlsym(nil, "unshare") else { return false }
    return unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)(0x400) == 0
}

/// Signals that interrupt the thread that makes it, thousands a second, until it is stopped.
private final class SignalStorm: Sendable {
    private let isStopped = Atomic(false)
    private let sent = Atomic(0)
    private let thread = Mutex<WorkerThread?>(nil)

    init() throws {
        var action = sigaction()
        // Without SA_RESTART: every call that waits is to be interrupted.
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR1, &action, nil)
        let target = pthread_self()
        let worker = try WorkerThread(name: "storm") { [self] in
            while !isStopped.load(ordering: .relaxed) {
                pthread_kill(target, SIGUSR1)
                sent.add(1, ordering: .relaxed)
                usleep(200)
            }
        }
        thread.withLock { $0 = worker }
    }

    /// How many there were.
    func stop() -> Int {
        isStopped.store(true, ordering: .relaxed)
        thread.withLock { _ = $0?.join(milliseconds: 10_000) }
        return sent.load(ordering: .relaxed)
    }
}
