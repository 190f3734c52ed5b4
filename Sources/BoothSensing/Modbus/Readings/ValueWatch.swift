// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Tells a register's values from what a module says for want of one: 65535, or what no sensor gives.
///
/// An implausible read is quality and no value. What lasts is believed where it can be meant (65535 of an open loop, of
/// sixteen inputs that are all on), and is a fault of the sensor otherwise.
struct ValueWatch: Sendable, Hashable {
    /// What a read says.
    enum Outcome: Sendable, Hashable {
        case believed
        /// The last value stands, and nothing follows from it yet.
        case doubted
        /// It has been like this for so long that somebody has to look.
        case faulty
    }

    /// Reads in a row until a value that cannot be is a fault, 2 or more: a single one never is.
    private let limit: Int
    /// Implausible reads in a row, up to `limit`.
    private var implausible = 0
    /// Reads of 65535 in a row, up to `limit`.
    private var allOnes = 0
    /// Whether the fault was told and stands.
    private(set) var isFaulty = false

    init(limit: Int) {
        self.limit = max(2, limit)
    }

    /// A register's word.
    mutating func take(_ word: UInt16, of point: PolledPoint) -> Outcome {
        allOnes = word == .max ? min(allOnes + 1, limit) : 0
        if point.isPlausible(word) || (allOnes == limit && point.canMeanAllOnes) { return believe() }
        return doubt()
    }

    /// A read is believed: whatever was doubted before is over.
    mutating func believe() -> Outcome {
        implausible = 0
        return .believed
    }

    /// A read is not believed.
    mutating func doubt() -> Outcome {
        implausible = min(implausible + 1, limit)
        return implausible == limit ? .faulty : .doubted
    }

    /// Notes whether the fault stands.
    ///
    /// - Returns: whether that is news.
    mutating func note(isFaulty: Bool) -> Bool {
        defer { self.isFaulty = isFaulty }
        return self.isFaulty != isFaulty
    }
}

extension PolledPoint {
    /// Whether one read of `word` is enough to believe it. A bit is always what it is.
    fileprivate func isPlausible(_ word: UInt16) -> Bool {
        guard source.table.isRegisters else { return true }
        if let plausible = source.plausible {
            guard plausible.contains(Int(word)) else { return false }
        } else if word == .max {
            return false
        }
        return isInBand(word)
    }

    /// Whether 65535 can be meant where it lasts: in a band of the loop, or as a whole register whose range nobody gave.
    fileprivate var canMeanAllOnes: Bool { source.plausible == nil && isInBand(.max) }

    private func isInBand(_ word: UInt16) -> Bool { loop.map { $0.state(of: Int(word)) != nil } ?? true }

    /// What `word` says of an input whose last state was `last`; for a believed word.
    func state(of word: UInt16, after last: PointState) -> PointState? {
        loop.map { $0.state(of: Int(word), after: last) } ?? state(of: word)
    }
}

extension DeviceFault {
    /// A point's register says what cannot be, and goes on to.
    static func implausible(_ word: UInt16, of point: PolledPoint) -> DeviceFault {
        let (zh, en) =
            point.loop == nil
            ? ("请检查传感器接线与模块，或核对 range", "check the sensor's wiring and the module, or correct \"range\"")
            : ("请检查回路接线与电阻，或核对 loop", "check the loop's wiring and resistors, or correct \"loop\"")
        return DeviceFault(
            .implausible,
            Message(
                zh: "\(point.id) 的寄存器一直读到不可能的值 \(word)，保留最后的可信值；\(zh)",
                en: "the register of \(point.id) keeps reading \(word), which cannot be, the last value stands; \(en)"))
    }
}
