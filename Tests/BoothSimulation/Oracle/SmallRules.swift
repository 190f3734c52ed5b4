// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// No two events have one number, and numbers rise whatever the clock does.
struct NumberRule {
    private var used: Set<EventID> = []
    private var last: Int64 = 0

    mutating func started(_ contents: JournalContents?) { last = contents?.lastKey ?? 0 }

    mutating func recall(_ contents: JournalContents) { last = max(last, contents.lastKey) }

    mutating func judge(_ event: EventID) -> String? {
        guard used.insert(event).inserted else { return "two events have the number \(event)" }
        guard event.key > last else { return "the number \(event) comes after a higher one" }
        last = event.key
        return nil
    }
}

/// Every call has one answer, and an act has none before it is on disk.
struct CallRule {
    private var waiting: Set<Int> = []
    private var isOnDisk = true

    mutating func called(_ call: Int) { waiting.insert(call) }

    mutating func reached(_ isOnDisk: Bool) { self.isOnDisk = isOnDisk }

    mutating func reply(_ answer: ControlAnswer, to call: Int, after input: Input) -> String? {
        guard waiting.remove(call) != nil else { return "call \(call) was answered twice" }
        switch answer {
        case .incident, .attendance:
            guard case .reached = input else { return "an act was answered before it was recorded" }
            return isOnDisk ? nil : "an act was called done, and the disk refused it"
        default: return nil
        }
    }

    func end() -> String? { waiting.isEmpty ? nil : "call \(waiting.min() ?? 0) was never answered" }
}

/// The report on yesterday is made once, soon after midnight.
struct ReportRule {
    private var told: Set<CivilDate> = []
    private var ordered: CivilDate?
    private var started: BootTime?
    private var isNew = true
    /// Since when the clock is trusted.
    private var trusted: BootTime?

    mutating func started(_ contents: JournalContents?, at moment: Moment) {
        told = Set(contents?.memory.reported ?? [])
        isNew = contents?.memory.alive == nil
        ordered = nil
        started = moment.boot
        trusted = nil
    }

    mutating func recall(_ contents: JournalContents) { told.formUnion(contents.memory.reported) }

    mutating func ordered(_ order: ReportOrder, at moment: Moment) -> String? {
        guard case .day(let day) = order.purpose else { return nil }
        ordered = day
        if told.contains(day) { return "the report on \(day.month)-\(day.day) is made twice" }
        return nil
    }

    /// Whether the report on a day that was made is told.
    mutating func isDue(_ day: CivilDate, at moment: Moment) -> Bool {
        guard moment.clock != .unsynced, moment.civil.date.previous == day else { return false }
        return told.insert(day).inserted
    }

    mutating func judge(at moment: Moment) -> String? {
        guard moment.clock != .unsynced else {
            trusted = nil
            return nil
        }
        let since = trusted ?? moment.boot
        trusted = since
        guard !isNew, moment.civil.minuteOfDay >= 7, let started, moment.boot - max(started, since) > .seconds(4000)
        else {
            return nil
        }
        let day = moment.civil.date.previous
        if told.contains(day) || ordered == day { return nil }
        return "there is no report on \(day.month)-\(day.day)"
    }
}

/// A clock that nobody trusts is a fault after ten minutes, one that runs free after a day; one that is right is none.
struct ClockRule {
    private var freeSince: BootTime?
    private var started = BootTime(nanoseconds: 0)

    mutating func started(at moment: Moment) {
        freeSince = nil
        started = moment.boot
    }

    mutating func judge(_ isTold: Bool, at moment: Moment) -> String? {
        guard moment.clock != .synced else {
            freeSince = nil
            return isTold ? "the clock is right, and its fault stands" : nil
        }
        let since = freeSince ?? moment.boot
        freeSince = since
        let patience = moment.clock == .unsynced ? Duration.seconds(600) : .seconds(86_400)
        if moment.boot - since > patience + .seconds(61), !isTold { return "the clock is wrong, and nobody is told" }
        return nil
    }
}
