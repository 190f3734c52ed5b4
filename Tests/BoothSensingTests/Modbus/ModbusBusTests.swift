// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Modbus
import SimulatedBoard
import TestSupport
import Testing

@testable import BoothSensing

@Suite final class ModbusBusTests {
    enum Wire: CaseIterable { case tcp, serial }

    private let folder = TemporaryFolder()
    private var line: String { folder.file("line") }
    private let collector: ReportCollector
    /// A board serves as long as somebody keeps it.
    private var boards: [SimulatedBoard] = []
    private var buses: [ModbusThread] = []

    init() throws {
        collector = try ReportCollector()
    }

    deinit {
        for bus in buses { bus.stop() }
        for bus in buses { bus.join(milliseconds: 5000) }
        for board in boards { board.stop() }
    }

    private func board(
        on wire: Wire, port: UInt16 = 0, units: [Int] = [1], _ lines: [String] = []
    ) throws -> SimulatedBoard {
        let board = try SimulatedBoard(
            at: wire == .tcp ? .tcp(host: "127.0.0.1", port: port) : .serial(path: line), units: units)
        boards.append(board)
        for line in lines { try board.command(line) }
        return board
    }

    private func transport(_ board: SimulatedBoard) -> ModbusBusConfiguration.Transport {
        board.port == 0 ? serial : .tcp(host: "127.0.0.1", port: board.port)
    }

    private var serial: ModbusBusConfiguration.Transport {
        .serial(path: line, baud: 115_200, parity: .none, stopBits: 1)
    }

    @discardableResult
    private func start(
        _ transport: ModbusBusConfiguration.Transport, timeout: Duration = .milliseconds(300),
        remembered: [PointID: InputMemory] = [:], units: [Int: ModbusUnitConfiguration] = [:],
        _ points: [PointConfiguration]
    ) throws -> ModbusThread {
        var configuration = ModbusBusConfiguration(name: "bus", transport: transport, responseTimeout: timeout)
        configuration.units = units
        let bus = try ModbusThread(
            BusSetup(
                configuration, points: points, unitSilent: 3, remembered: remembered, deliver: collector.deliver))
        buses.append(bus)
        try bus.start()
        return bus
    }

    private func point(
        _ id: PointID, unit: Int = 1, _ table: ModbusTable, _ address: Int, bit: Int? = nil,
        active: Polarity = .high, poll: Duration = .milliseconds(20), loop: LoopBands? = nil
    ) -> PointConfiguration {
        PointConfiguration(
            id: id, kind: .contact,
            source: .modbus(
                ModbusSource(
                    bus: "bus", unit: unit, table: table, address: address, bit: bit, active: active, poll: poll)),
            debounce: .zero, loop: loop, classification: nil)
    }

    private func point(
        _ id: PointID, unit: Int = 1, _ address: Int, active: Polarity = .high, poll: Duration = .milliseconds(20)
    ) -> PointConfiguration {
        point(id, unit: unit, .discreteInput, address, active: active, poll: poll)
    }

    @Test("reads points of all tables, by polarity, bit and loop", arguments: Wire.allCases)
    func tables(wire: Wire) throws {
        let board = try board(
            on: wire,
            [
                "set unit 1 coil 0 on", "set unit 1 holding-register 4 8", "set unit 1 input-register 3 750",
                "set unit 1 input-register 4 1000",
            ])
        let loop = LoopBands(short: 0...100, normal: 101...600, alarm: 601...900, cut: nil)
        try start(
            transport(board),
            [
                point("coil", .coil, 0), point("door", .discreteInput, 0, active: .low),
                point("bit", .holdingRegister, 4, bit: 3), point("other-bit", .holdingRegister, 4, bit: 2),
                point("loop", .inputRegister, 3, loop: loop), point("no-band", .inputRegister, 4, loop: loop),
            ])
        #expect(collector.wait { $0.reports.count == 6 })
        expect("coil", .active, 1, .good)
        expect("door", .active, 0, .good)
        expect("bit", .active, 8, .good)
        expect("other-bit", .normal, 8, .good)
        expect("loop", .active, 750, .good)
        expect("no-band", .unknown, nil, .fault)
    }

    @Test("a counting register tells each press once, those before its start too", arguments: Wire.allCases)
    func counter(wire: Wire) throws {
        var help = point("help-1", .inputRegister, 6)
        guard case .modbus(var source) = help.source else { return }
        source.counter = true
        help.source = .modbus(source)
        let board = try board(on: wire, ["set unit 1 input-register 6 43"])
        try start(transport(board), remembered: ["help-1": InputMemory(counter: 40)], [help])
        #expect(collector.wait { $0.reading("help-1") != nil })
        try board.command("set unit 1 input-register 6 44")
        #expect(collector.wait { $0.reading("help-1")?.value == 44 })
        try board.command("set unit 1 input-register 6 65535")
        #expect(collector.wait { $0.devices().last?.fault?.code == .implausible })
        expect("help-1", .normal, 44, .fault)
        try board.command("set unit 1 input-register 6 46")
        #expect(collector.wait { $0.reading("help-1")?.value == 46 })
        let presses = collector.reports.compactMap { if case .counted(let presses) = $0 { presses.count } else { nil } }
        #expect(presses == [3, 1, 2])
        #expect(collector.devices().map(\.condition.isFound) == [false])
    }

    @Test("adjacent points are one request, and only changes are told")
    func merged() throws {
        let board = try board(on: .tcp)
        try start(transport(board), (0..<8).map { point(PointID(rawValue: "p\($0)"), $0) })
        #expect(collector.wait { $0.reports.count == 8 })
        try board.command("set unit 1 discrete-input 5 on")
        #expect(collector.wait { $0.reading("p5")?.state == .active })
        #expect(collector.reports.count == 9)
        let whole = ReadRequest(unit: 1, table: .discreteInputs, address: 0, count: 8)
        #expect(board.requests().allSatisfy { $0.read == whole })
    }

    @Test("a press on the board is followed", arguments: Wire.allCases)
    func press(wire: Wire) throws {
        let board = try board(on: wire, ["name help-1 unit 1 discrete-input 2 active low"])
        try start(transport(board), [point("help-1", 2, active: .low, poll: .milliseconds(100))])
        #expect(collector.wait { $0.reading("help-1")?.state == .normal })
        try board.command("press help-1")
        #expect(collector.wait { $0.reading("help-1")?.state == .active })
        #expect(collector.wait { $0.reading("help-1")?.state == .normal })
        #expect(collector.reports.count == 3)
    }

    @Test(
        "a silent unit is one fault with its points stale, the others go on, and it is found again",
        arguments: Wire.allCases)
    func silentUnit(wire: Wire) throws {
        let board = try board(on: wire, units: [1, 2])
        try start(
            transport(board), timeout: .milliseconds(60),
            [point("live", 0), point("a", unit: 2, 0), point("b", unit: 2, .coil, 0)])
        #expect(collector.wait { $0.reports.count == 3 })
        try board.command("silence unit 2")
        #expect(collector.wait { $0.reading("a")?.quality == .stale && $0.reading("b")?.quality == .stale })
        #expect(collector.devices().map(\.device) == ["modbus:bus/2"])
        #expect(collector.devices().first?.fault?.code == .silent)
        expect("a", .normal, 0, .stale)
        try board.command("set unit 1 discrete-input 0 on")
        #expect(collector.wait { $0.reading("live")?.state == .active })
        try board.command("answer unit 2")
        #expect(collector.wait { $0.reading("a")?.quality == .good && $0.reading("b")?.quality == .good })
        #expect(collector.devices().map(\.condition.isFound) == [false, true])
    }

    @Test("a unit that never answers is told once, its points unknown and stale")
    func neverThere() throws {
        let board = try board(on: .tcp, units: [1])
        try start(transport(board), timeout: .milliseconds(40), [point("p", unit: 9, 0), point("live", 0)])
        #expect(collector.wait { $0.reading("p") != nil && $0.reading("live") != nil })
        expect("p", .unknown, nil, .stale)
        #expect(collector.devices().map(\.device) == ["modbus:bus/9"])
    }

    @Test("a board that goes and comes back is one fault of the bus", arguments: Wire.allCases)
    func reconnect(wire: Wire) throws {
        let first = try board(on: wire, units: [1, 2])
        try start(transport(first), [point("p", 0), point("q", unit: 2, 0)])
        #expect(collector.wait { $0.reports.count == 2 })
        first.stop()
        #expect(collector.wait { $0.reading("p")?.quality == .stale && $0.reading("q")?.quality == .stale })
        #expect(collector.devices().map(\.device) == ["modbus:bus"])
        _ = try board(on: wire, port: first.port, units: [1, 2], ["set unit 1 discrete-input 0 on"])
        #expect(collector.wait { $0.reading("p")?.quality == .good && $0.reading("q")?.quality == .good })
        expect("p", .active, 1, .good)
        #expect(collector.devices().map(\.condition.isFound) == [false, true])
    }

    @Test("a line that is not there is told with the path and the next step, and opened once it is")
    func missingLine() throws {
        try start(serial, [point("p", 0)])
        #expect(collector.wait { $0.reading("p") != nil })
        expect("p", .unknown, nil, .stale)
        let fault = collector.devices().first?.fault
        #expect(fault?.code == .missing)
        #expect(fault?.message.en.contains(line) == true && fault?.message.en.contains("by-id") == true)
        #expect(fault?.message.zh.contains(line) == true)
        _ = try board(on: .serial)
        #expect(collector.wait { $0.reading("p")?.quality == .good })
        #expect(collector.devices().map(\.condition.isFound) == [false, true])
    }

    @Test("a refused port and an unknown host are told apart")
    func refusedPort() throws {
        let free = try ModbusListener.listen(host: "127.0.0.1", port: 0)
        close(free.descriptor)
        try start(.tcp(host: "127.0.0.1", port: free.port), [point("p", 0)])
        #expect(collector.wait { $0.devices().first?.fault?.code == .refused })
        let other = try ReportCollector()
        let bus = try ModbusThread(
            BusSetup(
                ModbusBusConfiguration(
                    name: "bus", transport: .tcp(host: "no-such-host.invalid", port: 502), responseTimeout: .seconds(1)),
                points: [point("p", 0)], unitSilent: 3, deliver: other.deliver))
        try bus.start()
        #expect(other.wait(seconds: 30) { $0.devices().first?.fault?.code == .missing })
        bus.stop()
        #expect(bus.join(milliseconds: 30_000))
    }

    @Test("an answer that comes too late is never another register's", arguments: Wire.allCases)
    func lateAnswers(wire: Wire) throws {
        // Each register holds its own address; delays around the timeout come and go. What is promised is twice the
        // timeout beyond it: a board on a busy machine is a good deal later than it is told to be.
        let addresses = Array(stride(from: 0, to: 20, by: 2))
        let board = try board(on: wire, addresses.map { "set unit 1 input-register \($0) \(1000 + $0)" })
        try start(
            transport(board), timeout: .milliseconds(200),
            addresses.map { point(PointID(rawValue: "r\($0)"), .inputRegister, $0, poll: .milliseconds(10)) })
        #expect(collector.wait { $0.reports.count == addresses.count })
        for delay in [100, 250, 300, 400] {
            let lost = collector.devices().count
            try board.command("delay unit 1 \(delay)ms")
            #expect(delay < 200 || collector.wait { $0.devices().count > lost })
            try board.command("answer unit 1")
            #expect(collector.wait { $0.devices().last?.condition.isFound != false })
        }
        for case .reading(let reading) in collector.reports {
            #expect(reading.value.map { "r\($0 - 1000)" } == reading.point.rawValue)
        }
    }

    @Test("of a merged request that the unit refuses, only the wrong address is marked")
    func refusedAddress() throws {
        let board = try board(on: .tcp)
        try start(transport(board), (1020..<1026).map { point(PointID(rawValue: "p\($0)"), .coil, $0) })
        #expect(collector.wait { $0.reports.count == 6 + 2 })
        expect("p1023", .normal, 0, .good)
        expect("p1024", .unknown, nil, .fault)
        expect("p1025", .unknown, nil, .fault)
        #expect(Set(collector.devices().map(\.device)) == [.address(of: "p1024"), .address(of: "p1025")])
    }

    @Test("a busy unit is refused after some polls, without a new connection")
    func busy() throws {
        let board = try board(on: .tcp)
        try start(transport(board), [point("p", 0)])
        #expect(collector.wait { $0.reports.count == 1 })
        try board.command("refuse unit 1 exception 6")
        #expect(collector.wait { $0.reading("p")?.quality == .stale })
        #expect(collector.devices().first?.fault?.code == .refused)
        try board.command("answer unit 1")
        #expect(collector.wait { $0.reading("p")?.quality == .good })
    }

    @Test("a unit whose guard register reads otherwise is not believed until it reads right", arguments: Wire.allCases)
    func guardRegister(wire: Wire) throws {
        var unit = ModbusUnitConfiguration()
        unit.guardRegister = ModbusUnitConfiguration.GuardRegister(table: .holdingRegister, address: 100, value: 4711)
        let board = try board(on: wire, ["set unit 1 holding-register 100 4712", "set unit 1 discrete-input 0 on"])
        try start(transport(board), units: [1: unit], [point("p", 0)])
        #expect(collector.wait { $0.devices().first?.fault?.code == .implausible })
        #expect(collector.reading("p")?.value == nil)
        try board.command("set unit 1 holding-register 100 4711")
        #expect(collector.wait { $0.devices().last?.condition.isFound == true })
        #expect(collector.wait { $0.reading("p")?.quality == .good && $0.reading("p")?.value == 1 })
    }

    @Test("a read in between has its own values, and disturbs no point", arguments: Wire.allCases)
    func errand(wire: Wire) throws {
        let board = try board(on: wire, (0..<8).map { "set unit 1 input-register \($0) \(1000 + $0)" })
        let thread = try start(transport(board), [point("r7", .inputRegister, 7)])
        #expect(collector.wait { $0.reading("r7")?.value == 1007 })
        let answers = try Mailbox<Result<[UInt16], ModbusError>>()
        for address in 0..<4 {
            let request = ReadRequest(unit: 1, table: .inputRegisters, address: address, count: 2)
            thread.buses[0].read(request) { answers.post($0) }
        }
        var words: [[UInt16]] = []
        while words.count < 4, case let taken = answers.wait(milliseconds: 10_000), !taken.isEmpty {
            for answer in taken { words.append(try answer.get()) }
        }
        #expect(words == [[1000, 1001], [1001, 1002], [1002, 1003], [1003, 1004]])
        #expect(collector.reports.count == 1)
    }

    @Test("bad frames lose the unit and not the bus", arguments: Wire.allCases)
    func badFrames(wire: Wire) throws {
        let board = try board(on: wire, ["garble unit 1"])
        try start(transport(board), timeout: .milliseconds(40), [point("p", 0)])
        #expect(collector.wait { $0.reading("p")?.quality == .stale })
        #expect(collector.devices().map(\.device) == ["modbus:bus/1"])
        try board.command("answer unit 1")
        #expect(collector.wait { $0.reading("p")?.quality == .good })
    }

    @Test("the thread ends within a response timeout after stop", arguments: Wire.allCases)
    func stops(wire: Wire) throws {
        let board = try board(on: wire, units: [1, 2], ["silence unit 2"])
        let bus = try start(
            transport(board), timeout: .milliseconds(500), [point("p", 0), point("q", unit: 2, 0)])
        #expect(collector.wait { $0.reading("p") != nil })
        let start = ContinuousClock.now
        bus.stop()
        #expect(bus.join(milliseconds: 5000))
        #expect(ContinuousClock.now - start < .milliseconds(1000))
    }

    private func expect(
        _ point: PointID, _ state: PointState, _ value: Int?, _ quality: Quality,
        at place: SourceLocation = #_sourceLocation
    ) {
        let reading = collector.reading(point)
        #expect(reading?.state == state, sourceLocation: place)
        #expect(reading?.value == value, sourceLocation: place)
        #expect(reading?.quality == quality, sourceLocation: place)
    }
}

extension DeviceReport.Condition {
    fileprivate var isFound: Bool { self == .found }
}
