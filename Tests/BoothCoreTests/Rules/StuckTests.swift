// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("An input that stays active")
struct StuckTests {
    private var booth = RehearsedBooth([RehearsedBooth.help])
    private let silent = DeviceFault(.silent, Message(zh: "无应答", en: "no answer"))

    @Test(
        "is one fault after its time, restored with the release",
        arguments: [PointKind.helpButton, .duressButton, .mailSlot])
    func fault(kind: PointKind) {
        var booth = RehearsedBooth([RehearsedBooth.point("p", kind)])
        booth.see("p", .active, at: 0)
        #expect(!booth.pass(to: 59).map(\.short).contains("raised sensor 1"))
        #expect(booth.pass(to: 3600).map(\.short) == ["raised sensor 1"])
        #expect(booth.rules.standingFaults == ["sensor:stuck:p"])
        #expect(booth.see("p", .normal, at: 3601).map(\.short).contains("restored sensor 1 after 3541 s"))
        #expect(booth.rules.standingFaults.isEmpty)
    }

    @Test("is no fault of a door, a tamper contact or power, nor of a contact unless its point says so")
    func others() {
        for kind in [PointKind.roomDoor, .streetDoor, .tamper, .mailDoor, .mainsPower, .battery, .contact] {
            var booth = RehearsedBooth([RehearsedBooth.point("p", kind)])
            booth.see("p", .active, at: 0)
            booth.pass(to: 10_000)
            #expect(booth.rules.standingFaults.isEmpty, "\(kind)")
        }
        var flood = RehearsedBooth.point("p", .contact)
        flood.rules.stuck = .seconds(5)
        var booth = RehearsedBooth([flood])
        booth.see("p", .active, at: 0)
        #expect(booth.pass(to: 10).map(\.short) == ["raised sensor 1"])
    }

    @Test("is told with its next step, when it begins and when it ends")
    mutating func cause() throws {
        booth.see("help-1", .active, at: 0)
        let begins = booth.rules.advance(to: booth.moment(at: 60))
        #expect(begins.devices.map(\.device) == ["stuck:help-1"])
        guard case .lost(let fault) = try #require(begins.devices.first).condition else {
            Issue.record("nothing is lost")
            return
        }
        #expect(fault.code == .stuck && fault.message.en.contains("over 60 s; check"))
        let now = booth.moment(at: 70)
        let ends = booth.rules.apply(
            Reading(point: "help-1", state: .normal, value: 0, quality: .good, at: now.boot), at: now)
        #expect(ends.devices.map(\.condition) == [.found])
    }

    @Test("swallows no press: the next one after the release is one")
    mutating func nextPress() {
        booth.see("help-1", .active, at: 0)
        booth.pass(to: 300)
        booth.see("help-1", .normal, at: 300)
        #expect(booth.see("help-1", .active, at: 300.5).map(\.short) == ["raised help 1"])
        booth.see("help-1", .normal, at: 301)
        booth.pass(to: 310)
        #expect(booth.incidents.values.filter { $0.category == .help }.allSatisfy { $0.restored != nil })
    }

    @Test("a fault that stands across a restart is the same one, and is told again for the status")
    mutating func restartStanding() {
        booth.see("help-1", .active, at: 0)
        booth.pass(to: 100)
        booth.restart()
        let now = booth.moment(at: 120)
        let decision = booth.rules.apply(
            Reading(point: "help-1", state: .active, value: 1, quality: .good, at: now.boot), at: now)
        #expect(decision.isEmpty && decision.devices.map(\.device) == ["stuck:help-1"])
        #expect(booth.see("help-1", .normal, at: 130).map(\.short) == ["restored sensor 1 after 70 s"])
    }

    @Test("the time goes on over a restart of the agent, and begins anew after one of the board")
    mutating func restartWaiting() {
        booth.see("help-1", .active, at: 0)
        var rebooted = booth
        booth.restart()
        booth.see("help-1", .active, at: 40)
        #expect(booth.pass(to: 59).isEmpty)
        #expect(booth.pass(to: 61).map(\.short) == ["raised sensor 1"])
        rebooted.restart()
        let now = rebooted.moment(at: 5, bootID: "boot-2")
        _ = rebooted.rules.advance(to: now)
        _ = rebooted.rules.apply(
            Reading(point: "help-1", state: .active, value: 1, quality: .good, at: now.boot), at: now)
        #expect(rebooted.rules.nextDeadline == now.boot + .seconds(60))
    }

    @Test("is not claimed while nobody can see it")
    mutating func blind() {
        booth.see("help-1", .active, at: 0)
        let lost = booth.moment(at: 30)
        booth.keep(
            booth.rules.apply(
                DeviceReport(device: .unit(1, of: "inside"), condition: .lost(silent), at: lost.boot), at: lost))
        #expect(booth.pass(to: 100).isEmpty)
        booth.see("help-1", .active, at: 100)
        #expect(booth.pass(to: 121).map(\.short) == ["raised sensor 1"])
    }

    @Test("no lamp shows that a duress button chatters or lost edges while somebody presses it")
    func duressInUse() {
        var booth = RehearsedBooth([RehearsedBooth.point("p", .duressButton), RehearsedBooth.help])
        func chatter(of point: PointID) {
            let now = booth.moment(at: 1)
            let fault = DeviceFault(.chattering, Message(zh: "抖动", en: "chatters"))
            let report = DeviceReport(device: .chatter(of: point), condition: .lost(fault), at: now.boot)
            booth.keep(booth.rules.apply(report, at: now))
        }
        chatter(of: "p")
        booth.keep(
            booth.rules.apply(MissedEdges(point: "p", count: 1, at: .init(nanoseconds: 1)), at: booth.moment(at: 1)))
        #expect(booth.rules.standingFaults.count == 2 && !booth.rules.hasStandingFaults)
        chatter(of: "help-1")
        #expect(booth.rules.hasStandingFaults)
    }

    @Test("is not claimed of an input whose address its unit refuses")
    mutating func refusedAddress() {
        booth.see("help-1", .active, at: 0)
        let lost = booth.moment(at: 30)
        booth.keep(
            booth.rules.apply(
                DeviceReport(device: .address(of: "help-1"), condition: .lost(silent), at: lost.boot), at: lost))
        #expect(booth.pass(to: 300).isEmpty)
    }

    @Test("no lamp shows that a duress button is held")
    func duressLamp() {
        var booth = RehearsedBooth([RehearsedBooth.point("p", .duressButton), RehearsedBooth.help])
        booth.see("p", .active, at: 0)
        booth.pass(to: 100)
        #expect(booth.rules.standingFaults == ["sensor:stuck:p"] && !booth.rules.hasStandingFaults)
        booth.see("help-1", .active, at: 100)
        booth.pass(to: 200)
        #expect(booth.rules.hasStandingFaults)
    }
}
