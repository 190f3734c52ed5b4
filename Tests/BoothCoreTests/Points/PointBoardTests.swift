// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothCore

@Suite("Points that do not rest")
struct PointBoardTests {
    private static func board(_ kind: PointKind, chatter: RuleSettings.Chatter? = .init(edges: 4, within: .seconds(1)))
        -> PointBoard
    {
        var settings = RuleSettings()
        settings.chatter = chatter
        let point = PointConfiguration(
            id: "p", kind: kind, source: .gpio(GPIOSource(chip: "io", line: .offset(0))),
            debounce: .milliseconds(10), classification: kind.defaultClassification, rules: settings)
        return PointBoard([point])
    }

    /// Gives levels at instants in milliseconds, lets time pass in between and until `end`, and says what followed.
    private func run(_ board: inout PointBoard, _ levels: [(Int64, PointState)], until end: Int64) -> [String] {
        var changes: [PointBoard.Change] = []
        for (time, state) in levels {
            while let deadline = board.nextDeadline, deadline <= instant(time) {
                changes += board.advance(to: deadline)
            }
            changes += board.apply(
                Reading(
                    point: "p", state: state, value: state == .active ? 1 : 0, quality: .good, at: instant(time)))
        }
        while let deadline = board.nextDeadline, deadline <= instant(end) { changes += board.advance(to: deadline) }
        return changes.map { change in
            switch change {
            case .reading(let reading): "\(reading.state) \(reading.at.milliseconds)"
            case .chatter(_, let stands, let at): "\(stands ? "chatters" : "rests") \(at.milliseconds)"
            }
        }
    }

    private func toggles(
        _ count: Int64, from start: Int64, every spacing: Int64, first: PointState = .active
    ) -> [(Int64, PointState)] {
        let second: PointState = first == .active ? .normal : .active
        return (0..<count).map { index -> (Int64, PointState) in
            (start + index * spacing, index % 2 == 0 ? first : second)
        }
    }

    private func instant(_ milliseconds: Int64) -> BootTime { BootTime(nanoseconds: milliseconds * 1_000_000) }

    @Test("a chattering contact holds its alarm, is one fault, and counts again when it rests")
    func holdsAlarm() {
        var board = Self.board(.tamper)
        let toggles = toggles(40, from: 1000, every: 100)
        let followed = run(&board, [(0, .normal)] + toggles, until: 80_000)
        #expect(
            followed == [
                "normal 0", "active 1000", "normal 1100", "active 1200", "normal 1300", "active 1400", "chatters 1400",
                "normal 9900", "rests 64900",
            ])
        #expect(board.all.first?.reading?.state == .normal)
    }

    private static func polledBoard(_ kind: PointKind) -> PointBoard {
        let source = ModbusSource(bus: "b", unit: 1, table: .discreteInput, address: 0, poll: .milliseconds(200))
        return PointBoard([
            PointConfiguration(
                id: "p", kind: kind, source: .modbus(source), debounce: .zero,
                classification: kind.defaultClassification)
        ])
    }

    @Test("a contact that changes with each poll of its unit chatters, by the defaults")
    func polledChatter() {
        var board = Self.polledBoard(.tamper)
        let followed = run(&board, [(0, .normal)] + toggles(300, from: 200, every: 200), until: 60_200)
        #expect(followed.filter { $0.hasPrefix("active") }.count == 11)
        #expect(followed.filter { $0.hasPrefix("chatters") } == ["chatters 4200"])
    }

    @Test(
        "quick presses of a polled button and quick letters do not chatter",
        arguments: [PointKind.helpButton, .mailSlot])
    func quickPresses(kind: PointKind) {
        var board = Self.polledBoard(kind)
        let followed = run(&board, [(0, .normal)] + toggles(100, from: 200, every: 200), until: 60_000)
        #expect(followed.filter { $0.hasPrefix("active") }.count == 50)
        #expect(!followed.contains { $0.hasPrefix("chatters") })
    }

    @Test("a contact that chatters every few seconds is one fault until it has not for a minute")
    func nowAndThen() {
        var board = Self.board(.tamper)
        let bursts = (0..<20).flatMap { toggles(10, from: 1000 + $0 * 8000, every: 100) }
        let followed = run(&board, [(0, .normal)] + bursts, until: 300_000)
        let faults = followed.filter { $0.hasPrefix("chatters") || $0.hasPrefix("rests") }
        #expect(faults == ["chatters 1400", "rests 213900"])
    }

    @Test("noise that never settles into an alarm raises none, and is a fault")
    func noise() {
        var board = Self.board(.roomDoor)
        let noise = toggles(3000, from: 1000, every: 1)
        let followed = run(&board, [(0, .normal)] + noise, until: 80_000)
        #expect(followed.filter { $0.hasPrefix("active") }.isEmpty)
        #expect(followed.contains { $0.hasPrefix("chatters") })
        #expect(followed.last?.hasPrefix("rests") == true)
    }

    @Test("a help button that floods its driver is pressed once")
    func floodingButton() {
        var board = Self.board(.helpButton)
        #expect(run(&board, [(0, .normal), (1000, .active)], until: 1000) == ["normal 0", "active 1000"])
        #expect(board.flood("p", at: instant(1001)) == [.chatter("p", stands: true, at: instant(1001))])
        let polls = toggles(40, from: 1050, every: 50)
        #expect(run(&board, polls, until: 3000).isEmpty)
        #expect(board.flood("p", at: instant(3001)).isEmpty)
        #expect(run(&board, [(3100, .normal)], until: 80_000) == ["normal 8001", "rests 63001"])
    }

    @Test("an alarm that was held before a restart is held until the contact rests")
    func restarted() {
        var board = Self.board(.tamper)
        let told = board.resumeChatter(of: "p", state: .active, at: instant(0))
        #expect(told == [.chatter("p", stands: true, at: instant(0))])
        let toggles = toggles(40, from: 20, every: 100, first: .normal)
        let followed = run(&board, toggles, until: 80_000)
        #expect(followed == ["active 20", "rests 63920"])
    }

    @Test("what chattered before a restart and rests is over after five seconds, with what it says")
    func restartedAtRest() {
        var board = Self.board(.tamper)
        _ = board.resumeChatter(of: "p", state: .active, at: instant(0))
        #expect(run(&board, [(20, .normal)], until: 60_000) == ["active 20", "normal 5000", "rests 60000"])
    }

    @Test("a source that goes and comes back while its contact chatters leaves nobody believing the wrong state")
    func lostMeanwhile() {
        var board = Self.board(.tamper)
        #expect(run(&board, [(0, .active)], until: 0) == ["active 0"])
        #expect(board.flood("p", at: instant(10)).count == 1)
        let stale = Reading(point: "p", state: .active, value: 1, quality: .stale, at: instant(20))
        #expect(board.apply(stale).isEmpty)
        #expect(run(&board, [(4000, .normal)], until: 4000) == ["active 4000"])
        #expect(board.all.first?.reading?.quality == .good)
        #expect(board.apply(stale).isEmpty)
        #expect(run(&board, [], until: 61_000) == ["rests 60010"])
        #expect(run(&board, [(70_000, .normal)], until: 70_000) == ["normal 70000"])
    }

    @Test("every value of a counting input is told, and its state never changes")
    func counting() throws {
        var source = ModbusSource(bus: "b", unit: 1, table: .inputRegister, address: 0, poll: .milliseconds(200))
        source.counter = true
        var board = PointBoard([
            PointConfiguration(
                id: "p", kind: .helpButton, source: .modbus(source), debounce: .zero,
                classification: PointKind.helpButton.defaultClassification)
        ])
        func told(_ value: Int, _ quality: Quality, at time: Int64) -> [PointBoard.Change] {
            board.apply(Reading(point: "p", state: .normal, value: value, quality: quality, at: instant(time)))
        }
        #expect(told(7, .good, at: 0).count == 1)
        #expect(told(7, .good, at: 1).isEmpty)
        #expect(told(7, .fault, at: 2).isEmpty)
        #expect(told(7, .good, at: 3).count == 1)
        let changes = told(9, .good, at: 4)
        #expect(board.all[0].reading?.value == 9 && board.all[0].reading?.state == .normal)
        let reading = try #require(board.all[0].reading)
        #expect(changes == [.reading(reading)])
    }

    @Test("with chatter off every settled change counts, and a driver that is flooded is told all the same")
    func off() {
        var board = Self.board(.tamper, chatter: nil)
        let toggles = toggles(40, from: 1000, every: 100)
        #expect(run(&board, [(0, .normal)] + toggles, until: 60_000).count == 41)
        #expect(board.flood("p", at: instant(60_000)) == [.chatter("p", stands: true, at: instant(60_000))])
    }

    @Test("after any storm and a minute's rest a point is what its driver said last", arguments: 0..<200)
    func endsTrue(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let kinds: [PointKind] = [.helpButton, .tamper, .roomDoor]
        var board = Self.board(kinds[Int(seed) % kinds.count])
        var time: Int64 = 0
        var last = PointState.normal
        var chatters = false
        func note(_ changes: [PointBoard.Change]) {
            for case .chatter(_, let stands, _) in changes {
                #expect(stands != chatters, "begins and ends in turn")
                chatters = stands
            }
        }
        for _ in 0..<400 {
            time += [0, 1, 1, 3, 9, 11, 50, 400][Int.random(in: 0..<8, using: &random)]
            while let deadline = board.nextDeadline, deadline <= instant(time) { note(board.advance(to: deadline)) }
            if Int.random(in: 0..<20, using: &random) == 0 {
                note(board.flood("p", at: instant(time)))
            } else {
                last = Bool.random(using: &random) ? .active : .normal
                // A level is told with the time at which reading began: a little before the last edge.
                let told = max(0, time - Int64.random(in: 0...1, using: &random))
                note(
                    board.apply(
                        Reading(
                            point: "p", state: last, value: last == .active ? 0 : 1, quality: .good, at: instant(told)))
                )
            }
        }
        while let deadline = board.nextDeadline { note(board.advance(to: deadline)) }
        let reading = board.all.first?.reading
        #expect(reading?.state == last)
        #expect(reading?.value == (last == .active ? 0 : 1))
        #expect(!chatters)
    }
}
