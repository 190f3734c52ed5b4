// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import BoothSimulation
import Testing

/// Each fault is planted between the core and everybody who hears of it.
@Suite("The judge of a simulated booth finds")
struct JudgeTests {
    private static let second: Int64 = 1_000_000_000

    /// A press, another one soon after, and an officer who has seen it.
    private static var history: History {
        var history = History(seed: 4, days: 1)
        history.steps = [
            TimedStep(at: 100 * second, .contact("help-2", .active)),
            TimedStep(at: 101 * second, .contact("help-2", .normal)),
            TimedStep(at: 200 * second, .contact("help-2", .active)),
            TimedStep(at: 201 * second, .contact("help-2", .normal)),
            TimedStep(at: 300 * second, .acknowledge(choice: 0)),
            TimedStep(at: 400 * second, .contact("mail-slot", .active)),
            TimedStep(at: 401 * second, .contact("mail-slot", .normal)),
        ]
        return history
    }

    private static func findings(_ change: @escaping (Effect) -> [Effect]) -> [String] {
        history.run { $0.flatMap(change) }.findings
    }

    private static func changingEntries(_ change: @escaping (inout JournalEntry) -> Void) -> [String] {
        findings { effect in
            guard case .record(var entry) = effect else { return [effect] }
            change(&entry)
            return [.record(entry)]
        }
    }

    private static func isOf(_ type: String, _ event: JournalEntry.Event) -> Bool { event.event.json.contains(type) }

    @Test("nothing where nothing was planted")
    func well() { #expect(Self.findings { [$0] } == []) }

    @Test(
        "an event that is never told",
        arguments: ["incident.raised", "incident.restored", "incident.updated", "report.daily"])
    func silence(type: String) {
        #expect(Self.changingEntries { $0.events.removeAll { Self.isOf(type, $0) } } != [])
    }

    @Test("an event that is told twice")
    func echo() {
        #expect(Self.changingEntries { $0.events += $0.events.filter { Self.isOf("incident.restored", $0) } } != [])
    }

    @Test("a call for help that another target gets")
    func stray() {
        let found = Self.changingEntries { entry in
            for index in entry.events.indices where Self.isOf("incident.raised", entry.events[index]) {
                entry.events[index].recipients = ["grid"]
            }
        }
        #expect(found != [])
    }

    @Test("a call for help that is not urgent")
    func calm() {
        let found = Self.changingEntries { entry in
            for index in entry.events.indices where entry.events[index].priority == .help {
                entry.events[index].priority = .fault
            }
        }
        #expect(found.first?.contains("priority") == true)
    }

    @Test("a receipt that settles nothing")
    func deaf() { #expect(Self.changingEntries { $0.settlements = [] } != []) }

    @Test("a help lamp that is lit before anything is true")
    func lamp() {
        let found = Self.findings { effect in
            if case .drive(let output, _) = effect, output.shows == .help {
                return [.drive(output: output, isOn: true)]
            }
            return [effect]
        }
        #expect(found.first?.contains("help lamp") == true)
    }

    @Test("a call that is never answered")
    func unanswered() {
        let found = Self.findings { effect in
            if case .reply = effect { return [] }
            return [effect]
        }
        #expect(found.first?.contains("never answered") == true)
    }

    @Test("a heartbeat that stops")
    func heartbeat() {
        let found = Self.findings { effect in
            if case .sendStatus = effect { return [] }
            return [effect]
        }
        #expect(found.first?.contains("heartbeat") == true)
    }
}
