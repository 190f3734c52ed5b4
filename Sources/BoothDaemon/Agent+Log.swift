// SPDX-License-Identifier: Apache-2.0
import BoothIncidents
import BoothModel

// What goes to the log. The log is for the technician: what must not be lost is in the journal of incidents.
extension Agent {
    /// Says it, or counts it where its subject has said much of late.
    func log(
        _ level: LogEntry.Level, _ kind: LogEntry.Kind, _ message: Message, _ fields: [LogEntry.Field: String?] = [:]
    ) {
        let entry = LogEntry(level, kind, message, fields)
        if throttle.admits(entry, at: .now()) { announcer.log(entry) }
    }

    /// Says how often what was held back has happened.
    func flushLog(at now: BootTime) {
        guard let deadline = throttle.nextDeadline, deadline <= now else { return }
        for entry in throttle.flush(at: now) { announcer.log(entry) }
    }

    /// Incidents opened and restored; a fault has been told with its cause already, and comes with less weight.
    func logIncidents(of decision: Decision) {
        for event in decision.events {
            switch event.content {
            case .raised(let incident):
                log(
                    incident.incidentClass == .fault ? .info : .notice, .incidentRaised,
                    Message(
                        zh: "\(Self.place(of: incident))：\(incident.category.name.zh)，事件 \(incident.id)",
                        en: "\(Self.place(of: incident)): \(incident.category), incident \(incident.id)"),
                    Self.fields(of: incident, event: event.id))
            case .restored(let incident, let seconds):
                let (place, category) = (Self.place(of: incident), incident.category.name)
                log(
                    .info, .incidentRestored,
                    Message(
                        zh: "\(place)：\(category.zh)已恢复，历时 \(seconds) 秒，事件 \(incident.id)",
                        en: "\(place): \(category.en) restored after \(seconds) s, incident \(incident.id)"),
                    Self.fields(of: incident, event: event.id))
            case .closed(let incident):
                let (place, category) = (Self.place(of: incident), incident.category.name)
                let (by, outcome) = (incident.closing?.act.by.rawValue ?? "", incident.closing?.outcome ?? "")
                log(
                    .notice, .incidentClosed,
                    Message(
                        zh: "\(place)：\(category.zh)由 \(by) 办结：\(outcome)，事件 \(incident.id)",
                        en: "\(place): \(category.en) closed by \(by): \(outcome), incident \(incident.id)"),
                    Self.fields(of: incident, event: event.id))
            case .taskDone(let record): logTask(record)
            case .updated(let incident, let reason): logUpdate(of: incident, reason, event: event.id)
            case .loss, .record, .dailyReport: break
            }
        }
    }

    /// Somebody came or went, or it was said so.
    func log(_ attendance: Attendance) {
        let by = attendance.cause.words
        let until = attendance.until.map { CivilTime(wallMilliseconds: $0.nearestSecond.milliseconds) }
        let end = until.map { Message(zh: "，至 \($0.rfc3339)", en: ", until \($0.rfc3339)") } ?? Message(zh: "", en: "")
        log(
            .notice, .attendanceChanged,
            Message(
                zh: "\(attendance.isAttended ? "有人值守" : "无人值守")（\(by.zh)）\(end.zh)",
                en: "\(attendance.isAttended ? "attended" : "unattended") (\(by.en))\(end.en)"))
    }

    /// What a technician has to know of an answer that is missing or goes elsewhere; the rest is in the journal.
    private func logUpdate(of incident: Incident, _ reason: UpdateReason, event: EventID) {
        let (place, category) = (Self.place(of: incident), incident.category.name)
        switch reason {
        case .escalated:
            let isAccepted = incident.accepted != nil
            log(
                .warning, .incidentEscalated,
                Message(
                    zh: "\(place)：\(category.zh)\(isAccepted ? "受理后一直没有办结" : "一直没有平台受理")，事件 \(incident.id)",
                    en:
                        "\(place): nobody has \(isAccepted ? "closed" : "accepted") \(category.en) yet, incident \(incident.id)"
                ),
                Self.fields(of: incident, event: event))
        case .reclassified:
            log(
                .notice, .incidentHandedOver,
                Message(
                    zh: "\(place)：\(category.zh)改归 \(incident.incidentClass.rawValue) 类，事件 \(incident.id)",
                    en:
                        "\(place): \(category.en) is of class \(incident.incidentClass.rawValue) now, incident \(incident.id)"
                ),
                Self.fields(of: incident, event: event))
        case .repeat, .accepted, .dispatched, .handled, .acknowledged: break
        }
    }

    /// What became of a task.
    private func logTask(_ record: TaskRecord) {
        let reason = record.reason.map { ": \($0)" } ?? ""
        let isDone = record.result == .done
        log(
            isDone ? .notice : .warning, isDone ? .taskDone : .taskRefused,
            Message(
                zh: "\(record.target) 的任务 \(record.kind) \(record.id)\(isDone ? "已执行" : "被拒绝")\(reason)",
                en: "task \(record.kind) \(record.id) of \(record.target) was \(isDone ? "done" : "refused")\(reason)"),
            [.target: record.target.rawValue])
    }

    /// A platform's receipt for an incident.
    func logAcceptance(of decision: Decision, event: EventID, by target: TargetID, ticket: String?) {
        guard let incident = decision.incidents.first(where: { $0.opening == event }) else { return }
        var fields = Self.fields(of: incident, event: event)
        fields[.target] = target.rawValue
        let words = ticket.map { Message(zh: "，回执 \($0)", en: ", ticket \($0)") } ?? Message(zh: "", en: "")
        let (place, category) = (Self.place(of: incident), incident.category.name)
        log(
            .info, .incidentAccepted,
            Message(
                zh: "\(target) 已受理 \(place) 的\(category.zh)\(words.zh)，事件 \(incident.id)",
                en: "\(target) accepted \(category.en) of \(place)\(words.en), incident \(incident.id)"), fields)
    }

    private static func place(of incident: Incident) -> String {
        incident.point?.rawValue ?? incident.device?.rawValue ?? incident.category.rawValue
    }

    private static func fields(of incident: Incident, event: EventID) -> [LogEntry.Field: String?] {
        [
            .point: incident.point?.rawValue, .device: incident.device?.rawValue, .incident: "\(incident.id)",
            .event: "\(event)",
        ]
    }
}

extension Attendance.Cause {
    fileprivate var words: Message {
        switch self {
        case .schedule: Message(zh: "按值守时间表", en: "by the schedule")
        case .closed: Message(zh: "停值日期", en: "a closed date")
        case .armed: Message(zh: "人工布防", en: "armed")
        case .disarmed: Message(zh: "人工撤防", en: "disarmed")
        case .clock: Message(zh: "时钟不可信", en: "the clock is not trusted")
        }
    }
}
