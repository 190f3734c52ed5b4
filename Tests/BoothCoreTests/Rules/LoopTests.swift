// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

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

    @Test("that is broken is told with its cause and what to do: once, after a restart again, and when it is whole")
    func cause() {
        var booth = Self.booth(.helpButton)
        func tell(_ state: PointState, at seconds: Double) -> [String] {
            let now = booth.moment(at: seconds)
            let decision = booth.rules.apply(
                Reading(point: "p", state: state, value: 0, quality: .good, at: now.boot), at: now)
            booth.keep(decision)
            return decision.devices.map { report in
                guard case .lost(let fault) = report.condition else { return "\(report.device) found" }
                return "\(report.device) \(fault.code)" + (fault.message.en.contains("; check") ? "" : ", no next step")
            }
        }
        #expect(tell(.normal, at: 0).isEmpty)
        #expect(tell(.cut, at: 1) == ["loop:p cut"])
        #expect(tell(.cut, at: 2).isEmpty)
        #expect(tell(.short, at: 3) == ["loop:p short"])
        booth.restart()
        #expect(tell(.short, at: 4) == ["loop:p short"])
        #expect(booth.incidents.count == 1)
        #expect(tell(.normal, at: 5) == ["loop:p found"])
    }

    @Test("that is broken is no fault any more where its point becomes a tamper contact, or has no loop")
    func otherwise() {
        let loop = Self.booth(.helpButton).configuration.points[0]
        var tamper = loop
        tamper.kind = .tamper
        for next in [tamper, RehearsedBooth.point("p", .helpButton)] {
            var booth = RehearsedBooth([loop])
            booth.see("p", .cut, at: 0)
            booth.restart([next])
            #expect(!IncidentRules.devices(of: next).contains(.loop(of: "p")))
            let known = Set(IncidentRules.devices(of: next))
            let decision = booth.rules.forgetForeignFaults(known: known, at: booth.moment(at: 3))
            #expect(decision.events.map(\.short) == ["restored sensor 1 after 3 s"])
        }
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

    @Test("a fault of its values is the driver's to take back, over a restart too; a good reading is believed at once")
    func value() {
        var booth = Self.booth(.helpButton)
        var point = booth.configuration.points[0]
        if case .modbus(var source) = point.source {
            source.table = .inputRegister
            point.source = .modbus(source)
        }
        booth = RehearsedBooth([point])
        func tell(_ condition: DeviceReport.Condition, at seconds: Double) -> [String] {
            let now = booth.moment(at: seconds)
            let report = DeviceReport(device: .value(of: "p"), condition: condition, at: now.boot)
            return booth.keep(booth.rules.apply(report, at: now)).map(\.short)
        }
        let fault = DeviceFault(.implausible, Message(zh: "不可能", en: "cannot be"))
        #expect(tell(.lost(fault), at: 0) == ["raised sensor 1"])
        booth.restart()
        #expect(booth.rules.inputs["p"]?.isImplausible == true)
        #expect(booth.see("p", .active, at: 8).map(\.short) == ["raised help 1"])
        #expect(booth.rules.standingFaults == ["sensor:value:p"])
        #expect(tell(.found, at: 70) == ["restored sensor 1 after 70 s"])
        #expect(booth.rules.inputs["p"]?.isImplausible == false)
    }

    @Test("a fault of a value or an address is only where there is a register or a unit")
    func devices() {
        let bit = RehearsedBooth.help
        #expect(!IncidentRules.devices(of: bit).contains(.value(of: "help-1")))
        #expect(IncidentRules.devices(of: bit).contains(.address(of: "help-1")))
        var line = bit
        line.source = .gpio(GPIOSource(chip: "io", line: .offset(0)))
        #expect(!IncidentRules.devices(of: line).contains(.address(of: "help-1")))
    }
}
