// SPDX-License-Identifier: Apache-2.0

/// How long a platform usually takes to answer, and from when on an answer is missing (RFC 6298, 2). Pure.
package struct RoundTrip: Sendable {
    /// While nothing was measured (RFC 6298, 2.1).
    package static let unknown = Duration.seconds(1)
    /// So much longer than usual an answer may take at the least: a platform that is busy for a moment is no dead line.
    package static let leastMargin = Duration.milliseconds(300)
    /// So much longer than usual at the most.
    package static let mostMargin = Duration.seconds(2)

    /// The usual span, smoothed; nil while nothing was measured.
    package private(set) var usual: Duration?
    private var deviation = Duration.zero

    /// Nothing was measured.
    package init() {}

    /// An answer took so long.
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

    /// Somewhat more than an answer usually takes.
    package var patience: Duration {
        guard let usual else { return Self.unknown }
        return usual + min(max(deviation * 4, Self.leastMargin), Self.mostMargin)
    }
}
