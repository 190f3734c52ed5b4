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

    /// However fast the polls are, what lasts for less is an accident.
    static let leastSpan = Duration.milliseconds(500)
    /// A value that hovers about what can be is one fault: it is over when every read was believed for so long.
    static let rest = Duration.seconds(60)

    /// Reads in a row of one sort.
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

    /// Reads in a row until a value that cannot be is a fault, 2 or more: a single one never is.
    private let limit: Int
    private var implausible = Run()
    private var believed = Run()
    private var allOnes = Run()
    /// Whether the fault stands, maybe from the last run.
    private var stands: Bool
    /// Whether this run has told of it.
    private var isTold = false

    /// - Parameters:
    ///   - limit: reads in a row that are no accident; 2 at least.
    ///   - stands: whether the fault of the last run does.
    init(limit: Int, stands: Bool = false) {
        self.limit = max(2, limit)
        self.stands = stands
    }

    /// A register's word.
    mutating func apply(_ word: UInt16, of point: PolledPoint, at instant: BootTime) -> Outcome {
        let isLasting = isAllOnes(word, at: instant) && point.canMeanAllOnes
        return point.isPlausible(word) || isLasting ? believe(at: instant) : doubt(at: instant)
    }

    /// Whether `word`, just read, is 65535 and has been for so long that it is no accident.
    mutating func isAllOnes(_ word: UInt16, at instant: BootTime) -> Bool {
        guard word == .max else {
            allOnes = Run()
            return false
        }
        allOnes.extend(at: instant)
        return allOnes.lasts(limit, Self.leastSpan, at: instant)
    }

    /// A read is believed: whatever was doubted before is over.
    mutating func believe(at instant: BootTime) -> Outcome {
        implausible = Run()
        believed.extend(at: instant)
        return .believed
    }

    /// A read is not believed.
    mutating func doubt(at instant: BootTime) -> Outcome {
        believed = Run()
        implausible.extend(at: instant)
        return implausible.lasts(limit, Self.leastSpan, at: instant) ? .faulty : .doubted
    }

    /// There are no reads for a while: what comes then says nothing about the time between.
    mutating func interrupt() {
        believed = Run()
    }

    /// Notes that somebody has to look.
    ///
    /// - Returns: whether that is news, in this run.
    mutating func noteFault() -> Bool {
        defer { (stands, isTold) = (true, true) }
        return !isTold
    }

    /// Notes that a read is believed.
    ///
    /// - Returns: whether a fault that stood is over with it.
    mutating func noteRest(at instant: BootTime) -> Bool {
        guard stands, believed.lasts(limit, Self.rest, at: instant) else { return false }
        (stands, isTold) = (false, false)
        return true
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
