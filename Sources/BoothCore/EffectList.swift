// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The effects of the current input so far, in order.
struct EffectList {
    private var effects: [Effect] = []
    private var throttle = LogThrottle()

    /// When a count of suppressed log lines is due; nil: none.
    var nextDeadline: BootTime? { throttle.nextDeadline }

    mutating func add(_ effect: Effect) { effects.append(effect) }

    /// Returns the effects, and empties the list.
    mutating func takeAll() -> [Effect] {
        defer { effects.removeAll(keepingCapacity: true) }
        return effects
    }

    /// Logs the entry. If there were many on its subject lately, it is only counted.
    mutating func log(_ entry: LogEntry, at now: BootTime) {
        if throttle.admits(entry, at: now) { add(.log(entry)) }
    }

    /// Logs the counts of suppressed lines that are due.
    mutating func flushLog(at now: BootTime) {
        guard let deadline = throttle.nextDeadline, deadline <= now else { return }
        for entry in throttle.flush(at: now) { add(.log(entry)) }
    }
}
