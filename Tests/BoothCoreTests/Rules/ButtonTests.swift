// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("A help button")
struct ButtonTests {
    var booth = RehearsedBooth([RehearsedBooth.help])

    @Test("raises at once, for the police, with the highest priority")
    mutating func press() throws {
        let events = booth.see("help-1", .active, at: 82_800)
        #expect(events.map(\.short) == ["raised help 1"])
        let incident = try #require(events.first?.incident)
        #expect(incident.priority == .help)
        #expect(incident.targets.map(\.target) == ["police"])
        #expect(events.first?.recipients == ["police"])
        #expect(incident.state == .raised)
    }

    @Test("is restored two seconds after the release, as of the release")
    mutating func release() {
        booth.see("help-1", .active, at: 10)
        #expect(booth.see("help-1", .normal, at: 13).isEmpty)
        let restored = booth.pass(to: 20)
        #expect(restored.map(\.short) == ["restored help 1 after 3 s"])
        #expect(restored.first?.moment.boot == booth.moment(at: 13).boot)
        #expect(restored.first?.moment.wallMilliseconds == booth.moment(at: 13).wallMilliseconds)
    }

    @Test("counts 50 presses in 10 s on one incident, and tells the count at most every two seconds")
    mutating func repeats() {
        for press in 0..<50 {
            booth.see("help-1", .active, at: 100 + Double(press) * 0.2)
            booth.see("help-1", .normal, at: 100.1 + Double(press) * 0.2)
        }
        booth.pass(to: 200)
        #expect(booth.incidents.count == 1)
        #expect(booth.incidents.values.first?.count == 50)
        #expect(booth.events.filter { $0.type == .incidentRaised }.count == 1)
        #expect(booth.events.filter { $0.type == .incidentUpdated }.count <= 6)
        #expect(booth.events.last?.short == "restored help 50 after 9 s")
    }

    @Test(
        "counts within the window since the last press, and begins anew beyond it", arguments: [(29.9, 1), (30.0, 2)])
    mutating func window(gap: Double, incidents: Int) {
        var booth = RehearsedBooth([RehearsedBooth.help])
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .normal, at: 1)
        booth.see("help-1", .active, at: 20)
        booth.see("help-1", .normal, at: 21)
        booth.see("help-1", .active, at: 20 + gap)
        #expect(booth.incidents.count == incidents)
    }

    @Test("with a window of zero raises an incident for each press, restored with each release")
    mutating func noWindow() {
        var booth = RehearsedBooth([RehearsedBooth.point("help-1", .helpButton, repeatWindow: .zero)])
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .normal, at: 1)
        booth.see("help-1", .active, at: 2)
        #expect(booth.events.map(\.short) == ["raised help 1", "restored help 1 after 1 s", "raised help 1"])
    }

    @Test("whose count and restoration are due at the same instant is restored with its count, and told once")
    mutating func dueTogether() {
        for second in [0.0, 1.0] {
            booth.see("help-1", .active, at: second)
            booth.see("help-1", .normal, at: second)
        }
        #expect(booth.pass(to: 10).map(\.short) == ["restored help 2 after 1 s"])
    }

    @Test("is restored in the order of occurrence where many are due at the same instant")
    func manyDue() {
        let points = (0..<20).map { RehearsedBooth.point(PointID(rawValue: "help-\($0)"), .helpButton) }
        var booth = RehearsedBooth(points)
        let raised = points.flatMap { booth.see($0.id, .active, at: 0) }.compactMap(\.incident?.id)
        for point in points.reversed() { booth.see(point.id, .normal, at: 1) }
        #expect(booth.pass(to: 10).compactMap(\.incident?.id) == raised)
    }

    @Test("that was active before a restart and still is raises nothing new")
    mutating func stillActive() {
        booth.see("help-1", .active, at: 0)
        booth.restart()
        #expect(booth.see("help-1", .active, at: 5).isEmpty)
        booth.see("help-1", .normal, at: 6)
        #expect(booth.pass(to: 10).map(\.short) == ["restored help 1 after 6 s"])
    }

    @Test("released and pressed again across a restart counts on the same incident")
    mutating func repeatAcrossRestart() {
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .normal, at: 1)
        booth.restart()
        booth.see("help-1", .active, at: 1.5)
        booth.restart()
        booth.pass(to: 10)
        #expect(booth.incidents.count == 1)
        #expect(booth.events.map(\.short).contains("updated help 2 repeat"))
    }

    @Test("that was released just before a restart is restored after it")
    mutating func restoredAfterRestart() {
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .normal, at: 1)
        booth.restart()
        #expect(booth.see("help-1", .normal, at: 9).map(\.short) == ["restored help 1 after 1 s"])
    }

    @Test("pressed again beyond the window before the first incident has settled leaves its restoration as it was")
    mutating func superseded() {
        var booth = RehearsedBooth([RehearsedBooth.point("help-1", .helpButton, repeatWindow: .seconds(3))])
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .normal, at: 2.5)
        booth.see("help-1", .active, at: 4)
        booth.pass(to: 10)
        #expect(booth.events.map(\.short) == ["raised help 1", "raised help 1", "restored help 1 after 2 s"])
        #expect(booth.events.last?.moment.boot == booth.moment(at: 2.5).boot)
    }

    @Test("active at the very first reading raises; a stale reading never does")
    mutating func firstReading() {
        #expect(booth.see("help-1", .active, at: 0, quality: .stale).isEmpty)
        #expect(booth.see("help-1", .active, at: 1).map(\.short) == ["raised help 1"])
    }

    @Test("counts no press of another boot as a repeat")
    mutating func otherBoot() {
        booth.see("help-1", .active, at: 0)
        booth.see("help-1", .normal, at: 1)
        booth.restart()
        let rebooted = booth.moment(at: 2, bootID: "boot-2")
        let reading = Reading(point: "help-1", state: .active, value: 1, quality: .good, at: rebooted.boot)
        let decision = booth.rules.apply(reading, at: rebooted)
        #expect(decision.events.map(\.short) == ["raised help 1"])
        #expect(!decision.canBeToldAgain)
    }
}
