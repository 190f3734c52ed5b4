// SPDX-License-Identifier: Apache-2.0

/// An event's place in one target's sequence: the generation, and a count that starts at 1 and has no gaps.
package struct SequenceNumber: Sendable, Hashable, Comparable {
    /// 0...999,999.
    package var generation: Int64
    /// From 1.
    package var count: Int64

    /// Valid counts; 0: none was given yet.
    package static let counts: ClosedRange<Int64> = 0...99_999_999_999_999

    package init(generation: Int64, count: Int64) {
        self.generation = generation
        self.count = count
    }

    /// Twenty digits that sort as text: six for the generation, fourteen for the count.
    package var text: String { Self.padded(generation, 6) + Self.padded(count, 14) }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.generation, left.count) < (right.generation, right.count)
    }
}
