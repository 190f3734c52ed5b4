// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("A random year")
struct YearTests {
    private func live(_ seed: UInt64, _ interruptions: YearScript.Interruptions) throws -> YearBooth {
        var booth = YearBooth()
        try booth.live(YearScript.steps(seed: seed, interruptions: interruptions))
        return booth
    }

    static let seeds: [UInt64] = Array(1...10)
    static let lateSeeds: [UInt64] = Array(1...12)
    static let years: [(UInt64, YearScript.Interruptions)] = seeds.flatMap {
        [($0, $0 % 3 == 0 ? .restarts : .reboots)]
    }

    @Test("every incident is raised once and ends at most once, and every count adds up", arguments: years)
    func wholeYear(seed: UInt64, interruptions: YearScript.Interruptions) throws {
        var booth = try live(seed, interruptions)
        expectSums(of: booth)
        expectAgreement(of: booth)
        #expect(booth.findings.answers.values.allSatisfy { $0 <= 2 })
        #expect(booth.findings.executions.values.allSatisfy { $0 == 1 })
        #expect(booth.rules.timers.instants.count <= 3 * booth.rules.live.count + 60)
        try booth.settleEverything()
        #expect(booth.rules.live.isEmpty && booth.rules.offers.isEmpty && booth.rules.releases.isEmpty)
        #expect(booth.rules.standing.values.allSatisfy { $0.isEmpty })
        #expect(booth.rules.timers.instants.count <= 20)
        #expect(booth.findings.wrongs == [])
    }

    @Test(
        "whose journal comes late now and then has every incident once, every count, and nothing that stands twice",
        arguments: lateSeeds)
    func lateJournal(seed: UInt64) throws {
        var booth = try live(seed, .blind)
        expectSums(of: booth, endings: false)
        expectAgreement(of: booth)
        #expect(booth.findings.answers.values.allSatisfy { $0 <= 2 })
        #expect(booth.findings.executions.values.allSatisfy { $0 == 1 })
        #expect(booth.journal.content.incidents.values.contains { $0.isTwin })
        for (point, incidents) in booth.rules.standing where point != "mail-slot" && !incidents.isEmpty {
            #expect(booth.rules.points[point]?.state != .normal, "\(point)")
        }
        try booth.settleEverything()
        #expect(booth.rules.live.isEmpty && booth.rules.offers.isEmpty && booth.rules.releases.isEmpty)
        #expect(booth.rules.standing.values.allSatisfy { $0.isEmpty })
        #expect(booth.rules.timers.instants.count <= 20)
        #expect(booth.findings.wrongs == [])
    }

    /// No press and no letter is lost, none counts twice, and every end of an input is told.
    private func expectSums(of booth: YearBooth, endings: Bool = true) {
        let findings = booth.findings
        let incidents = booth.journal.content.incidents.values.filter { !$0.isTwin }
        func sum(_ point: PointID, _ category: BoothModel.Category? = nil) -> Int {
            incidents.filter { $0.point == point && $0.device == nil && $0.category == category ?? $0.category }
                .map(\.count).reduce(0, +)
        }
        for point in ["help-1", "help-2", "help-3", "duress-1", "tamper-1", "gate"] as [PointID] {
            #expect(sum(point) == findings.activations[point] ?? 0, "\(point)")
        }
        #expect(sum("mail-slot", .mail) == findings.letters)
        for (door, category) in [("room-door", .intrusion), ("mail-door", .mailTamper)]
            as [(PointID, BoothModel.Category)]
        {
            let records = findings.events.filter { $0.content == .record(door, .active) }.count
            #expect(sum(door, category) + records == findings.activations[door] ?? 0, "\(door)")
        }
        for point in ["tamper-1", "gate"] as [PointID] where endings {
            let restorations = findings.events.filter { $0.type == .incidentRestored && $0.incident?.point == point }
            #expect(restorations.count == findings.endings[point] ?? 0, "\(point)")
        }
        #expect(!incidents.contains { $0.point == "street-door" })
    }

    /// What is kept of each incident is what its events tell.
    private func expectAgreement(of booth: YearBooth) {
        let kept = booth.journal.content.incidents
        #expect(Set(booth.findings.order) == Set(kept.keys))
        let told = Dictionary(grouping: booth.findings.events) { $0.incident?.id }
        for (id, incident) in kept {
            let events = told[id] ?? []
            #expect(events.filter { $0.type == .incidentRaised }.count == 1)
            #expect(events.filter { $0.type == .incidentClosed }.count == (incident.isOpen ? 0 : 1))
            #expect((incident.closing == nil) == incident.isOpen)
            if incident.restored != nil { #expect(events.contains { $0.type == .incidentRestored }) }
            if incident.targets.contains(where: { !$0.isHandedOver }) {
                #expect(events.last?.incident?.count == incident.count, "\(events.map(\.short))")
            }
        }
    }

    @Test("the same year gives the same events", arguments: seeds.prefix(1))
    func same(seed: UInt64) throws {
        let (first, second) = try (story(of: live(seed, .none)), story(of: live(seed, .none)))
        #expect(first == second)
    }

    private func story(of booth: YearBooth) -> [String] {
        let number = Dictionary(uniqueKeysWithValues: zip(booth.findings.order, 0...))
        return booth.findings.events.map { event in
            let incident = event.incident.flatMap { number[$0.id] }.map { "\($0)" } ?? "-"
            return "\(event.id.key) \(incident) \(event.short) \(event.recipients) \(event.moment)"
        }
    }

    @Test(
        "starting the agent anew at any point changes nothing of what is raised, counted and closed",
        arguments: seeds.prefix(3))
    func restarts(seed: UInt64) throws {
        let (whole, pieces) = try (live(seed, .none), live(seed, .restarts))
        #expect(outcomes(of: pieces) == outcomes(of: whole))
    }

    /// Of what no start has to begin anew: a door's and a power cut's time, a fault that was closed and still stands.
    private func outcomes(of booth: YearBooth) -> [String] {
        booth.findings.order.compactMap { booth.journal.content.incidents[$0] }.filter(YearFindings.isComparable)
            .map {
                "\($0.opened.boot.milliseconds) \($0.point?.rawValue ?? "-") \($0.category) \($0.test) \($0.count) "
                    + "\($0.incidentClass) \($0.handovers) \($0.escalations) \($0.closing?.outcome ?? $0.state.rawValue)"
            }
    }
}
