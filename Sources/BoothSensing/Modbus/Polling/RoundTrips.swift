// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A histogram of how long a unit's answers took. It takes a few hundred bytes for each unit, however long the agent
/// runs.
///
/// Each bucket is 10 % wider than the one before, so a quantile is right to 5 %. After 4096 answers all counts are
/// halved, so the histogram shows recent answers.
struct RoundTrips {
    private static let first = 0.1
    private static let growth = 1.1
    /// 0.1 ms x 1.1^140 is over a minute, longer than any response timeout.
    private static let buckets = 141
    private static let most: UInt32 = 4096
    /// Each bucket's upper edge, in milliseconds.
    private static let edges: [Double] = {
        var edges = [first]
        while edges.count < buckets { edges.append(edges[edges.count - 1] * growth) }
        return edges
    }()

    private var counts = [UInt16](repeating: 0, count: buckets)
    private var total: UInt32 = 0

    mutating func add(_ span: Duration) {
        let milliseconds = Double(span.nanoseconds) / 1_000_000
        let bucket = Self.edges.firstIndex { milliseconds <= $0 } ?? Self.buckets - 1
        counts[bucket] += 1
        total += 1
        if total >= Self.most { halve() }
    }

    /// The time within which the share `part`, 0...1, of the answers came; nil before the first answer.
    func milliseconds(below part: Double) -> Double? {
        guard total > 0 else { return nil }
        let rank = max(1, (Double(total) * part).rounded(.up))
        var seen = 0.0
        for (bucket, count) in counts.enumerated() {
            seen += Double(count)
            if seen >= rank { return (Self.edges[bucket] * 100).rounded() / 100 }
        }
        return Self.edges.last
    }

    private mutating func halve() {
        for bucket in counts.indices { counts[bucket] /= 2 }
        total = counts.reduce(0) { $0 + UInt32($1) }
    }
}
