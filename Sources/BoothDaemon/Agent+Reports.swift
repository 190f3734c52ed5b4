// SPDX-License-Identifier: Apache-2.0
import BoothIncidents
import BoothJournal
import BoothModel
import BoothReports

// Reports on days, weeks and months, and the signs of life that tell when no agent ran.
extension Agent {
    /// What is kept between two reports.
    struct Reporting {
        let clock: DailyReportClock
        var runs: RunLog
        /// When to ask again whether a daily report is due.
        var nextLook = BootTime(nanoseconds: 0)
        /// Whether one is being made.
        var isMaking = false
        /// Whether no agent ran here before: there is nothing to say of yesterday.
        var isNew: Bool

        init(_ booth: Booth, _ memory: BoothMemory, started: BootTime) {
            clock = DailyReportClock(booth)
            runs = RunLog(memory, started: started)
            isNew = memory.alive == nil && memory.reported.isEmpty
        }

        /// Learns late what the journal remembers.
        mutating func recall(_ memory: BoothMemory) {
            runs.recall(memory)
            isNew = memory.alive == nil && memory.reported.isEmpty
        }
    }

    /// Why there is no report.
    enum ReportRefusal: Error {
        /// Which day it is, nobody knows.
        case clock
        /// The disk refuses, or the system has no thread left.
        case unavailable

        var message: Message {
            switch self {
            case .clock:
                Message(
                    zh: "时钟未同步，不知道今天是哪一天；先让时钟同步，再试一次",
                    en: "the clock is not synchronised, so nobody knows what day it is; have it set, then try again")
            case .unavailable:
                Message(zh: "日志现在读不出来；检查磁盘，再试一次", en: "the journal cannot be read now; check the disk, then try again")
            }
        }
    }

    /// After a report that could not be made it is tried again.
    private static let reportRetry = Duration.seconds(60)

    /// When there is something to do for reports.
    var reportDeadline: BootTime {
        reporting.isMaking ? reporting.runs.nextSign : min(reporting.nextLook, reporting.runs.nextSign)
    }

    /// Does what is due: a sign of life, the report on yesterday.
    func keepReports(at now: BootTime) {
        if reporting.runs.nextSign <= now { giveSignOfLife() }
        guard !reporting.isMaking, reporting.nextLook <= now else { return }
        let moment = clock.now()
        guard let day = reporting.clock.due(at: moment, reported: rules.memory.reported) else {
            reporting.nextLook = reporting.clock.nextLook(after: moment)
            return
        }
        guard !reporting.isNew else {
            reporting.isNew = false
            return record(rules.note { $0.noteReport(on: day) })
        }
        reporting.isMaking = true
        let mailbox = mailbox
        make(ReportPeriod(.day, containing: day), at: moment) { mailbox.post(.report(day, try? $0.get())) }
    }

    /// Leaves word that an agent runs, or ran until now.
    func giveSignOfLife() {
        let moment = clock.now()
        record(rules.note { reporting.runs.sign(&$0, at: moment) })
    }

    /// The report on a day has been made, or could not be.
    func take(_ report: BoothReport?, on day: CivilDate) {
        reporting.isMaking = false
        let moment = clock.now()
        guard let report else {
            reporting.nextLook = moment.boot + Self.reportRetry
            return
        }
        reporting.nextLook = moment.boot
        // The clock may have been set while it was made.
        guard reporting.clock.due(at: moment, reported: rules.memory.reported) == day else { return }
        record(rules.tell(report, at: moment) { $0.noteReport(on: day) })
    }

    /// The report on the day, week or month that `date` belongs to, or today; `reply` comes on another thread.
    func report(
        _ kind: ReportPeriod.Kind, on date: CivilDate?,
        reply: @escaping @Sendable (Result<BoothReport, ReportRefusal>) -> Void
    ) {
        let moment = clock.now()
        guard moment.clock != .unsynced else { return reply(.failure(.clock)) }
        make(ReportPeriod(kind, containing: date ?? moment.civil.date), at: moment, reply: reply)
    }

    /// Has the journal read the history, and a thread of its own make the report of it.
    private func make(
        _ period: ReportPeriod, at moment: Moment,
        reply: @escaping @Sendable (Result<BoothReport, ReportRefusal>) -> Void
    ) {
        let reading = ReportReading(
            period, of: configuration.points.map(watched), outages: rules.memory.outages, at: moment, reply: reply)
        journal.ask(.history(from: period.lookBack, to: period.to, reading))
    }

    private func watched(_ point: PointConfiguration) -> WatchedPoint {
        WatchedPoint(
            id: point.id, kind: point.kind, blinders: IncidentRules.blinders(of: point),
            firstSeen: rules.firstSeen(of: point.id))
    }
}
