// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The same of the agent and of other programs, measured in the same run.
struct Comparison: Sendable {
    struct Side: Sendable {
        /// Of the program.
        var name: Message
        var value: Double
        /// Where the value comes from, in its unit; empty when it is one reading.
        var samples = Samples()
    }

    enum Baseline: Sendable {
        case measured(Side)
        case absent(name: Message, why: Message)
    }

    /// Stable, for machines: `modbus-period-31-silent`.
    var id: String
    var name: Message
    var unit: Figure.Unit
    var ours: Side
    var baselines: [Baseline]

    /// The agent's figure by the other's; nil where the other's is nothing.
    func ratio(to side: Side) -> Double? {
        side.value > 0 ? ours.value / side.value : nil
    }
}
