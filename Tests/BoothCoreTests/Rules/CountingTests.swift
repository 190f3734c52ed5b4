// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("A counting input")
struct CountingTests {
    private static func counting(
        _ id: PointID, _ kind: PointKind, repeatWindow: Duration = .seconds(30), letter: Duration = .seconds(10),
        address: Int = 3, classification: Classification? = nil
    ) -> PointConfiguration {
        var point = RehearsedBooth.point(id, kind, classification: classification, repeatWindow: repeatWindow)
        var source = ModbusSource(
            bus: "inside", unit: 1, table: .inputRegister, address: address, poll: .milliseconds(200))
        source.counter = true
        point.source = .modbus(source)
        point.rules.letter = letter
        point.rules.chatter = nil
        return point
    }

    private func count(
        _ point: PointID, _ count: Int, to value: Int, at seconds: Double, in booth: inout RehearsedBooth
    ) -> [String] {
        let passed = booth.pass(to: seconds)
        let now = booth.moment(at: seconds)
        let presses = CountedPresses(point: point, count: count, value: value, at: now.boot)
        return (passed + booth.keep(booth.rules.apply(presses, at: now))).map(\.short)
    }

    @Test("raises what was pressed as one incident with its count, and restores it like a release")
    func presses() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton)])
        #expect(count("help-1", 3, to: 9, at: 10, in: &booth) == ["raised help 3"])
        #expect(booth.pass(to: 20).map(\.short) == ["restored help 3 after 0 s"])
        #expect(booth.rules.inputs["help-1"]?.counter == 9)
    }

    @Test("50 presses in 10 s are one incident with count 50")
    func many() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton)])
        for press in 0..<50 { _ = count("help-1", 1, to: press, at: 100 + Double(press) * 0.2, in: &booth) }
        booth.pass(to: 200)
        #expect(booth.incidents.values.map(\.count) == [50])
        #expect(booth.events.filter { $0.type == .incidentRaised }.count == 1)
        #expect(booth.events.last?.short == "restored help 50 after 9 s")
    }

    @Test("with a window of zero each press is an incident, as far as a hand can press")
    func noWindow() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton, repeatWindow: .zero)])
        let each = ["raised help 1", "restored help 1 after 0 s"]
        #expect(count("help-1", 2, to: 2, at: 1, in: &booth) == each + each)
        #expect(count("help-1", 1, to: 3, at: 2, in: &booth) == each)
        let many = count("help-1", 100, to: 103, at: 9, in: &booth)
        #expect(many.count == 40 && many.last == "restored help 81 after 0 s")
        #expect(booth.incidents.values.map(\.count).reduce(0, +) == 103)
    }

    @Test("of a tamper contact is raised and restored")
    func contact() {
        var booth = RehearsedBooth([Self.counting("box", .tamper)])
        #expect(count("box", 1, to: 1, at: 1, in: &booth) == ["raised tamper 1", "restored tamper 1 after 0 s"])
    }

    @Test("of a mail slot counts edges of letters: one report is one letter, unless every edge is one")
    func letters() {
        var booth = RehearsedBooth([Self.counting("slot", .mailSlot)])
        #expect(count("slot", 4, to: 4, at: 1, in: &booth) == ["raised mail 1"])
        #expect(count("slot", 2, to: 6, at: 2, in: &booth).isEmpty)
        #expect(count("slot", 2, to: 8, at: 30, in: &booth).isEmpty)
        #expect(booth.incidents.values.map(\.count) == [2])
        var bare = RehearsedBooth([Self.counting("slot", .mailSlot, letter: .zero)])
        #expect(count("slot", 4, to: 4, at: 1, in: &bare) == ["raised mail 4"])
    }

    @Test("remembers its value with the press, in one entry of the journal")
    func oneEntry() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton)])
        let now = booth.moment(at: 1)
        let decision = booth.rules.apply(CountedPresses(point: "help-1", count: 1, value: 41, at: now.boot), at: now)
        #expect(decision.events.map(\.short) == ["raised help 1"])
        #expect(decision.points.map(\.counter?.value) == [41])
        #expect(!decision.canBeToldAgain)
    }

    @Test("a letter that adds to the one before is not told again: its count must not be lost with the power")
    func letterOnDisk() {
        var booth = RehearsedBooth([Self.counting("slot", .mailSlot)])
        _ = count("slot", 1, to: 1, at: 1, in: &booth)
        let now = booth.moment(at: 2)
        let decision = booth.rules.apply(CountedPresses(point: "slot", count: 1, value: 2, at: now.boot), at: now)
        #expect(decision.events.isEmpty && decision.points.map(\.counter?.value) == [2])
        #expect(!decision.canBeToldAgain)
    }

    @Test("the count goes on after a restart, and from another register it begins anew")
    func restart() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton)])
        let now = booth.moment(at: 1)
        booth.keep(
            booth.rules.apply(Reading(point: "help-1", state: .normal, value: 7, quality: .good, at: now.boot), at: now)
        )
        booth.restart()
        #expect(booth.rules.inputs["help-1"]?.counter == 7)
        let moved = RehearsedBooth([Self.counting("help-1", .helpButton, address: 4)]).configuration
        let rules = IncidentRules(
            configuration: moved, points: Array(booth.points.values), ids: EventIDGenerator(after: 0))
        #expect(rules.inputs["help-1"]?.counter == nil)
    }

    @Test("a press that was not restored when the agent was killed is restored as of the press")
    func killed() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton)])
        booth.see("help-1", .normal, at: 0)
        _ = count("help-1", 1, to: 1, at: 500, in: &booth)
        booth.restart()
        let restored = booth.keep(booth.rules.advance(to: booth.moment(at: 600)))
        #expect(restored.map(\.short) == ["restored help 1 after 0 s"])
        #expect(restored.first?.moment.boot == booth.moment(at: 500).boot)
    }

    @Test("a baseline is written once, not with each reading")
    func baseline() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton)])
        func read(_ value: Int, at seconds: Double) -> Decision {
            let now = booth.moment(at: seconds)
            return booth.rules.apply(
                Reading(point: "help-1", state: .normal, value: value, quality: .good, at: now.boot), at: now)
        }
        #expect(read(7, at: 0).points.count == 1)
        #expect(read(7, at: 1).isEmpty)
        #expect(read(40_000, at: 2).points.map(\.counter?.value) == [40_000])
    }

    @Test("a lost unit's fault ends with a press")
    func unitIsBack() {
        var booth = RehearsedBooth([Self.counting("help-1", .helpButton)])
        let now = booth.moment(at: 0)
        let silent = DeviceFault(.silent, Message(zh: "无应答", en: "no answer"))
        booth.keep(
            booth.rules.apply(
                DeviceReport(device: .unit(1, of: "inside"), condition: .lost(silent), at: now.boot), at: now))
        #expect(count("help-1", 1, to: 2, at: 5, in: &booth) == ["restored sensor 1 after 5 s", "raised help 1"])
    }
}
