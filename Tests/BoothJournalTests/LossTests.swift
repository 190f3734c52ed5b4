// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothJournal

@Suite("A loss that goes on")
struct LossTests {
    @Test("what was given up after the core had been asked to tell of a loss is told next")
    func sinceReport() throws {
        let journal = try KilledJournal()
        journal.limit = 384 << 10
        try journal.start()
        // Beside what is recorded here waits what told of the new journal.
        var handedOver = 1
        var taken = 0
        var first: Loss?
        while first == nil {
            try #require(handedOver < 1000, "nothing was given up")
            journal.record(.routine, filler: 2000)
            handedOver += 1
            // A target that takes nothing is told once a day; this one takes something.
            if handedOver % 8 == 0, let next = journal.fetch(1).first {
                journal.settle(next.id)
                taken += 1
            }
            first = journal.takeLosses()["police"]
        }
        for _ in 0..<100 { journal.record(.routine, filler: 2000) }
        let telling = JournalEntry.Event(
            id: EventID(key: 1, random: 1), type: .loss, priority: .help, event: CloudEvent(json: "{}"),
            recipients: ["police"])
        journal.turn([.record(JournalEntry(events: [telling], tellsOfLoss: true))])
        journal.settle(telling.id)
        let second = try #require(journal.takeLosses()["police"])
        #expect(second.reason == .overflow)
        let waiting = try #require(journal.writer?.queues["police"]?.queued)
        #expect(Self.count(first) + Self.count(second) == handedOver + 100 - taken - waiting)
    }

    private static func count(_ loss: Loss?) -> Int { (loss?.count ?? [:]).values.reduce(0, +) }
}
