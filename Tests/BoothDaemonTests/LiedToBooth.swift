import BoothModel
import BoothSensing
import Synchronization
import TestSupport

// SPDX-License-Identifier: Apache-2.0
@testable import BoothCore
@testable import BoothDaemon

/// A booth with one bus of three units that lie, from the wire to the incidents: whatever it believes that is not so is
/// a complaint.
final class LiedToBooth {
    static let units = 1...3
    /// Far enough apart to be requests of their own, all of one shape: what is late could be any other's answer.
    static let registers = [10, 1061, 2112, 3163, 4214]
    static let bits = [0, 1, 2]
    static let coil = 5
    static let poll = Duration.milliseconds(200)

    let board: LyingBoard
    private let lies: RandomLies
    private let bus: ModbusThread
    private let judge: Judge

    init(_ wire: RawWire, lies count: Int, seed: UInt64, timeout: Duration) throws {
        let lies = RandomLies(seed: seed, count: count, on: wire, timeout: timeout)
        // Beyond two timeouts too late nothing is promised; of those, some is for a board that comes to a request late on
        // a busy machine, and takes it for younger than it is.
        board = try LyingBoard(on: wire, latest: wire == .serial ? timeout * 2.6 : .seconds(60)) { lies.lie(to: $0) }
        let points = Self.units.flatMap(Self.points)
        let judge = Judge(points)
        let transport: ModbusBusConfiguration.Transport =
            wire == .serial
            ? .serial(path: board.path, baud: 115_200, parity: .none, stopBits: 1)
            : .tcp(host: "127.0.0.1", port: board.port)
        let configuration = ModbusBusConfiguration(name: "bus", transport: transport, responseTimeout: timeout)
        bus = try ModbusThread(BusSetup(configuration, points: points, unitSilent: 3) { judge.take($0) })
        (self.lies, self.judge) = (lies, judge)
    }

    func start() throws { try bus.start() }

    func stop() {
        bus.stop()
        bus.join(milliseconds: 10_000)
        board.stop()
    }

    /// What it believed that is not so.
    var complaints: [String] { judge.complaints }

    /// Points whose last reading is good.
    var goodPoints: Int { judge.goodPoints }

    var points: Int { judge.points }

    /// Waits until every lie has been told.
    func waitForLies(seconds: Int) -> Bool { board.wait(seconds: seconds) { _ in lies.areTold } }

    /// Waits until every point is polled at its period: in ten cycles nine times at least, ten being how often the point
    /// that is polled most often is polled.
    ///
    /// - Parameter refused: whether points count whose address was refused last, which is asked again seldom.
    /// - Returns: how many cycles after the last fault the ten began; nil when that took longer than `seconds`.
    func waitForFullRate(refused: Bool, seconds: Int) -> Int? {
        var found: Int?
        _ = board.wait(seconds: seconds) { heard in
            found = Self.cyclesToFullRate(in: heard, refused)
            return found != nil
        }
        return found
    }

    private static func cyclesToFullRate(in heard: [LyingBoard.Heard], _ refused: Bool) -> Int? {
        let first = (heard.lastIndex { $0.lie != .none } ?? -1) + 1
        let inputs = units.flatMap { unit in addresses.map { Input(unit: unit, function: $0, address: $1) } }
            .filter { refused || !$0.isRefused(in: heard[..<first]) }
        var counts = [Int](repeating: 0, count: inputs.count)
        var cycles = 0
        var isComplete = false
        for heard in heard[first...] {
            for (index, input) in inputs.enumerated() where input.isRead(by: heard) { counts[index] += 1 }
            let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
            guard isComplete ? most == 10 : least > 0 else { continue }
            if isComplete, least >= 9 { return cycles }
            isComplete = true
            cycles += most
            counts = counts.map { _ in 0 }
        }
        return nil
    }

    private struct Input {
        var unit: Int
        var function: UInt8
        var address: Int

        func isRead(by heard: LyingBoard.Heard) -> Bool { heard.frame.reads(function, address, of: unit) }

        /// Whether the last answer to it alone was that there is no such address.
        func isRefused(in heard: ArraySlice<LyingBoard.Heard>) -> Bool {
            guard case .exception(1...3)? = heard.last(where: isRead)?.lie else { return false }
            return true
        }
    }

    private static var addresses: [(UInt8, Int)] {
        registers.map { (4, $0) } + bits.map { (2, $0) } + [(1, coil)]
    }

    /// Inputs at rest: a wrong word of any of them is an alarm.
    private static func points(of unit: Int) -> [PointConfiguration] {
        addresses.map { function, address in
            let word = Int(RawTruth.word(function, address, of: unit))
            let table: ModbusTable = [1: .coil, 2: .discreteInput][function] ?? .inputRegister
            return PointConfiguration(
                id: PointID(rawValue: "u\(unit)-f\(function)-\(address)"), kind: .tamper,
                source: .modbus(
                    ModbusSource(
                        bus: "bus", unit: unit, table: table, address: address, active: word == 0 ? .high : .low,
                        poll: poll)),
                debounce: .zero, loop: function > 2 ? loop(around: word) : nil,
                classification: PointKind.tamper.defaultClassification)
        }
    }

    private static func loop(around word: Int) -> LoopBands {
        LoopBands(short: 0...word / 2, normal: word...word, alarm: word / 2 + 1...word - 1, cut: word + 1...65_535)
    }
}

/// What the agent would make of the reports, on the bus's thread.
private final class Judge: Sendable {
    private struct State {
        var board: PointBoard
        var rules: IncidentRules
        var quality: [PointID: Quality] = [:]
        var complaints: [String] = []
    }

    private let state: Mutex<State>
    private let truth: [PointID: Int]

    init(_ points: [PointConfiguration]) {
        let configuration = Configuration(
            booth: Booth(
                code: "B0001", name: "第三警务室", county: "330225", grid: "330225001002", address: "A1",
                longitude: 121.87, latitude: 29.48),
            points: points, targets: [])
        let rules = IncidentRules(configuration: configuration, ids: EventIDGenerator(after: 0))
        state = Mutex(State(board: PointBoard(points), rules: rules))
        truth = Dictionary(
            uniqueKeysWithValues: points.compactMap { point in
                guard case .modbus(let source) = point.source else { return nil }
                let function: UInt8 = [.coil: 1, .discreteInput: 2][source.table] ?? 4
                return (point.id, Int(RawTruth.word(function, source.address, of: source.unit)))
            })
    }

    var complaints: [String] { state.withLock { $0.complaints } }
    var goodPoints: Int { state.withLock { $0.quality.values.count { $0 == .good } } }
    var points: Int { truth.count }

    func take(_ reports: [SensorReport]) {
        state.withLock { state in
            for report in reports {
                switch report {
                case .reading(let reading): take(reading, &state)
                case .device(let report): note(state.rules.apply(report, at: moment(report.at)), &state)
                case .counted, .missed, .flood: state.complaints.append("\(report)")
                }
            }
        }
    }

    private func take(_ reading: Reading, _ state: inout State) {
        if let value = reading.value, value != truth[reading.point] { state.complaints.append("\(reading)") }
        state.quality[reading.point] = reading.quality
        for change in state.board.apply(reading) {
            guard case .reading(let settled) = change else {
                state.complaints.append("\(change)")
                continue
            }
            if settled.state != .normal { state.complaints.append("\(settled)") }
            note(state.rules.apply(settled, at: moment(settled.at)), &state)
        }
    }

    /// That a unit is lost or found is so; nothing else is.
    private func note(_ decision: Decision, _ state: inout State) {
        for event in decision.events where event.incident?.category != .sensor {
            state.complaints.append("\(event.content)")
        }
    }

    private func moment(_ time: BootTime) -> Moment {
        Moment(
            boot: time, wallMilliseconds: time.milliseconds, in: .ofProcess,
            clock: .synced, bootID: "boot")
    }
}
