// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothSensing

@Suite("Flood watch")
struct FloodWatchTests {
    @Test(
        "takes edges in the order of seconds for a flood, and no contact",
        arguments: [
            // 10 kHz; 1,001 and 1,000 in a second; bounces of 2 ms without an end; a mains hum; and 200 edges a second.
            (100, true), (999, true), (1000, false), (2000, false), (10_000, false), (5_000, false),
        ])
    func rates(microseconds: Int, isFlood: Bool) {
        var watch = FloodWatch()
        let found = (0..<10_000).contains { watch.take(at: time(microseconds: $0 * microseconds)) }
        #expect(found == isFlood)
    }

    @Test("lets fifty people press a bouncing button")
    func crowd() {
        var watch = FloodWatch()
        let edges = (0..<50).flatMap { press in (0..<40).map { time(microseconds: press * 100_000 + $0 * 2000) } }
        #expect(!edges.contains { watch.take(at: $0) })
    }

    @Test("begins anew where a stamp goes back")
    func backwards() {
        var watch = FloodWatch()
        for _ in 0..<900 { _ = watch.take(at: time(microseconds: 5_000_000)) }
        #expect(!(0..<1000).contains { _ in watch.take(at: time(microseconds: 1)) })
    }

    private func time(microseconds: Int) -> BootTime { BootTime(nanoseconds: Int64(microseconds) * 1000) }
}
