// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Tells a line that floods from one that bounces or that people use.
///
/// A loose wire beside a motor, a broken sensor or a short gives thousands of edges a second for as long as it lasts,
/// and each costs a turn of the loop that serves every other input. Fifty people at one button, each press with forty
/// edges of bouncing, come to 2,000 edges in a minute; no contact comes near a thousand in one second.
///
/// Pure: told the time of each edge.
struct FloodWatch {
    /// Edges within `window` that are no flood yet.
    static let most = 1000
    static let window = Duration.seconds(1)
    /// For how long a line that floods is left alone before its edges are tried again.
    static let rest = Duration.seconds(1)
    /// From one reading of its level to the next meanwhile.
    static let pace = Duration.milliseconds(50)

    private var start: BootTime?
    private var count = 0

    /// Counts an edge.
    ///
    /// - Returns: whether it is one too many of its second, which begins with an edge.
    mutating func take(at time: BootTime) -> Bool {
        if let start, time >= start, time - start < Self.window {
            count += 1
        } else {
            start = time
            count = 1
        }
        return count > Self.most
    }
}
