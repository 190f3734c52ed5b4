// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Tells a line that floods from one that bounces or that people use.
///
/// A loose wire beside a motor, a broken sensor or a short gives thousands of edges a second for as long as it lasts,
/// and each costs a turn of the loop that serves every other input. A contact that bounces has an edge every 2 ms at
/// most, for a tenth of a second at most; one that did so without ever resting would come to 500 in a second. Fifty
/// people who press one button do not come near it.
///
/// Pure: told the time of each edge.
struct FloodWatch {
    /// Edges within `window` that are no flood yet.
    static let most: UInt64 = 500
    static let window = Duration.seconds(1)
    /// What is reckoned for the edges that kernel ABI v1 dropped, uncounted, behind a batch: with it, a flood is known as
    /// one where the line is read every 90 ms only.
    static let uncounted: UInt64 = 32
    /// For how long a line that floods is left alone before its edges are tried again.
    static let rest = Duration.seconds(1)
    /// From one reading of its level to the next meanwhile.
    static let pace = Duration.milliseconds(50)

    private var start: BootTime?
    private var count: UInt64 = 0

    /// Counts an edge.
    ///
    /// - Parameter lost: how many were lost since the edge before.
    /// - Returns: whether it is one too many of its second, which begins with an edge.
    mutating func note(at time: BootTime, lost: UInt64 = 0) -> Bool {
        if let start, time >= start, time - start < Self.window {
            count = count.clampedSum(lost).clampedSum(1)
        } else {
            // The lost ones are of another second, as far as anybody knows.
            start = time
            count = 1
        }
        return count > Self.most
    }

    /// Some may have been lost after the last edge.
    mutating func takeUncounted() {
        count = count.clampedSum(Self.uncounted)
    }
}
