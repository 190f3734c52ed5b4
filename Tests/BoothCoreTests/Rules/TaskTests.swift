// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("Tasks")
struct TaskTests {
    private var booth = RehearsedBooth.answered()
    private static let stranger = EventID(key: 9, random: 9)

    private mutating func press(at seconds: Double = 0) -> EventID {
        booth.see("help-1", .active, at: seconds)
        booth.see("help-1", .normal, at: seconds + 0.5)
        booth.pass(to: seconds + 3)
        return booth.newest()?.id ?? Self.stranger
    }

    private func order(_ id: EventID, _ state: IncidentState, _ note: String? = nil) -> PlatformTask.Order {
        .incident(id, state: state, ticket: "JQ1", note: note)
    }

    @Test("carry an incident from accepted to closed, and are told to whom they did not come from")
    mutating func life() {
        let id = press()
        #expect(booth.task("1", order(id, .dispatched), at: 10) == ["task 1 done  > police"])
        #expect(booth.newest()?.state == .dispatched && booth.newest()?.accepted != nil)
        booth.task("2", order(id, .handled), at: 20)
        #expect(booth.task("3", order(id, .accepted), at: 21).first?.contains("refused backwards") == true)
        #expect(booth.task("4", order(id, .closed, ""), at: 30).first == "closed help closed > ")
        #expect(booth.newest()?.closing?.outcome == "closed" && booth.newest()?.closing?.act.by.rawValue == "police")
        #expect(booth.task("5", order(id, .accepted), at: 31).first?.contains("no-such-incident") == true)
        #expect(booth.pass(to: 100_000).isEmpty)
    }

    @Test("that come again are answered once more and never executed again, also after a start")
    mutating func repeated() {
        let id = press()
        booth.task("1", order(id, .closed), at: 10)
        booth.restart()
        #expect(booth.task("1", order(id, .closed), at: 20) == ["task 1 done  > police"])
        booth.restart()
        let other = press(at: 100)
        #expect(booth.task("1", order(other, .closed), at: 110).isEmpty)
        #expect(booth.newest()?.isOpen == true)
    }

    static let refused: [(String, PlatformTask.Order, Int64?, TargetID)] = [
        ("foreign", .disarm(until: nil), nil, "grid"), ("expired", .disarm(until: nil), 0, "police"),
        ("malformed", .malformed("kind is missing"), nil, "police"),
        ("no-such-incident", .reroute(stranger, .community), nil, "police"),
        ("no-such-output", .output("siren", isOn: true, span: nil), nil, "police"),
        ("until", .arm(until: WallTime(milliseconds: 1)), nil, "police"),
        ("until", .disarm(until: WallTime(milliseconds: .max / 2_000_000)), nil, "police"),
    ]

    @Test("that are refused change nothing but the record of it", arguments: 0..<refused.count)
    mutating func changeNothing(number: Int) {
        let (code, order, expires, target) = Self.refused[number]
        _ = press()
        let before = booth.rules
        let told = booth.task("1", order, from: target, expires: expires, at: 10)
        #expect(told.count == 1 && told[0].hasPrefix("task 1 refused \(code)") && told[0].hasSuffix("> police"))
        #expect(booth.rules.live == before.live && booth.rules.offers == before.offers)
        #expect(booth.rules.points == before.points && booth.rules.standing == before.standing)
        #expect(booth.rules.memory == before.memory && booth.rules.releases == before.releases)
        #expect(booth.rules.timers.instants == before.timers.instants)
        #expect(booth.tasks.map(\.result) == [.refused])
    }

    @Test("that have to be in time are refused while nobody knows the time")
    mutating func unsynced() {
        booth.clock = .unsynced
        #expect(booth.task("1", .test, expires: 1000, at: 1).first?.contains("refused clock") == true)
    }

    @Test("from whoever may not ask fill no disk, and cost the authority's own nothing")
    mutating func flood() {
        for number in 0..<5000 { booth.task("F\(number)", .test, from: "grid", at: 10) }
        for _ in 0..<500 { booth.task("", .malformed("id is missing"), at: 10) }
        #expect(booth.tasks.count == 60 && booth.events.count == 120)
        #expect(booth.task("mine", .test, at: 11).last == "task mine done  > police")
        #expect(booth.task("F9999", .test, from: "grid", at: 4000).count == 1)
    }

    @Test("that ask for trials whose receipts never come keep no more than a few of them")
    mutating func trials() {
        for number in 0..<100 { booth.task("\(number)", .test, at: Double(number)) }
        #expect(booth.incidents.values.filter(\.isOpen).count == 8)
        #expect(booth.incidents.values.allSatisfy { $0.test })
        #expect(booth.answer(.accepted(ticket: nil), by: "police", for: booth.newest(.test), at: 200).count == 1)
        #expect(booth.incidents.values.filter(\.isOpen).count == 7)
    }

    @Test("cannot close what is pressed after them: a press beyond is raised, whatever was closed")
    mutating func pressedAgain() {
        booth.see("help-1", .active, at: 0)
        let first = booth.newest()?.id ?? Self.stranger
        booth.task("1", order(first, .closed), at: 1)
        booth.see("help-1", .normal, at: 2)
        #expect(booth.see("help-1", .active, at: 3).map(\.told) == ["raised help 1 > police"])
    }
}
