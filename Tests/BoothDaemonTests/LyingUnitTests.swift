// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

/// Row by row of faults on a bus: what the agent believes is what the units hold, or nothing.
@Suite("A bus of units that lie", .serialized)
struct LyingUnitTests {
    /// Buses side by side, each with its own share of the lies.
    private static let buses = 16
    private static let lies = 10_000
    /// The stated number of cycles after which every point is polled at its period again. A unit that lied four times
    /// in a row is asked twice as seldom as the others with each further miss; the rest is for a busy machine.
    private static let mostCycles = 30

    @Test("10,000 lies: no wrong value, no false incident, and the full rate soon after", arguments: RawWire.allCases)
    func lies(wire: RawWire) throws {
        let timeout = Duration.milliseconds(20)
        let booths = try (0..<Self.buses).map {
            try LiedToBooth(wire, lies: Self.lies / Self.buses, seed: UInt64($0 + 1), timeout: timeout)
        }
        defer { for booth in booths { booth.stop() } }
        for booth in booths { try booth.start() }
        for (seed, booth) in booths.enumerated() {
            #expect(booth.waitForLies(seconds: 240))
            let cycles = try #require(booth.waitForFullRate(seconds: 60), "bus \(seed)")
            #expect(cycles <= Self.mostCycles, "bus \(seed)")
            #expect(booth.goodPoints == booth.points, "bus \(seed)")
            let complaints = booth.complaints
            #expect(complaints.count == 0, "bus \(seed): \(complaints.prefix(3))")
        }
    }
}
