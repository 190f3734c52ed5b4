// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One measured figure and its budget.
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

    /// A comparable measurement of the same run.
    struct Baseline: Sendable {
        var name: Message
        var unit: Unit
        var samples: Samples
    }

    /// A stable name for machines: `recorded`.
    var id: String
    var name: Message
    var value: Double
    var unit: Unit
    /// nil: shown, not judged.
    var budget: Budget?
    /// The samples of the value, if there are several: in milliseconds unless `sampleUnit` says otherwise.
    var samples = Samples()
    var sampleUnit = Unit.milliseconds
    var baseline: Baseline?

    /// Whether the value is within its budget; nil without a budget.
    var isWithinBudget: Bool? {
        switch budget {
        case .atMost(let most): value <= most
        case .atLeast(let least): value >= least
        case nil: nil
        }
    }
}
