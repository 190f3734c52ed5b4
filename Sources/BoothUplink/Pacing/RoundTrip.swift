// SPDX-License-Identifier: Apache-2.0

/// How long a platform usually takes to answer, and after what time an answer is missing (RFC 6298, 2). Pure.
package struct RoundTrip: Sendable {
    /// The patience before anything was measured (RFC 6298, 2.1).
    package static let unknown = Duration.seconds(1)
    /// The least margin above the usual time, so that a platform that is busy for a moment does not count as a dead
    /// line.
    package static let leastMargin = Duration.milliseconds(300)
    /// The largest margin above the usual time.
    package static let mostMargin = Duration.seconds(2)

    /// The usual time, smoothed; nil before the first measurement.
    package private(set) var usual: Duration?
    private var deviation = Duration.zero

    /// Without measurements.
    package init() {}

    /// Records how long an answer took.
    package mutating func measured(_ span: Duration) {
        guard let usual else {
            self.usual = span
            deviation = span / 2
            return
        }
        let difference = span > usual ? span - usual : usual - span
        deviation += (difference - deviation) / 4
        self.usual = usual + (span - usual) / 8
    }

    /// How long to wait for an answer: the usual time and a margin.
    package var patience: Duration {
        guard let usual else { return Self.unknown }
        return usual + min(max(deviation * 4, Self.leastMargin), Self.mostMargin)
    }
}
