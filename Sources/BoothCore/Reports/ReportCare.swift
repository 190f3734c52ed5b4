// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When the daily report and the signs of life are due. The signs of life show when no agent ran.
struct ReportCare {
    /// What is due for a day.
    enum Due: Equatable {
        case report(on: CivilDate)
        /// No report on that day, because no agent ran here before.
        case nothing(on: CivilDate)
    }

    /// The wait before a report that could not be made is tried again.
    private static let retry = Duration.seconds(60)

    private let clock: DailyReportClock
    var runs: RunLog
    /// When to ask again whether a daily report is due.
    private var nextLook = BootTime(nanoseconds: 0)
    private var isMaking = false
    /// Whether no agent ran here before, so that there is no report on yesterday.
    private var isNew: Bool

    init(_ booth: Booth, _ memory: BoothMemory, started: BootTime) {
        clock = DailyReportClock(booth)
        runs = RunLog(memory, started: started)
        isNew = memory.isOfNewBooth
    }

    var nextDeadline: BootTime { isMaking ? runs.nextSign : min(nextLook, runs.nextSign) }

    /// Takes the memory of a journal that opened late.
    mutating func recall(_ memory: BoothMemory) {
        runs.recall(memory)
        isNew = memory.isOfNewBooth
    }

    /// The clock has changed, so a new day may have begun.
    mutating func noteClock(at now: BootTime) { nextLook = now }

    /// The daily report to make now; nil: none, or one is being made.
    mutating func takeDue(at moment: Moment, reported: [CivilDate]) -> Due? {
        guard !isMaking, nextLook <= moment.boot else { return nil }
        guard let day = clock.due(at: moment, reported: reported) else {
            nextLook = clock.nextLook(after: moment)
            return nil
        }
        guard !isNew else {
            isNew = false
            nextLook = clock.nextLook(after: moment)
            return .nothing(on: day)
        }
        isMaking = true
        return .report(on: day)
    }

    /// The report on a day was made, or could not be made.
    ///
    /// - Returns: whether to send it. It may be due no longer, if the clock was set while it was made.
    mutating func end(of day: CivilDate, isMade: Bool, at moment: Moment, reported: [CivilDate]) -> Bool {
        isMaking = false
        guard isMade else {
            nextLook = moment.boot + Self.retry
            return false
        }
        nextLook = moment.boot
        return clock.due(at: moment, reported: reported) == day
    }
}

extension BoothMemory {
    fileprivate var isOfNewBooth: Bool { alive == nil && reported.isEmpty }
}
