// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What the current input has led to so far, in order.
struct EffectList {
    private var effects: [Effect] = []
    private var throttle = LogThrottle()

    /// When a count of lines that were held back is due.
    var nextDeadline: BootTime? { throttle.nextDeadline }

    mutating func add(_ effect: Effect) { effects.append(effect) }

    /// Gives the effects away.
    mutating func takeAll() -> [Effect] {
        defer { effects.removeAll(keepingCapacity: true) }
        return effects
    }

    /// Says it, or counts it where its subject has said much of late.
    mutating func log(_ entry: LogEntry, at now: BootTime) {
        if throttle.admits(entry, at: now) { add(.log(entry)) }
    }

    /// Says how often what was held back has happened.
    mutating func flushLog(at now: BootTime) {
        guard let deadline = throttle.nextDeadline, deadline <= now else { return }
        for entry in throttle.flush(at: now) { add(.log(entry)) }
    }
}
