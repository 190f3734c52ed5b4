// SPDX-License-Identifier: Apache-2.0
import Glibc
import Modbus
import SimulatedBoard
import TestSupport
import Testing

@Suite final class ModbusConnectionTests {
    enum Wire: CaseIterable { case tcp, serial }

    private let folder = TemporaryFolder()
    private var line: String { folder.file("line") }
    /// A board serves as long as somebody keeps it.
    private var boards: [SimulatedBoard] = []

    deinit {
        for board in boards { board.stop() }
    }

    private func board(on wire: Wire, units: [Int] = [1], _ lines: [String]) throws -> SimulatedBoard {
        let board = try SimulatedBoard(
            at: wire == .tcp ? .tcp(host: "127.0.0.1", port: 0) : .serial(path: line), units: units)
        boards.append(board)
        for line in lines { try board.command(line) }
        return board
    }

    /// A name where this machine knows one: a bare chroot has no /etc/hosts.
    private static let loopback: String = {
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("localhost", nil, nil, &found) == 0 else { return "127.0.0.1" }
        freeaddrinfo(found)
        return "localhost"
    }()

    private func connection(
        to board: SimulatedBoard, timeout: Duration = .seconds(2)
    ) throws(ModbusError) -> ModbusConnection {
        try ModbusConnection(
            to: board.port == 0
                ? .serial(path: board.name, line: SerialLine(baud: 115_200))
                : .tcp(host: Self.loopback, port: board.port),
            responseTimeout: timeout)
    }

    @Test("reads all four tables", arguments: Wire.allCases)
    func tables(wire: Wire) throws {
        let board = try board(
            on: wire,
            [
                "set unit 1 coil 9 on", "set unit 1 discrete-input 0 on", "set unit 1 input-register 3 450",
                "set unit 1 holding-register 124 65535",
            ])
        var connection = try connection(to: board)
        #expect(try connection.read(.coils, of: 1, at: 8, count: 3) == [0, 1, 0])
        #expect(try connection.read(.discreteInputs, of: 1, at: 0, count: 8) == [1, 0, 0, 0, 0, 0, 0, 0])
        #expect(try connection.read(.inputRegisters, of: 1, at: 3, count: 1) == [450])
        let words = try connection.read(.holdingRegisters, of: 1, at: 0, count: 125)
        #expect(words.count == 125 && words.last == 65535)
    }

    @Test("writes a coil and a register", arguments: Wire.allCases)
    func writes(wire: Wire) throws {
        var connection = try connection(to: try board(on: wire, []))
        try connection.write(coil: true, of: 1, at: 2)
        try connection.write(register: 0xABCD, of: 1, at: 5)
        #expect(try connection.read(.coils, of: 1, at: 2, count: 1) == [1])
        #expect(try connection.read(.holdingRegisters, of: 1, at: 5, count: 1) == [0xABCD])
    }

    @Test("an address beyond the table is exception 2, and no loss", arguments: Wire.allCases)
    func illegalAddress(wire: Wire) throws {
        var connection = try connection(to: try board(on: wire, ["set unit 1 coil 0 on"]))
        let error = failure { () throws(ModbusError) in _ = try connection.read(.coils, of: 1, at: 5000, count: 1) }
        #expect(error?.exception == 2)
        #expect(error?.isTimeout == false && error?.isConnectionLoss == false && error?.isBadFrame == false)
        #expect(try connection.read(.coils, of: 1, at: 0, count: 1) == [1])
    }

    @Test("a silent unit is a timeout", arguments: Wire.allCases)
    func silence(wire: Wire) throws {
        var connection = try connection(
            to: try board(on: wire, ["silence unit 1"]), timeout: .milliseconds(50))
        let error = failure { () throws(ModbusError) in _ = try connection.read(.coils, of: 1, at: 0, count: 1) }
        #expect(error?.isTimeout == true)
    }

    @Test("an answer in two parts 50 ms apart is accepted", arguments: Wire.allCases)
    func splitAnswer(wire: Wire) throws {
        var connection = try connection(
            to: try board(on: wire, ["set unit 1 input-register 0 7", "split unit 1 50ms"]))
        #expect(try connection.read(.inputRegisters, of: 1, at: 0, count: 4) == [7, 0, 0, 0])
    }

    @Test("a wrong checksum or transaction is a bad frame", arguments: Wire.allCases)
    func garbled(wire: Wire) throws {
        var connection = try connection(to: try board(on: wire, ["garble unit 1"]))
        let error = failure { () throws(ModbusError) in _ = try connection.read(.coils, of: 1, at: 0, count: 1) }
        #expect(error?.isBadFrame == true)
    }

    @Test("a late answer on a serial line is thrown away before the next request")
    func lateAnswer() throws {
        let board = try board(on: .serial, ["set unit 1 input-register 0 100", "set unit 1 input-register 1 101"])
        var connection = try connection(to: board, timeout: .milliseconds(60))
        try board.command("delay unit 1 100ms")
        let error = failure { () throws(ModbusError) in _ = try connection.read(.inputRegisters, of: 1, at: 0, count: 1)
        }
        #expect(error?.isTimeout == true)
        connection.discardInput(for: .milliseconds(200))
        try board.command("answer unit 1")
        #expect(try connection.read(.inputRegisters, of: 1, at: 1, count: 1) == [101])
    }

    @Test("a stopped server is a connection loss over TCP")
    func serverGone() throws {
        let board = try board(on: .tcp, [])
        var connection = try connection(to: board)
        _ = try connection.read(.coils, of: 1, at: 0, count: 1)
        board.stop()
        let error = failure { () throws(ModbusError) in _ = try connection.read(.coils, of: 1, at: 0, count: 1) }
        #expect(error?.isConnectionLoss == true)
    }

    @Test("a line that somebody holds is not shared")
    func heldLine() throws {
        let board = try board(on: .serial, [])
        let first = try connection(to: board)
        let error = failure { () throws(ModbusError) in _ = try connection(to: board) }
        #expect(error?.code == EBUSY || error?.code == EWOULDBLOCK)
        _ = consume first
        _ = try connection(to: board)
    }

    @Test("each way of not opening is told apart")
    func openingFailures() throws {
        #expect(openingFailure(.serial(path: line, line: SerialLine()))?.code == ENOENT)
        #expect(openingFailure(.serial(path: "/dev/null", line: SerialLine()))?.code == ENOTTY)
        #expect(openingFailure(.tcp(host: "no-such-host.invalid", port: 1))?.operation == .resolve)
        let free = try ModbusListener.listen(host: "127.0.0.1", port: 0)
        close(free.descriptor)
        #expect(openingFailure(.tcp(host: "127.0.0.1", port: free.port))?.code == ECONNREFUSED)
    }

    private func openingFailure(_ endpoint: ModbusEndpoint) -> ModbusError? {
        failure { () throws(ModbusError) in _ = try ModbusConnection(to: endpoint, responseTimeout: .seconds(2)) }
    }
}
