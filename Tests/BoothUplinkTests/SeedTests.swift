// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothUplink

@Suite("Seeds of a fleet")
struct SeedTests {
    @Test("S21 S22 S23: 1,856 booths that lost their platform together come back spread over their whole wait")
    func fleet() {
        var random = SeededRandom(seed: 1856)
        let now = BootTime(nanoseconds: 0)
        var seconds = [Int: Int]()
        for _ in 0..<1856 {
            var backoff = Backoff(first: .seconds(1), most: .seconds(60))
            var time = now
            for _ in 0..<8 {
                backoff.failed(at: time, using: &random)
                time = backoff.opens ?? time
            }
            let wait = backoff.ceiling
            #expect(wait == .seconds(60))
            backoff.failed(at: time, using: &random)
            let pause = (backoff.opens ?? time) - time
            #expect(pause >= .zero && pause <= wait)
            seconds[Int(pause.components.seconds), default: 0] += 1
        }
        // 31 a second on the average; no second has three times as many.
        #expect(seconds.count >= 55 && seconds.values.allSatisfy { $0 < 93 })
    }
}
