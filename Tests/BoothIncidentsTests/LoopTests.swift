// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothIncidents

@Suite("A supervised loop")
struct LoopTests {
    private static func booth(_ kind: PointKind, attended: [WeeklySchedule.Attendance] = []) -> RehearsedBooth {
        var point = RehearsedBooth.point("p", kind)
        point.loop = LoopBands(short: 0...9, normal: 10...19, alarm: 20...29, cut: 30...39)
        return RehearsedBooth([point], attended: attended)
    }

    @Test(
        "of a tamper contact: cut or bridged is tampering, and one incident until it is whole",
        arguments: [PointState.cut, .short])
    func tamper(broken: PointState) {
        var booth = Self.booth(.tamper)
        booth.see("p", .normal, at: 0)
        #expect(booth.see("p", broken, at: 1).map(\.short) == ["raised tamper 1"])
        #expect(booth.see("p", .active, at: 2).isEmpty)
        #expect(booth.see("p", .normal, at: 3).map(\.short) == ["restored tamper 1 after 2 s"])
        #expect(booth.rules.standingFaults.isEmpty)
    }

    @Test("of a button: a cut is a fault, heals, and presses nothing")
    func button() {
        var booth = Self.booth(.helpButton)
        booth.see("p", .normal, at: 0)
        #expect(booth.see("p", .cut, at: 1).map(\.short) == ["raised sensor 1"])
        #expect(booth.see("p", .short, at: 2).isEmpty)
        #expect(booth.see("p", .normal, at: 5).map(\.short) == ["restored sensor 1 after 4 s"])
        #expect(booth.incidents.count == 1)
        #expect(booth.see("p", .active, at: 9).map(\.short) == ["raised help 1"])
    }

    @Test("a press whose loop is cut is not released by it: what it says afterwards counts")
    func pressThenCut() {
        var booth = Self.booth(.helpButton)
        booth.see("p", .active, at: 0)
        #expect(booth.see("p", .cut, at: 1).map(\.short) == ["raised sensor 1"])
        booth.restart()
        #expect(booth.pass(to: 30).isEmpty)
        #expect(booth.see("p", .active, at: 31).map(\.short) == ["restored sensor 1 after 30 s"])
        booth.see("p", .normal, at: 40)
        #expect(booth.pass(to: 50).map(\.short) == ["restored help 1 after 40 s"])
        #expect(booth.incidents.values.filter { $0.category == .help }.count == 1)
    }

    @Test("a press that comes with the healing of a cut is one")
    func cutThenPress() {
        var booth = Self.booth(.helpButton)
        booth.see("p", .cut, at: 0)
        #expect(booth.see("p", .active, at: 5).map(\.short) == ["restored sensor 1 after 5 s", "raised help 1"])
    }

    @Test("of a door: a cut neither opens nor closes it")
    func door() {
        var booth = Self.booth(.roomDoor)
        #expect(booth.see("p", .active, at: 0).map(\.short) == ["raised intrusion 1"])
        #expect(booth.see("p", .short, at: 1).map(\.short) == ["raised sensor 1"])
        #expect(booth.see("p", .active, at: 2).map(\.short) == ["restored sensor 1 after 1 s"])
        #expect(booth.see("p", .normal, at: 3).map(\.short) == ["restored intrusion 1 after 3 s"])
        #expect(booth.see("p", .cut, at: 4).map(\.short) == ["raised sensor 1"])
        #expect(booth.see("p", .normal, at: 5).map(\.short) == ["restored sensor 1 after 1 s"])
    }

    @Test("of power: what was away when the loop broke is an incident once it is seen to be away for its time")
    func power() {
        var booth = Self.booth(.mainsPower)
        booth.see("p", .active, at: 0)
        #expect(booth.see("p", .cut, at: 1).map(\.short) == ["raised sensor 1"])
        #expect(booth.pass(to: 60).isEmpty)
        #expect(booth.see("p", .active, at: 60).map(\.short) == ["restored sensor 1 after 59 s"])
        #expect(booth.pass(to: 80).map(\.short) == ["raised power 1"])
    }

    @Test("a value that could not be believed is believed with the next good reading")
    func value() {
        var booth = Self.booth(.helpButton)
        let now = booth.moment(at: 0)
        let fault = DeviceFault(.implausible, Message(zh: "不可能", en: "cannot be"))
        booth.keep(
            booth.rules.take(DeviceReport(device: .value(of: "p"), condition: .lost(fault), at: now.boot), at: now))
        #expect(booth.rules.standingFaults == ["sensor:value:p"])
        booth.restart()
        #expect(booth.see("p", .normal, at: 8).map(\.short) == ["restored sensor 1 after 8 s"])
    }
}
