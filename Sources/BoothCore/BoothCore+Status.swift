// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The agent's state for technicians and systemd, and the reports on the booth.
extension BoothCore {
    /// Sensing and the journal run: tells systemd and the log.
    mutating func enterService() {
        let line = line()
        statusLine.enterService(line.en)
        effects.add(.ready(line.en))
        log(LogEntry(.notice, .inService, line))
        effects.add(.keepConfiguration)
    }

    /// Keeps systemd's STATUS= line up to date.
    mutating func showStatus() {
        guard statusLine.isDue(at: now.boot) else { return }
        let line = line().en
        if statusLine.update(line, at: now.boot) { effects.add(.showStatus(line)) }
    }

    private func line() -> Message {
        let points = configuration.points.count
        let state =
            reasons().first.map { Message(zh: "降级：\($0.zh)", en: "degraded: \($0.en)") }
            ?? Message(zh: "在用", en: "in service")
        return Message(
            zh: "\(state.zh)；\(points) 个点位，\(parts.storage.open) 起未办结，\(parts.waiting) 条待发",
            en: "\(state.en); \(points) points, \(parts.storage.open) open, \(parts.waiting) queued")
    }

    /// Why the agent is degraded, the worst reason first. Empty: it is not.
    private func reasons() -> [Message] {
        let tasks = configuration.targets.filter(\.hasAuthority).compactMap { target in
            self.tasks.refusal(of: target.id).map { LogEntry.taskChannel(of: target.id, $0) }
        }
        return parts.reasons(tasks, at: now)
    }

    func statusReply() -> StatusReply {
        let reasons = reasons()
        let storage = parts.storage
        return StatusReply(
            booth: configuration.booth.code, name: configuration.booth.name,
            state: !statusLine.isInService ? .starting : reasons.isEmpty ? .inService : .degraded,
            inService: statusLine.isInService, reasons: reasons, hints: hints(), bootID: now.bootID,
            version: Product.version, uptimeSeconds: Int((now.boot - started).components.seconds), clock: now.clock,
            timeZone: configuration.booth.timeZone,
            attendance: AttendanceStatus(rules.attendance(at: now), in: now.zone),
            storage: .init(
                state: storage.storage.reply, bytes: storage.bytes, limit: configuration.storageLimit,
                historyFrom: historyFrom, daysLeft: storage.daysLeft),
            points: pointStatuses(), open: storage.open, targets: targetStatuses(),
            faults: parts.deviceFaults.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                .init(device: $0.key, $0.value)
            })
    }

    /// Start of the journal's history, RFC 3339. Nil: it has none.
    var historyFrom: String? {
        parts.storage.historyFrom.map { $0.text(in: now.zone) }
    }

    func pointStatuses() -> [PointStatus] {
        let untested = Set(rules.untestedPoints(at: now))
        return points.all.map { entry in
            let since = entry.reading.map { Stamp(now.at($0.at)).time } ?? nil
            return PointStatus(
                entry.point, reading: entry.reading, since: since,
                lastActive: rules.lastActive(of: entry.point.id)?.civilTime(at: now),
                untested: untested.contains(entry.point.id))
        }
    }

    /// What somebody should do although nothing is wrong: try a point, open the letter box.
    private func hints() -> [Message] {
        let points = rules.untestedPoints(at: now).map(\.rawValue)
        let untested = Message(
            zh: "长期没有动作、不知是否完好：\(points.joined(separator: "、"))；请逐个试一次",
            en: "not active for long, nobody knows whether they work: \(points.joined(separator: ", ")); try each once")
        return (points.isEmpty ? [] : [untested]) + unopenedBoxes()
    }

    /// Letter boxes that nobody has opened for a week. An empty box has no incident that would be a reminder.
    private func unopenedBoxes() -> [Message] {
        let days = Int(IncidentRules.boxDuty.components.seconds / 86_400)
        return rules.unopenedBoxes(at: now).map { box in
            Message(
                zh: "信箱 \(box) 已有 \(days) 天没有打开；请每周开箱一次",
                en: "the letter box \(box) has not been opened for \(days) days; open it every week")
        }
    }

    private func targetStatuses() -> [TargetStatus] {
        configuration.targets.map { target in
            let queue = parts.storage.queues.first { $0.target == target.id }
            let link = parts.link(of: target.id)
            return TargetStatus(
                id: target.id, state: link.reply, queued: queue?.queued ?? 0, rejected: queue?.rejected ?? 0,
                lastError: link.cause)
        }
    }

    // MARK: Reports

    /// Gives a sign of life and orders the report on yesterday, if they are due.
    mutating func keepReports() {
        if reports.runs.nextSign <= now.boot { giveSignOfLife() }
        switch reports.takeDue(at: now, reported: rules.memory.reported) {
        case .report(let day): order(ReportPeriod(.day, containing: day), for: .day(day))
        case .nothing(let day): record(rules.note { $0.noteReport(on: day) })
        case nil: break
        }
    }

    /// Records that the agent runs now. After a restart this shows when the agent stopped.
    mutating func giveSignOfLife() {
        var runs = reports.runs
        let now = now
        record(rules.note { runs.sign(&$0, at: now) })
        reports.runs = runs
    }

    /// Orders the report on the day, week or month that `date` belongs to. Nil: today.
    mutating func makeReport(_ kind: ReportPeriod.Kind, on date: CivilDate?, for call: Input.CallID) {
        guard now.clock != .unsynced else {
            return reply(
                .refused(
                    .unavailable(
                        Message(
                            zh: "时钟未同步，不知道今天是哪一天；先让时钟同步，再试一次",
                            en:
                                "the clock is not synchronised, so nobody knows what day it is; have it set, then try again"
                        ))), to: call)
        }
        order(ReportPeriod(kind, containing: date ?? now.civil.date), for: .call(call))
    }

    private mutating func order(_ period: ReportPeriod, for purpose: ReportOrder.Purpose) {
        let points = configuration.points.map { point in
            WatchedPoint(
                id: point.id, kind: point.kind, blinders: IncidentRules.blinders(of: point),
                firstSeen: rules.firstSeen(of: point.id))
        }
        effects.add(
            .makeReport(
                ReportOrder(
                    purpose: purpose, period: period, points: points, outages: rules.memory.outages, moment: now)))
    }

    /// A report was made. Nil: it could not be made.
    mutating func apply(_ report: BoothReport?, for purpose: ReportOrder.Purpose) {
        switch purpose {
        case .call(let call): reply(report.map { .report($0) } ?? Self.isUnreadable, to: call)
        case .day(let day):
            let isDue = reports.end(of: day, isMade: report != nil, at: now, reported: rules.memory.reported)
            guard let report, isDue else { return }
            record(rules.tell(report, at: now) { $0.noteReport(on: day) })
        }
    }
}

extension LinkState {
    fileprivate var reply: TargetStatus.State {
        switch self {
        case .ok: .ok
        case .retrying: .retrying
        case .refused: .refused
        }
    }
}

extension StorageState {
    var reply: StatusReply.Storage.State {
        switch self {
        case .ok: .ok
        case .full: .full
        case .fault: .fault
        }
    }
}
