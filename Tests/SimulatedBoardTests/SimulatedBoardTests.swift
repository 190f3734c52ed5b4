// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Modbus
import TestSupport
import Testing

@testable import SimulatedBoard

@Suite struct SimulatedBoardTests {
    private let folder = TemporaryFolder()
    private var line: String { folder.file("line") }

    private func serialConnection() throws(ModbusError) -> ModbusConnection {
        try ModbusConnection(
            to: .serial(path: line, line: SerialLine(baud: 115_200)), responseTimeout: .milliseconds(500))
    }

    @Test("serves several units on one line, each with its own values, and no other")
    func severalUnits() throws {
        let board = try SimulatedBoard(at: .serial(path: line), units: [1, 2, 247])
        for unit in [1, 2, 247] { try board.command("set unit \(unit) input-register 0 \(unit)") }
        var connection = try serialConnection()
        for unit in [1, 2, 247, 2] {
            #expect(try connection.read(.inputRegisters, of: unit, at: 0, count: 1) == [UInt16(unit)])
        }
        #expect(throws: ModbusError(.read(.inputRegisters), code: ETIMEDOUT)) {
            _ = try connection.read(.inputRegisters, of: 3, at: 0, count: 1)
        }
        #expect(board.requests().map(\.unit) == [1, 2, 247, 2])
    }

    @Test("a link left by a killed board is replaced; the own link goes with the board; a file is not touched")
    func link() throws {
        symlink("/dev/pts/99999", line)
        let board = try SimulatedBoard(at: .serial(path: line))
        #expect(try serialRead() == [0])
        board.stop()
        #expect(access(line, F_OK) != 0)
        close(open(line, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: SystemError.self) { _ = try SimulatedBoard(at: .serial(path: line)) }
        #expect(access(line, F_OK) == 0)
    }

    private func serialRead() throws -> [UInt16] {
        var connection = try serialConnection()
        return try connection.read(.coils, of: 1, at: 0, count: 1)
    }

    @Test("serves several clients at once, and its port is free again after stop")
    func clients() throws {
        let board = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: 0))
        let endpoint = ModbusEndpoint.tcp(host: "127.0.0.1", port: board.port)
        var first = try ModbusConnection(to: endpoint, responseTimeout: .seconds(2))
        var second = try ModbusConnection(to: endpoint, responseTimeout: .seconds(2))
        try first.write(register: 5, of: 1, at: 0)
        #expect(try second.read(.holdingRegisters, of: 1, at: 0, count: 1) == [5])
        #expect(throws: ModbusError.self) { _ = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: board.port)) }
        board.stop()
        _ = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: board.port))
    }

    @Test("a press stays on until it was read, and the next one waits until the release was read", arguments: [1, 0])
    func presses(active: UInt16) throws {
        let notices = try Mailbox<SimulatedBoard.Notice>()
        let board = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: 0)) { notices.post($0) }
        try board.command("name help-1 unit 1 discrete-input 4 active \(active == 1 ? "high" : "low")")
        try board.command("press help-1")
        try board.command("press help-1")
        var connection = try ModbusConnection(
            to: .tcp(host: "127.0.0.1", port: board.port), responseTimeout: .seconds(2))
        for _ in 1...2 {
            #expect(notices.wait(milliseconds: 5000) == [.said("pressed help-1")])
            #expect(notices.wait(milliseconds: 300) == [], "nobody has read it")
            #expect(try connection.read(.discreteInputs, of: 1, at: 0, count: 8)[4] == active)
            #expect(notices.wait(milliseconds: 5000) == [.said("released help-1")])
            #expect(try connection.read(.discreteInputs, of: 1, at: 0, count: 8)[4] == 1 - active)
        }
    }

    @Test("carries out lines in order, waits between them, and says what it cannot do")
    func script() throws {
        let notices = try Mailbox<SimulatedBoard.Notice>()
        let board = try SimulatedBoard(at: .tcp(host: "127.0.0.1", port: 0)) { notices.post($0) }
        let start = ContinuousClock.now
        for line in ["press nobody", "wait 150ms", "silence unit 9", "quit"] { try board.command(line, from: .script) }
        var got: [SimulatedBoard.Notice] = []
        while got.count < 3 {
            let more = notices.wait(milliseconds: 5000)
            if more.isEmpty { break }
            got += more
        }
        #expect(ContinuousClock.now - start >= .milliseconds(150))
        try #require(got.count == 3)
        #expect(got[0] == .wrong("no input is called nobody; name it first: name nobody unit 1 discrete-input 0"))
        #expect(got[1] == .wrong("there is no unit 9; take one of 1, or start with --unit 9"))
        #expect(got[2] == .quit)
    }
}
