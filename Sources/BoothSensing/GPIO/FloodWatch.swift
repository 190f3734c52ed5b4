// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Detects a line that floods, as opposed to one that bounces or is used by people.
///
/// A loose wire beside a motor, a broken sensor or a short circuit gives thousands of edges a second for as long as it
/// lasts. Each edge costs a turn of the loop that serves all other inputs. A bouncing contact has an edge every 2 ms at
/// most, for 0.1 s at most; bouncing without a pause would give 500 in a second. Fifty people who press one button give
/// far fewer.
///
/// Pure: gets the time of each edge.
struct FloodWatch {
    /// The most edges within `window` that are not a flood.
    static let most: UInt64 = 500
    static let window = Duration.seconds(1)
    /// How many edges are assumed lost after a full batch of kernel ABI v1, which does not count them. With this
    /// estimate a flood is detected even if the line is read only every 90 ms.
    static let uncounted: UInt64 = 32
    /// How long the edges of a flooding line are ignored before they are watched again.
    static let rest = Duration.seconds(1)
    /// How often the level of a flooding line is read.
    static let pace = Duration.milliseconds(50)

    private var start: BootTime?
    private var count: UInt64 = 0

    /// Counts an edge.
    ///
    /// - Parameter lost: how many edges were lost since the last one.
    /// - Returns: whether the line floods: more than `most` edges in one window. A window begins with an edge.
    mutating func note(at time: BootTime, lost: UInt64 = 0) -> Bool {
        if let start, time >= start, time - start < Self.window {
            count = count.clampedSum(lost).clampedSum(1)
        } else {
            // Do not count the lost edges: they may belong to an earlier window.
            start = time
            count = 1
        }
        return count > Self.most
    }

    /// Counts edges that may have been lost after the last one.
    mutating func takeUncounted() {
        count = count.clampedSum(Self.uncounted)
    }
}
