// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("A point that nobody tries")
struct UntestedTests {
    private var booth = RehearsedBooth([RehearsedBooth.help])
    private let day = 86_400.0

    private func untested(at seconds: Double, bootID: String = "boot-1") -> [PointID] {
        booth.rules.untestedPoints(at: booth.moment(at: seconds, bootID: bootID))
    }

    /// As an agent sees it that started with another boot of the board.
    private mutating func reboot(_ bootID: String, state: PointState = .normal, at seconds: Double) {
        booth.restart()
        let now = booth.moment(at: seconds, bootID: bootID)
        let reading = Reading(point: "help-1", state: state, value: 0, quality: .good, at: now.boot)
        booth.keep(booth.rules.apply(reading, at: now))
    }

    @Test("is untested when nothing was heard of it for its time, and not before")
    mutating func neverActive() {
        #expect(untested(at: 200 * day).isEmpty)
        booth.see("help-1", .normal, at: 0)
        #expect(untested(at: 89.9 * day).isEmpty)
        #expect(untested(at: 90 * day) == ["help-1"])
    }

    @Test("is tried with each activation, and while it is active")
    mutating func active() {
        booth.see("help-1", .normal, at: 0)
        booth.see("help-1", .active, at: 100 * day)
        #expect(untested(at: 300 * day).isEmpty)
        booth.see("help-1", .normal, at: 300 * day)
        #expect(untested(at: 300 * day) == ["help-1"])
        booth.see("help-1", .active, at: 301 * day)
        booth.see("help-1", .normal, at: 301 * day + 1)
        #expect(untested(at: 390 * day).isEmpty)
        #expect(booth.rules.lastActive(of: "help-1")?.boot == booth.moment(at: 301 * day).boot)
    }

    @Test(
        "is reckoned over a restart of the board by the clock",
        arguments: [(7.0, []), (7.9, []), (8.0, ["help-1"])] as [(Double, [PointID])])
    mutating func reboots(days: Double, expected: [PointID]) {
        var point = RehearsedBooth.help
        point.rules.untested = .seconds(8 * 86_400)
        var test = Self()
        test.booth = RehearsedBooth([point])
        test.booth.see("help-1", .normal, at: 0)
        test.reboot("boot-2", at: 6 * day)
        #expect(test.untested(at: days * day, bootID: "boot-2") == expected)
    }

    @Test("is left alone where no clock can tell, and is known from when it can be dated")
    mutating func noClock() {
        booth.see("help-1", .normal, at: 0)
        booth.clock = .unsynced
        reboot("boot-2", at: 1)
        #expect(untested(at: 100 * day, bootID: "boot-2").isEmpty)
        #expect(untested(at: 100 * day).contains("help-1"))
    }

    @Test("what was first seen with a wrong clock is dated once it is right, and written once")
    mutating func datedLater() throws {
        booth.clock = .unsynced
        booth.see("help-1", .normal, at: 0)
        #expect(booth.points["help-1"]?.firstSeen?.time == nil)
        booth.pass(to: 100)
        #expect(booth.points["help-1"]?.firstSeen?.time == nil)
        booth.clock = .synced
        booth.pass(to: 200)
        let seen = try #require(booth.points["help-1"]?.firstSeen)
        #expect(seen.time != nil && seen.elapsed(until: booth.moment(at: 1000, bootID: "boot-2")) == .seconds(1000))
        #expect(booth.rules.nextDeadline == nil)
    }

    @Test("what no clock ever dated begins anew with the next boot")
    mutating func neverDated() {
        booth.clock = .unsynced
        booth.see("help-1", .normal, at: 0)
        booth.clock = .synced
        reboot("boot-2", at: 5)
        #expect(booth.points["help-1"]?.firstSeen?.bootID == "boot-2")
    }

    @Test("a press that no clock ever dated is forgotten with the next boot, and the time counts from there")
    mutating func pressNeverDated() {
        booth.see("help-1", .normal, at: 0)
        booth.clock = .unsynced
        booth.see("help-1", .active, at: 10)
        booth.see("help-1", .normal, at: 11)
        booth.clock = .synced
        reboot("boot-2", at: 5)
        #expect(booth.points["help-1"]?.lastActive == nil)
        #expect(untested(at: 89 * day, bootID: "boot-2").isEmpty)
        #expect(untested(at: 91 * day, bootID: "boot-2") == ["help-1"])
    }

    @Test("a journal that does not know yet since when is told once")
    mutating func olderJournal() {
        let since = Stamp(booth.moment(at: 0))
        booth.rules = IncidentRules(
            configuration: booth.configuration, points: [PointMemory(point: "help-1", state: .normal, since: since)],
            ids: EventIDGenerator(after: 0))
        booth.see("help-1", .normal, at: 10)
        #expect(booth.points["help-1"]?.firstSeen?.boot == booth.moment(at: 10).boot)
        let now = booth.moment(at: 20)
        let reading = Reading(point: "help-1", state: .normal, value: 0, quality: .good, at: now.boot)
        #expect(booth.rules.apply(reading, at: now).isEmpty)
    }

    @Test("power is not asked for, everything else is")
    func kinds() {
        let points = PointKind.allCases.map { RehearsedBooth.point(PointID(rawValue: $0.rawValue), $0) }
        var booth = RehearsedBooth(points)
        for point in points { booth.see(point.id, .normal, at: 0) }
        let untested = booth.rules.untestedPoints(at: booth.moment(at: 100 * day))
        #expect(Set(points.map(\.id)).subtracting(untested) == ["mains-power", "battery"])
    }
}
