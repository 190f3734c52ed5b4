// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothSimulation
import Testing

@Suite("The shortest history that still fails")
struct ShrinkingTests {
    @Test("has the two steps that are needed, of a thousand")
    func two() {
        var history = History(seed: 1, days: 1)
        history.steps = (0..<1000).map { TimedStep(at: Int64($0), .count("help-3", $0)) }
        let needed: Set<TimedStep> = [history.steps[17], history.steps[900]]
        var runs = 0
        let shortest = history.shrunk { shorter in
            runs += 1
            return needed.isSubset(of: shorter.steps)
        }
        #expect(Set(shortest.steps) == needed)
        #expect(runs < 200)
    }

    @Test("keeps its order, and each step its time")
    func order() {
        let history = History(seed: 3, days: 10)
        let shortest = history.shrunk { $0.steps.count >= 7 }
        #expect(shortest.steps.count == 7)
        #expect(shortest.steps.map(\.at) == shortest.steps.map(\.at).sorted())
    }

    @Test("two failures that differ in their ids and times are one kind")
    func kinds() {
        let first = "boot-1 +8.5 s: help 019b7ef4-0f8d-7000-afcf-8f7f1783b23e was restored again"
        let second = "boot-3 +11.0 s: help 019b8806-dfd9-7000-be2a-2212e444df79 was restored again"
        #expect(History.kind(of: first) == History.kind(of: second))
    }
}
