// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Testing

@testable import BoothDaemon

@Suite("Which loops go round")
struct LoopWatchTests {
    /// The questions that a loop has not answered.
    private final class Box {
        var questions: [Pulse] = []

        func answer() {
            for pulse in questions { pulse.beat() }
            questions = []
        }
    }

    /// A watch of two loops: 5 s from round to round; `quick` has 10 s to answer, `slow` 30 s.
    private struct Rehearsal {
        let quick = Box()
        let slow = Box()
        var watch: LoopWatch

        init() {
            watch = LoopWatch(
                [
                    LoopWatch.Loop("quick", patience: .seconds(10)) { [quick] in quick.questions.append($0) },
                    LoopWatch.Loop("slow", patience: .seconds(30)) { [slow] in slow.questions.append($0) },
                ], pace: .init(limit: .seconds(30)), start: LoopWatchTests.second(0))
        }

        /// Looks whenever the watch asks for it, up to `end`; both loops answer but for those in `mute`.
        mutating func pass(until end: Int, mute: Set<String> = []) -> [(second: Int, [LoopWatch.Change], proves: Bool)]
        {
            var seen: [(Int, [LoopWatch.Change], Bool)] = []
            while watch.nextDeadline <= LoopWatchTests.second(end) {
                let now = watch.nextDeadline
                let (changes, proves) = watch.look(at: now)
                seen.append((Int(now.milliseconds / 1000), changes, proves))
                if !mute.contains("quick") { quick.answer() }
                if !mute.contains("slow") { slow.answer() }
            }
            return seen
        }
    }

    @Test("loops that answer are asked every sixth of the limit, and each round proves them all")
    func healthy() {
        var rehearsal = Rehearsal()
        let seen = rehearsal.pass(until: 60)
        #expect(seen.map(\.second) == Array(stride(from: 0, through: 60, by: 5)))
        #expect(seen.allSatisfy { $0.proves && $0.1.isEmpty })
    }

    @Test("a loop that does not answer is named once its own time is up, and nothing is proven from then on")
    func stalled() {
        var rehearsal = Rehearsal()
        _ = rehearsal.pass(until: 20)
        let seen = rehearsal.pass(until: 60, mute: ["quick"])
        #expect(seen.filter(\.proves).map(\.second) == [25, 30])
        #expect(seen.flatMap(\.1) == [.stalled("quick", since: Self.second(25))])
        #expect(seen.first { !$0.1.isEmpty }?.second == 35)
        #expect(rehearsal.watch.stalled.map(\.name) == ["quick"])
    }

    @Test("a loop that takes long within its time is waited for")
    func slowCard() {
        var rehearsal = Rehearsal()
        let seen = rehearsal.pass(until: 29, mute: ["slow"])
        #expect(seen.allSatisfy { $0.proves && $0.1.isEmpty })
        rehearsal.slow.answer()
        #expect(rehearsal.pass(until: 60).allSatisfy { $0.proves && $0.1.isEmpty })
    }

    @Test("a loop that answers again is said to, and everything is proven again")
    func recovered() {
        var rehearsal = Rehearsal()
        _ = rehearsal.pass(until: 20, mute: ["quick"])
        #expect(rehearsal.watch.stalled.map(\.name) == ["quick"])
        rehearsal.quick.answer()
        let seen = rehearsal.pass(until: 30)
        #expect(seen.first.map { $0.1 == [.recovered("quick")] && $0.proves } == true)
        #expect(rehearsal.watch.stalled.isEmpty)
    }

    @Test("a loop has one question at a time, however long it does not answer")
    func oneQuestion() {
        var rehearsal = Rehearsal()
        _ = rehearsal.pass(until: 3600, mute: ["quick", "slow"])
        #expect(rehearsal.quick.questions.count == 1 && rehearsal.slow.questions.count == 1)
    }

    @Test("without a watchdog it is asked every ten seconds")
    func unwatched() {
        #expect(LoopWatch.Pace(limit: nil).interval == .seconds(10))
        #expect(LoopWatch.Pace(limit: .seconds(30)).interval == .seconds(5))
        #expect(LoopWatch.Pace(limit: .seconds(30)).patience == .seconds(10))
    }

    private static func second(_ number: Int) -> BootTime { BootTime(nanoseconds: Int64(number) * 1_000_000_000) }
}
