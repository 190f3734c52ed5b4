// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One measured figure, and what it is to be held against.
struct Figure: Sendable {
    enum Unit: String, Sendable {
        case milliseconds = "ms"
        case microseconds = "µs"
        case seconds = "s"
        case ratio = "×"
        /// 1000 bytes.
        case kilobytes = "KB"
        case mebibytes = "MiB"
        case bytes
        case syncs
        case percent = "%"
        case eventsPerSecond = "/s"
    }

    enum Budget: Sendable {
        case atMost(Double)
        case atLeast(Double)
    }

    /// What was measured in the same run and in the same way, to compare with.
    struct Baseline: Sendable {
        var name: Message
        var unit: Unit
        var samples: Samples
    }

    /// Stable, for machines: `recorded`.
    var id: String
    var name: Message
    /// What is judged.
    var value: Double
    var unit: Unit
    /// nil: shown, not judged.
    var budget: Budget?
    /// Where the value comes from, when it comes from several: milliseconds unless `sampleUnit` says otherwise.
    var samples = Samples()
    var sampleUnit = Unit.milliseconds
    var baseline: Baseline?

    /// Whether it is within its budget; nil without one.
    var isWithinBudget: Bool? {
        switch budget {
        case .atMost(let most): value <= most
        case .atLeast(let least): value >= least
        case nil: nil
        }
    }
}
