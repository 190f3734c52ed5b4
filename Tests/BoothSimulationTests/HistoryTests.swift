// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothSimulation
import Testing

@Suite("A simulated booth")
struct HistoryTests {
    @Test("does what has to follow, whatever happens to it", arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func lives(seed: UInt64) {
        let outcome = History(seed: seed, days: 30).run()
        #expect(outcome.findings == [])
    }

    @Test("says the same for the same seed")
    func repeats() {
        let (first, second) = (History(seed: 9, days: 20).run(), History(seed: 9, days: 20).run())
        #expect(first.digest == second.digest)
        #expect(first.tally.events > 0)
        #expect(first.tally.inputs == second.tally.inputs)
        #expect(first.digest != History(seed: 10, days: 20).run().digest)
    }

    @Test("lives for years on a quiet street, and is told of nothing but its days")
    func quiet() {
        var history = History(seed: 1, days: 400)
        history.steps = []
        let outcome = history.run()
        #expect(outcome.findings == [])
        #expect((395...405).contains(outcome.tally.events))
    }
}
