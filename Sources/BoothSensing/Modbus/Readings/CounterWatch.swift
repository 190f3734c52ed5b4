// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Tells presses from a counting register that is read now and then, and from what the last run remembered of it.
///
/// One read is enough for a press, as the unit counted it. What would be a reset of the unit, or 65535, which modules
/// also give for a broken input, has to be confirmed by the next read.
struct CounterWatch: Sendable, Hashable {
    /// What a read says.
    enum Outcome: Sendable, Hashable {
        /// So many presses since the last value, 0 or more.
        case counted(Int)
        /// The unit began anew: so many presses since then, 0 or more, and before it some may be lost.
        case reset(Int)
        /// Not believed yet.
        case unconfirmed
        /// Not believed, and cannot be right however long it lasts.
        case implausible
    }

    /// Most presses between two reads, and most that a unit can have counted since its reset: 1000.
    static let mostPresses = 1000

    /// The last value that was believed, 0...65535; nil before the first.
    private(set) var value: Int?
    /// What the next read has to confirm.
    private var candidate: Int?

    /// - Parameter value: the last run's; nil where there is none: the first read is where the count begins.
    init(from value: Int?) {
        self.value = value
    }

    /// - Parameters:
    ///   - word: as read.
    ///   - plausible: the values that the register can have; nil: any, and 65535 when it is confirmed.
    mutating func take(_ word: UInt16, plausible: ClosedRange<Int>?) -> Outcome {
        let read = Int(word)
        if let plausible, !plausible.contains(read) { return .implausible }
        let isSuspect = plausible == nil && word == .max
        guard let value else { return isSuspect ? .implausible : begin(at: read) }
        if let presses = Self.presses(from: value, to: read) {
            if isSuspect, value != read, candidate != read { return wait(for: read) }
            return begin(at: read, presses)
        }
        if isSuspect { return .implausible }
        guard let candidate, Self.presses(from: candidate, to: read) != nil else { return wait(for: read) }
        _ = begin(at: read)
        return .reset(read <= Self.mostPresses ? read : 0)
    }

    private mutating func begin(at read: Int, _ presses: Int = 0) -> Outcome {
        value = read
        candidate = nil
        return .counted(presses)
    }

    private mutating func wait(for read: Int) -> Outcome {
        candidate = read
        return .unconfirmed
    }

    /// How far `to` is ahead, modulo 65536; nil where that is more than anybody presses.
    private static func presses(from: Int, to: Int) -> Int? {
        let ahead = (to - from) & 0xFFFF
        return ahead <= mostPresses ? ahead : nil
    }
}
