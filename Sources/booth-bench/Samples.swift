// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Measured values of one kind, for example the milliseconds of 500 commits.
struct Samples: Sendable {
    private var values: [Double] = []

    init(_ values: [Double] = []) {
        self.values = values.sorted()
    }

    /// Durations in milliseconds.
    init(milliseconds spans: [Duration]) {
        self.init(spans.map { Double($0.nanoseconds) / 1e6 })
    }

    var count: Int { values.count }
    var median: Double { percentile(50) }
    var p99: Double { percentile(99) }
    var worst: Double { values.last ?? 0 }
    /// 0 without values.
    var mean: Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

    /// The smallest value that is not exceeded by this percentage of the values (nearest rank); 0 without values.
    func percentile(_ percent: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        let rank = Int((percent / 100 * Double(values.count)).rounded(.up))
        return values[min(max(rank, 1), values.count) - 1]
    }
}
