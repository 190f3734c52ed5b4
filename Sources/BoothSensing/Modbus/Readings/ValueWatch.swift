// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Separates a register's real values from implausible ones: 65535, or a value that no sensor gives.
///
/// An implausible read changes the quality, not the value. If it lasts, there are two cases. Where 65535 can be real
/// (an open loop, or sixteen inputs that are all on) it is believed. Otherwise it is a fault of the sensor.
struct ValueWatch: Sendable, Hashable {
    enum Outcome: Sendable, Hashable {
        case believed
        /// Keep the last value; no fault yet.
        case doubted
        /// The value was implausible for so long that somebody has to look.
        case faulty
    }

    /// A value must last at least this long, however fast the polls are.
    static let leastSpan = Duration.milliseconds(500)
    /// The fault ends when every read was believed for this long. So a value near the limit makes one fault, not many.
    static let rest = Duration.seconds(60)

    /// Consecutive reads of the same kind.
    private struct Run: Sendable, Hashable {
        var count = 0
        var since: BootTime?

        mutating func extend(at instant: BootTime) {
            count += 1
            since = since ?? instant
        }

        func lasts(_ reads: Int, _ span: Duration, at instant: BootTime) -> Bool {
            count >= reads && since.map { instant - $0 >= span } ?? false
        }
    }

    /// Implausible reads in a row that make a fault; at least 2.
    private let limit: Int
    private var implausible = Run()
    private var believed = Run()
    private var allOnes = Run()
    /// Whether there is a fault, perhaps from the last run.
    private var stands: Bool
    /// Whether this run has reported the fault.
    private var isTold = false

    /// - Parameters:
    ///   - limit: implausible reads in a row that make a fault; at least 2.
    ///   - stands: whether the last run ended with the fault.
    init(limit: Int, stands: Bool = false) {
        self.limit = max(2, limit)
        self.stands = stands
    }

    /// Applies a register's word.
    mutating func apply(_ word: UInt16, of point: PolledPoint, at instant: BootTime) -> Outcome {
        let isLasting = isAllOnes(word, at: instant) && point.canMeanAllOnes
        return point.isPlausible(word) || isLasting ? believe(at: instant) : doubt(at: instant)
    }

    /// Whether `word` is 65535 and has been for long enough.
    mutating func isAllOnes(_ word: UInt16, at instant: BootTime) -> Bool {
        guard word == .max else {
            allOnes = Run()
            return false
        }
        allOnes.extend(at: instant)
        return allOnes.lasts(limit, Self.leastSpan, at: instant)
    }

    /// Counts a believed read; ends any doubt.
    mutating func believe(at instant: BootTime) -> Outcome {
        implausible = Run()
        believed.extend(at: instant)
        return .believed
    }

    /// Counts an implausible read.
    mutating func doubt(at instant: BootTime) -> Outcome {
        believed = Run()
        implausible.extend(at: instant)
        return implausible.lasts(limit, Self.leastSpan, at: instant) ? .faulty : .doubted
    }

    /// Reads stop for a while. Later reads say nothing about the time between.
    mutating func interrupt() {
        believed = Run()
    }

    /// Notes the fault.
    ///
    /// - Returns: whether this run has not reported it yet.
    mutating func noteFault() -> Bool {
        defer { (stands, isTold) = (true, true) }
        return !isTold
    }

    /// Notes a believed read.
    ///
    /// - Returns: whether this ends a fault.
    mutating func noteRest(at instant: BootTime) -> Bool {
        guard stands, believed.lasts(limit, Self.rest, at: instant) else { return false }
        (stands, isTold) = (false, false)
        return true
    }
}

extension PolledPoint {
    /// Whether one read of `word` is enough to believe it. A bit is always believed.
    fileprivate func isPlausible(_ word: UInt16) -> Bool {
        guard source.table.isRegisters else { return true }
        if let plausible = source.plausible {
            guard plausible.contains(Int(word)) else { return false }
        } else if word == .max {
            return false
        }
        return isInBand(word)
    }

    /// Whether a lasting 65535 can be real: in a band of the loop, or in a whole register without a configured range.
    fileprivate var canMeanAllOnes: Bool { source.plausible == nil && isInBand(.max) }

    private func isInBand(_ word: UInt16) -> Bool { loop.map { $0.state(of: Int(word)) != nil } ?? true }

    /// The state that a believed `word` means, when the last state was `last`.
    func state(of word: UInt16, after last: PointState) -> PointState? {
        loop.map { $0.state(of: Int(word), after: last) } ?? state(of: word)
    }
}

extension DeviceFault {
    /// A point's register keeps an implausible value.
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
