// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import Testing

@Suite("A clock that is wrong")
struct ClockTests {
    private static let help: PointID = "help-1"
    private static let door: PointID = "room-door"
    private static let points = [
        RehearsedBooth.help, RehearsedBooth.roomDoor, ClockedBooth.slot, ClockedBooth.box, ClockedBooth.mains,
    ]
    private static let escalate: [Duration] = [.seconds(60), .seconds(180), .seconds(300)]

    static let jumps: [[(at: Double, skew: Double)]] = [
        // 56 years on and back, twice.
        [(205, 1.77e9), (400, 0), (401, 1.77e9), (5000, 0)],
        // An hour back, at the worst instants.
        [(100, -3600), (219, 0), (221, -3600), (30_600, -7200)],
        // To 1970 and to the end of the century.
        [(205, -1.795e9), (600_000, 2.3e9)],
    ]

    /// What happens in nine days of a booth whose clock is set so; each with the second of elapsed time.
    private func days(_ jumps: [(at: Double, skew: Double)], cut: Double? = nil) -> ClockedBooth {
        var booth = ClockedBooth(Self.points, attended: [], escalate: Self.escalate)
        let inputs: [(Double, PointID, PointState)] = [
            (100, Self.door, .active), (200, Self.help, .active), (201, Self.help, .normal), (203, "mains", .active),
            (204, Self.help, .active), (206, Self.help, .normal), (210, "mail-slot", .active),
            (211, "mail-slot", .normal), (20_000, "mains", .normal), (30_000, Self.help, .active),
            (30_001, Self.help, .normal), (700_000, "mail-door", .active), (700_010, "mail-door", .normal),
            (700_020, Self.door, .normal),
        ]
        var steps = inputs.map { (at: $0.0, skew: Double?.none, input: Optional(($0.1, $0.2))) }
        steps += jumps.map { (at: $0.at, skew: Optional($0.skew), input: nil) }
        for step in steps.sorted(by: { $0.at < $1.at }) {
            if let cut, step.at > cut, booth.now < cut {
                booth.pass(to: cut)
                booth.restart()
            }
            booth.pass(to: step.at)
            if let skew = step.skew { booth.setClock(.synced, wrongBy: skew) }
            if let (point, state) = step.input { booth.see(point, state, at: step.at) }
            if step.at == 30_001 { booth.accept() }
        }
        booth.pass(to: 800_000)
        return booth
    }

    private func story(of booth: ClockedBooth) -> [String] {
        booth.events.map { "\($0.moment.boot.milliseconds) \($0.short)" }
    }

    @Test(
        "changes no deadline, loses nothing and keeps the order, however it is set meanwhile", arguments: jumps.indices)
    func jump(index: Int) {
        let expected = story(of: days([]))
        let booth = days(Self.jumps[index])
        #expect(story(of: booth) == expected)
        #expect(zip(booth.events, booth.events.dropFirst()).allSatisfy { $0.id < $1.id })
        #expect(expected.contains { $0.hasSuffix("raised door-held 1") })
        #expect(expected.contains { $0.hasSuffix("raised mail-overdue 1") })
        #expect(expected.filter { $0.hasSuffix("updated help 2 escalated") }.count > 3, "steps, then reminders")
    }

    @Test("neither do restarts of the agent under a clock that jumps", arguments: jumps.indices)
    func restarts(index: Int) {
        let expected = story(of: days([]))
        for cut in [150.0, 300, 5001, 604_000] {
            #expect(story(of: days(Self.jumps[index], cut: cut)) == expected, "cut at \(cut)")
        }
    }

    @Test("after a power cut no deadline moves either, once it was right")
    func otherBoot() {
        var booth = ClockedBooth(Self.points, attended: [], escalate: Self.escalate)
        booth.see("mail-slot", .active, at: 100)
        booth.see("mail-slot", .normal, at: 101)
        booth.accept()
        booth.reboot(at: 86_400, clock: .synced)
        booth.pass(to: 86_500)
        for skew in [1.77e9, -3600, 0, -7200] {
            booth.setClock(.synced, wrongBy: skew)
            #expect(booth.pass(to: booth.now + 1000) == [])
        }
        let happened = booth.pass(to: 100 + 7 * 86_400 + 1)
        #expect(happened.filter { $0.contains("overdue") } == ["raised mail-overdue 1"])
        #expect(booth.pass(to: 12 * 86_400).filter { $0.contains("raised") } == [])
    }

    @Test("dates what came before it was right, and events go without a time until then")
    func dating() throws {
        var booth = ClockedBooth([RehearsedBooth.help, RehearsedBooth.roomDoor], clock: .unsynced)
        booth.skew = -1.795e9
        booth.see(Self.help, .active, at: 100)
        booth.see(Self.help, .normal, at: 200)
        booth.pass(to: 300)
        let before = try #require(booth.incidents.values.first { $0.category == .help })
        #expect(before.opened.time == nil)
        booth.setClock(.synced)
        let after = try #require(booth.incidents[before.id])
        let opened = ClockedBooth.midnight + 100_000
        #expect(after.opened.time == CivilTime(wallMilliseconds: opened).rfc3339)
        #expect(after.restored?.time == CivilTime(wallMilliseconds: opened + 100_000).rfc3339)
        #expect(booth.events.allSatisfy { $0.moment.clock == .unsynced })
    }

    @Test("dates a release that was still waited upon")
    func release() throws {
        var booth = ClockedBooth([RehearsedBooth.help], clock: .unsynced)
        booth.see(Self.help, .active, at: 100)
        booth.see(Self.help, .normal, at: 101)
        booth.setClock(.synced)
        booth.pass(to: 110)
        let incident = try #require(booth.incidents.values.first)
        #expect(incident.restored?.time == CivilTime(wallMilliseconds: ClockedBooth.midnight + 101_000).rfc3339)
    }

    @Test("that was right once in this boot is remembered, with one write")
    func remembered() {
        var booth = ClockedBooth([RehearsedBooth.help], clock: .unsynced)
        booth.pass(to: 100)
        #expect(booth.memory.syncedBoot == nil)
        booth.setClock(.synced)
        #expect(booth.memory.syncedBoot == "boot-1")
        #expect(booth.rules.clockChangedAgain(at: booth.moment).memory == nil)
        booth.reboot(at: 200, clock: .unsynced)
        booth.pass(to: 210)
        #expect(booth.memory.syncedBoot == "boot-1")
        booth.setClock(.synced)
        #expect(booth.memory.syncedBoot == "boot-2")
    }

    @Test("is a fault after ten minutes without a reference, and over once there is one")
    func unsynced() {
        var booth = ClockedBooth([RehearsedBooth.help], clock: .unsynced)
        #expect(booth.pass(to: 599) == [])
        #expect(booth.pass(to: 600) == ["raised clock 1"])
        booth.restart()
        #expect(booth.pass(to: 5000) == [])
        #expect(booth.rules.standingFaults == ["clock:clock"])
        #expect(booth.setClock(.synced) == ["restored clock 1 after 4400 s"])
    }

    @Test("that runs free is a fault after a day")
    func holdover() {
        var booth = ClockedBooth([RehearsedBooth.help])
        booth.pass(to: 1000)
        booth.setClock(.holdover)
        #expect(booth.pass(to: 1000 + 86_399) == [])
        #expect(booth.pass(to: 1000 + 86_400) == ["raised clock 1"])
        #expect(booth.setClock(.synced).count == 1)
        booth.setClock(.holdover)
        #expect(booth.pass(to: 2000 + 86_400) == [])
    }

    @Test("is asked within a minute whether it is right by now")
    func asked() {
        var booth = ClockedBooth([RehearsedBooth.roomDoor], clock: .unsynced)
        booth.pass(to: ClockedBooth.at(9))
        #expect(!booth.isAttended)
        booth.clock = .synced
        booth.pass(to: ClockedBooth.at(9) + 60)
        #expect(booth.comings.map(\.isAttended) == [true])
    }
}

extension IncidentRules {
    /// What the clock's being looked at once more leads to.
    fileprivate func clockChangedAgain(at moment: Moment) -> Decision {
        var rules = self
        return rules.clockChanged(at: moment)
    }
}
