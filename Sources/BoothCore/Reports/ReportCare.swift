// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The daily report and the signs of life that tell when no agent ran: what is due when.
struct ReportCare {
    /// What is due.
    enum Due: Equatable {
        case report(on: CivilDate)
        /// There is nothing to say of that day: no agent ran here before.
        case nothing(on: CivilDate)
    }

    /// After a report that could not be made it is tried again.
    private static let retry = Duration.seconds(60)

    private let clock: DailyReportClock
    var runs: RunLog
    /// When to ask again whether a daily report is due.
    private var nextLook = BootTime(nanoseconds: 0)
    private var isMaking = false
    /// Whether no agent ran here before: there is nothing to say of yesterday.
    private var isNew: Bool

    init(_ booth: Booth, _ memory: BoothMemory, started: BootTime) {
        clock = DailyReportClock(booth)
        runs = RunLog(memory, started: started)
        isNew = memory.isOfNewBooth
    }

    var nextDeadline: BootTime { isMaking ? runs.nextSign : min(nextLook, runs.nextSign) }

    /// Learns late what the journal remembers.
    mutating func recall(_ memory: BoothMemory) {
        runs.recall(memory)
        isNew = memory.isOfNewBooth
    }

    /// A new day may have begun: the clock is another one.
    mutating func noteClock(at now: BootTime) { nextLook = now }

    /// The daily report that is to be made now; while one is being made there is no other.
    mutating func takeDue(at moment: Moment, reported: [CivilDate]) -> Due? {
        guard !isMaking, nextLook <= moment.boot else { return nil }
        guard let day = clock.due(at: moment, reported: reported) else {
            nextLook = clock.nextLook(after: moment)
            return nil
        }
        guard !isNew else {
            isNew = false
            return .nothing(on: day)
        }
        isMaking = true
        return .report(on: day)
    }

    /// The report on a day has been made, or could not be.
    ///
    /// - Returns: whether it is to be told; the clock may have been set while it was made.
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
