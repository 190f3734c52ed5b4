// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Tells presses from a counting register that is read now and then, and from what the last run remembered of it.
///
/// One read is enough for a few presses, as the unit counted them. What would be a reset of the unit, another unit in
/// its place, or 65535, which modules also give for a broken input, has to be confirmed by the next read. No press is
/// lost by that, and none is claimed by the hundred: what cannot be counted is one press and a gap.
struct CounterWatch: Sendable, Hashable {
    /// What a read says.
    enum Outcome: Sendable, Hashable {
        /// So many presses since the last value, 0 or more.
        case counted(Int)
        /// The unit began anew or leapt: so many presses at least, 0 or more, and some may be lost.
        case broken(Int)
        /// Not believed yet.
        case unconfirmed
        /// Not believed, and cannot be right unless it is the first and lasts.
        case implausible
    }

    /// Most presses between two reads that are believed at once, whatever the poll.
    static let fewPresses = 20
    /// Nobody presses faster: so many in a second.
    private static let fastest = 10

    /// Most presses between two reads.
    private let most: Int
    /// The last value that was believed, 0...65535; nil before the first.
    private(set) var value: Int?
    /// The value before the unit began anew, until it goes on from there or from anew.
    private var before: Int?
    /// What the next read has to confirm.
    private var candidate: Int?

    /// - Parameters:
    ///   - value: the last run's; nil where there is none: the first read is where the count begins.
    ///   - poll: from one read to the next.
    init(from value: Int?, poll: Duration = .zero) {
        self.value = value
        most = max(Self.fewPresses, Int(poll.components.seconds) * Self.fastest)
    }

    /// - Parameters:
    ///   - word: as read.
    ///   - plausible: the values that the register can have; nil: any, and 65535 when it is confirmed.
    ///   - isLasting: whether it has been 65535 for so long that it is no accident.
    mutating func apply(_ word: UInt16, plausible: ClosedRange<Int>?, isLasting: Bool = false) -> Outcome {
        let read = Int(word)
        if let plausible, !plausible.contains(read) { return .implausible }
        let isSuspect = plausible == nil && word == .max
        guard let value else { return isSuspect && !isLasting ? .implausible : .counted(begin(at: read)) }
        // A counter that ends below 65535 begins again at 0 all the same.
        let values = plausible.map { $0.lowerBound == 0 ? $0.count : 65_536 } ?? 65_536
        if let presses = presses(from: value, to: read, of: values) {
            if isSuspect, presses > 0, candidate != read { return wait(for: read) }
            if presses > 0 { before = nil }
            return .counted(begin(at: read, presses))
        }
        if isSuspect { return .implausible }
        // As if it had never been away: some modules say 0 while they start.
        if let before, let presses = presses(from: before, to: read, of: values) {
            self.before = nil
            return .counted(begin(at: read, presses))
        }
        guard let candidate, let since = presses(from: candidate, to: read, of: values) else { return wait(for: read) }
        before = value
        // A reset unit counts from 0. Whatever else it is now, somebody may have pressed.
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

    /// How far `to` is ahead of `from`, of so many values; nil where that is more than anybody presses.
    private func presses(from: Int, to: Int, of values: Int) -> Int? {
        let ahead = ((to - from) % values + values) % values
        return ahead <= most ? ahead : nil
    }
}
