// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The same measurement of the agent and of other programs, made in the same run.
struct Comparison: Sendable {
    struct Side: Sendable {
        var name: Message
        var value: Double
        /// The samples of the value, in its unit; empty if it is a single reading.
        var samples = Samples()
    }

    enum Baseline: Sendable {
        case measured(Side)
        case absent(name: Message, why: Message)
    }

    /// A stable name for machines: `modbus-period-31-silent`.
    var id: String
    var name: Message
    var unit: Figure.Unit
    var ours: Side
    var baselines: [Baseline]

    /// The agent's value divided by the other program's; nil if that is zero.
    func ratio(to side: Side) -> Double? {
        side.value > 0 ? ours.value / side.value : nil
    }
}
