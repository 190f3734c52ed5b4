// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Durations of many cases, for percentiles; 4 bytes for each case under 49 days.
struct Cases {
    /// Milliseconds.
    private var short: [UInt32] = []
    private var long: [Int64] = []
    private var unmeasured = 0

    /// - Parameter span: how long it took; nil: not known.
    mutating func add(_ span: Duration?) {
        guard let milliseconds = span?.milliseconds else {
            unmeasured += 1
            return
        }
        if let few = UInt32(exactly: milliseconds) { short.append(few) } else { long.append(milliseconds) }
    }

    var spans: BoothReport.Spans {
        let (short, long) = (short.sorted(), long.sorted())
        /// The percentile by nearest rank: the smallest duration that at least `percent` of 100 cases do not exceed.
        func rank(_ percent: Int) -> Double? {
            let count = short.count + long.count
            guard count > 0 else { return nil }
            let index = (count * percent + 99) / 100 - 1
            return Double(index < short.count ? Int64(short[index]) : long[index - short.count]) / 1000
        }
        return BoothReport.Spans(
            count: short.count + long.count, unmeasured: unmeasured, p50Seconds: rank(50), p95Seconds: rank(95))
    }
}
