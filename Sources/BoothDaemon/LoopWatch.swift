// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// Watches the agent's loops: asks each one at a fixed interval, and judges it by when it answers.
///
/// Told the time; it has no clock and no thread of its own.
struct LoopWatch {
    /// How often the loops are asked, and how long an answer may take.
    struct Pace: Equatable {
        let interval: Duration
        /// For a loop whose waits are all shorter than this.
        let patience: Duration

        /// - Parameter limit: the service manager kills the agent after so much silence; nil: it does not watch.
        init(limit: Duration?) {
            interval = limit.map { $0 / 6 } ?? .seconds(10)
            patience = limit.map { $0 / 3 } ?? .seconds(10)
        }
    }

    struct Loop {
        /// Its thread's name; `core` for the main thread.
        let name: String
        /// How long its answer may take before it counts as stalled.
        let patience: Duration
        let pulse: Pulse
        private let post: (Pulse) -> Void
        private var questions = 0
        /// When the open question was asked; nil: none is open.
        fileprivate private(set) var askedAt: BootTime?
        fileprivate var isStalled = false

        /// - Parameter post: puts the question into the loop's own mailbox; must not block.
        init(_ name: String, patience: Duration, post: @escaping (Pulse) -> Void) {
            self.name = name
            self.patience = patience
            self.post = post
            pulse = Pulse()
        }

        fileprivate mutating func ask(at now: BootTime) {
            questions += 1
            askedAt = now
            post(pulse)
        }

        /// Closes the open question if it was answered.
        fileprivate mutating func hear() {
            if pulse.answers == questions { askedAt = nil }
        }

        fileprivate var deadline: BootTime? { isStalled ? nil : askedAt.map { $0 + patience } }
    }

    enum Change: Equatable {
        /// It has not answered the question that was asked at this time.
        case stalled(String, since: BootTime)
        case recovered(String)
    }

    private var loops: [Loop]
    private let interval: Duration
    private var nextRound: BootTime

    /// - Parameter start: when the first questions are asked.
    init(_ loops: [Loop], pace: Pace, start: BootTime) {
        self.loops = loops
        interval = pace.interval
        nextRound = start
    }

    var nextDeadline: BootTime {
        loops.lazy.compactMap(\.deadline).reduce(nextRound) { min($0, $1) }
    }

    /// The loops that are late with their answer, and when they were asked.
    var stalled: [(name: String, since: BootTime)] {
        loops.compactMap { loop in loop.isStalled ? loop.askedAt.map { (loop.name, $0) } : nil }
    }

    /// Reads the answers, and asks again if a round is due.
    ///
    /// - Returns: what changed; and whether a round was due and no loop is late.
    mutating func look(at now: BootTime) -> (changes: [Change], provesAll: Bool) {
        var changes: [Change] = []
        let isRound = nextRound <= now
        for index in loops.indices {
            loops[index].hear()
            if let change = judge(&loops[index], at: now) { changes.append(change) }
            if isRound, loops[index].askedAt == nil { loops[index].ask(at: now) }
        }
        if isRound { nextRound = now + interval }
        return (changes, isRound && stalled.isEmpty)
    }

    private func judge(_ loop: inout Loop, at now: BootTime) -> Change? {
        guard let askedAt = loop.askedAt else {
            defer { loop.isStalled = false }
            return loop.isStalled ? .recovered(loop.name) : nil
        }
        guard let deadline = loop.deadline, deadline <= now else { return nil }
        loop.isStalled = true
        return .stalled(loop.name, since: askedAt)
    }

    #if DEBUG
        /// Makes a loop stop for ever, now.
        mutating func wedge(_ name: String, at now: BootTime) {
            for index in loops.indices where loops[index].name == name {
                loops[index].pulse.wedge()
                loops[index].hear()
                if loops[index].askedAt == nil { loops[index].ask(at: now) }
            }
        }
    #endif
}
