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
    /// in a row is asked half as often with each further miss; the rest is for a busy machine.
    private static let mostCycles = 30
    /// The same for an address that its unit refused: it is asked again each 8 s, which are 40 cycles.
    private static let mostCyclesAfterRefusal = 60

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
            let soon = try #require(booth.waitForFullRate(refused: false, seconds: 60), "bus \(seed)")
            let late = try #require(booth.waitForFullRate(refused: true, seconds: 60), "bus \(seed)")
            #expect(soon <= Self.mostCycles, "bus \(seed)")
            #expect(late <= Self.mostCyclesAfterRefusal, "bus \(seed)")
            #expect(booth.goodPoints == booth.points, "bus \(seed)")
            let complaints = booth.complaints
            #expect(complaints.count == 0, "bus \(seed): \(complaints.prefix(3))")
        }
    }
}
