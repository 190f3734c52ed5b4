// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Counts presses from a counter register that is read at intervals, starting from the last run's value.
///
/// A small increase is believed at once. A value that could mean a reset or an exchanged unit has to be confirmed by
/// the next read. So has 65535, which modules also give for a broken input. No press is lost by that, and no hundreds
/// of presses are invented: an increase that cannot be counted becomes one press and a gap.
struct CounterWatch: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        /// This many presses since the last value, 0 or more.
        case counted(Int)
        /// The counter started again or jumped: at least this many presses, 0 or more, and some may be lost.
        case broken(Int)
        case unconfirmed
        /// Not believed. Can be right only as a first value that stays the same for long.
        case implausible
    }

    /// The most presses between two reads that are always believed, whatever the poll interval.
    static let fewPresses = 20
    /// The most presses a second; nobody presses faster.
    private static let fastest = 10

    private let most: Int
    /// The last value that was believed, 0...65535; nil before the first.
    private(set) var value: Int?
    /// The value before the counter started again. Kept until it continues from the old or the new value.
    private var before: Int?
    /// The value that the next read has to confirm.
    private var candidate: Int?

    /// - Parameters:
    ///   - value: the last run's value; nil if there is none, and then the first read is the start.
    ///   - poll: from one read to the next.
    init(from value: Int?, poll: Duration = .zero) {
        self.value = value
        most = max(Self.fewPresses, Int(poll.components.seconds) * Self.fastest)
    }

    /// - Parameters:
    ///   - word: the register as read.
    ///   - plausible: the values that the register can have; nil: any, and 65535 only if confirmed.
    ///   - isLasting: whether it has been 65535 for long enough.
    mutating func apply(_ word: UInt16, plausible: ClosedRange<Int>?, isLasting: Bool = false) -> Outcome {
        let read = Int(word)
        if let plausible, !plausible.contains(read) { return .implausible }
        let isSuspect = plausible == nil && word == .max
        guard let value else { return isSuspect && !isLasting ? .implausible : .counted(begin(at: read)) }
        // A counter that ends below 65535 also starts again at 0.
        let values = plausible.map { $0.lowerBound == 0 ? $0.count : 65_536 } ?? 65_536
        if let presses = presses(from: value, to: read, of: values) {
            if isSuspect, presses > 0, candidate != read { return wait(for: read) }
            if presses > 0 { before = nil }
            return .counted(begin(at: read, presses))
        }
        if isSuspect { return .implausible }
        // Continue from the old value: some modules give 0 while they start.
        if let before, let presses = presses(from: before, to: read, of: values) {
            self.before = nil
            return .counted(begin(at: read, presses))
        }
        guard let candidate, let since = presses(from: candidate, to: read, of: values) else { return wait(for: read) }
        before = value
        // A reset unit counts from 0. If it is something else, assume at least one press.
        return .broken(begin(at: read, read <= most ? read : 1 + since))
    }

    /// - Returns: `presses`.
    private mutating func begin(at read: Int, _ presses: Int = 0) -> Int {
        value = read
        candidate = nil
        return presses
    }

    private mutating func wait(for read: Int) -> Outcome {
        candidate = read
        return .unconfirmed
    }

    /// How far `to` is ahead of `from`, modulo `values`; nil if that is more than people can press.
    private func presses(from: Int, to: Int, of values: Int) -> Int? {
        let ahead = ((to - from) % values + values) % values
        return ahead <= most ? ahead : nil
    }
}
