// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothSensing

@Suite("Flood watch")
struct FloodWatchTests {
    @Test(
        "takes edges in the order of seconds for a flood, and no contact",
        arguments: [
            // 10 kHz; 501 and 500 in a second, as bounces of 2 ms without an end; mains hum; a hand.
            (100, true), (1999, true), (2000, false), (10_000, false), (100_000, false),
        ])
    func rates(microseconds: Int, isFlood: Bool) {
        var watch = FloodWatch()
        let found = (0..<10_000).contains { watch.note(at: time(microseconds: $0 * microseconds)) }
        #expect(found == isFlood)
    }

    @Test("lets fifty people press a bouncing button")
    func crowd() {
        var watch = FloodWatch()
        let edges = (0..<50).flatMap { press in (0..<40).map { time(microseconds: press * 200_000 + $0 * 2000) } }
        let isFlood = edges.contains { watch.note(at: $0) }
        #expect(!isFlood)
    }

    @Test("begins anew where a stamp goes back")
    func backwards() {
        var watch = FloodWatch()
        for _ in 0..<450 { _ = watch.note(at: time(microseconds: 5_000_000)) }
        let isFlood = (0..<500).contains { _ in watch.note(at: time(microseconds: 1)) }
        #expect(!isFlood)
    }

    @Test("counts edges that were lost in the same second, and no others")
    func lost() {
        var watch = FloodWatch()
        let first = watch.note(at: time(microseconds: 0), lost: 5000)
        let later = watch.note(at: time(microseconds: 1_500_000), lost: 5000)
        let same = watch.note(at: time(microseconds: 1_600_000), lost: 1000)
        #expect(!first && !later && same)
    }

    @Test(
        "knows a flood by batches that were full, and no single stall",
        arguments: [(1, false), (11, false), (12, true)])
    func uncounted(batches: Int, expected: Bool) {
        var watch = FloodWatch()
        var isFlood = false
        for batch in 0..<batches {
            for edge in 0..<16 { isFlood = watch.note(at: time(microseconds: batch * 90_000 + edge * 100)) || isFlood }
            watch.takeUncounted()
        }
        #expect(isFlood == expected)
    }

    private func time(microseconds: Int) -> BootTime { BootTime(nanoseconds: Int64(microseconds) * 1000) }
}
