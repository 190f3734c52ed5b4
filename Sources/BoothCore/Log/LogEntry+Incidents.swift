// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Log entries on incidents, tasks and attendance.
extension LogEntry {
    /// Entries on the events of a decision. The incident of a fault has level info, because the device's own entry has
    /// told the cause.
    static func entries(on decision: Decision) -> [LogEntry] {
        decision.events.compactMap { event in
            switch event.content {
            case .raised(let incident):
                return LogEntry(
                    incident.incidentClass == .fault ? .info : .notice, .incidentRaised,
                    Message(
                        zh: "\(Self.place(of: incident))：\(incident.category.name.zh)，事件 \(incident.id)",
                        en: "\(Self.place(of: incident)): \(incident.category), incident \(incident.id)"),
                    Self.fields(of: incident, event: event.id))
            case .restored(let incident, let seconds):
                let (place, category) = (Self.place(of: incident), incident.category.name)
                return LogEntry(
                    .info, .incidentRestored,
                    Message(
                        zh: "\(place)：\(category.zh)已恢复，历时 \(seconds) 秒，事件 \(incident.id)",
                        en: "\(place): \(category.en) restored after \(seconds) s, incident \(incident.id)"),
                    Self.fields(of: incident, event: event.id))
            case .closed(let incident):
                let (place, category) = (Self.place(of: incident), incident.category.name)
                let (by, outcome) = (incident.closing?.act.by.rawValue ?? "", incident.closing?.outcome ?? "")
                return LogEntry(
                    .notice, .incidentClosed,
                    Message(
                        zh: "\(place)：\(category.zh)由 \(by) 办结：\(outcome)，事件 \(incident.id)",
                        en: "\(place): \(category.en) closed by \(by): \(outcome), incident \(incident.id)"),
                    Self.fields(of: incident, event: event.id))
            case .taskDone(let record): return entry(on: record)
            case .updated(let incident, let reason): return entry(onUpdateOf: incident, reason, event: event.id)
            case .loss, .record, .dailyReport: return nil
            }
        }
    }

    /// Attendance has changed.
    static func entry(on attendance: Attendance, in zone: Zone) -> LogEntry {
        let by = attendance.cause.words
        let until = attendance.until.map { $0.nearestSecond.text(in: zone) }
        let end = until.map { Message(zh: "，至 \($0)", en: ", until \($0)") } ?? Message(zh: "", en: "")
        return LogEntry(
            .notice, .attendanceChanged,
            Message(
                zh: "\(attendance.isAttended ? "有人值守" : "无人值守")（\(by.zh)）\(end.zh)",
                en: "\(attendance.isAttended ? "attended" : "unattended") (\(by.en))\(end.en)"))
    }

    /// An entry if an answer is missing or the incident was handed over. The other updates are only in the journal.
    private static func entry(
        onUpdateOf incident: Incident, _ reason: UpdateReason, event: EventID
    ) -> LogEntry? {
        let (place, category) = (Self.place(of: incident), incident.category.name)
        switch reason {
        case .escalated:
            let isAccepted = incident.accepted != nil
            return LogEntry(
                .warning, .incidentEscalated,
                Message(
                    zh: "\(place)：\(category.zh)\(isAccepted ? "受理后一直没有办结" : "一直没有平台受理")，事件 \(incident.id)",
                    en:
                        "\(place): nobody has \(isAccepted ? "closed" : "accepted") \(category.en) yet, incident \(incident.id)"
                ),
                Self.fields(of: incident, event: event))
        case .reclassified:
            return LogEntry(
                .notice, .incidentHandedOver,
                Message(
                    zh: "\(place)：\(category.zh)改归 \(incident.incidentClass.rawValue) 类，事件 \(incident.id)",
                    en:
                        "\(place): \(category.en) is of class \(incident.incidentClass.rawValue) now, incident \(incident.id)"
                ),
                Self.fields(of: incident, event: event))
        case .repeat, .accepted, .dispatched, .handled, .acknowledged: return nil
        }
    }

    /// A task was done or refused.
    private static func entry(on record: TaskRecord) -> LogEntry {
        let reason = record.reason.map { ": \($0)" } ?? ""
        let isDone = record.result == .done
        return LogEntry(
            isDone ? .notice : .warning, isDone ? .taskDone : .taskRefused,
            Message(
                zh: "\(record.target) 的任务 \(record.kind) \(record.id)\(isDone ? "已执行" : "被拒绝")\(reason)",
                en: "task \(record.kind) \(record.id) of \(record.target) was \(isDone ? "done" : "refused")\(reason)"),
            [.target: record.target.rawValue])
    }

    /// A platform's receipt for an incident; nil: the event opened none of the decision's incidents.
    static func acceptance(
        of event: EventID, in decision: Decision, by target: TargetID, ticket: String?
    ) -> LogEntry? {
        guard let incident = decision.incidents.first(where: { $0.opening == event }) else { return nil }
        var fields = Self.fields(of: incident, event: event)
        fields[.target] = target.rawValue
        let words = ticket.map { Message(zh: "，回执 \($0)", en: ", ticket \($0)") } ?? Message(zh: "", en: "")
        let (place, category) = (Self.place(of: incident), incident.category.name)
        return LogEntry(
            .info, .incidentAccepted,
            Message(
                zh: "\(target) 已受理 \(place) 的\(category.zh)\(words.zh)，事件 \(incident.id)",
                en: "\(target) accepted \(category.en) of \(place)\(words.en), incident \(incident.id)"), fields)
    }

    private static func place(of incident: Incident) -> String {
        incident.point?.rawValue ?? incident.device?.rawValue ?? incident.category.rawValue
    }

    private static func fields(of incident: Incident, event: EventID) -> [Field: String?] {
        [
            .point: incident.point?.rawValue, .device: incident.device?.rawValue, .incident: "\(incident.id)",
            .event: "\(event)",
        ]
    }

    /// An officer armed or disarmed the booth.
    static func entry(on attendance: AttendanceStatus, setBy officer: Actor) -> LogEntry {
        let end = attendance.until.map { Message(zh: "，至 \($0)", en: ", until \($0)") } ?? Message(zh: "", en: "")
        return LogEntry(
            .notice, .attendanceChanged,
            Message(
                zh: "\(officer) 设定：\(attendance.attended ? "有人，已撤防" : "无人，已布防")\(end.zh)",
                en:
                    "\(officer) set the booth to \(attendance.attended ? "attended, disarmed" : "unattended, armed")\(end.en)"
            ))
    }

    static func walkTestBegan(_ test: WalkTest) -> LogEntry {
        LogEntry(
            .notice, .walkTest,
            Message(
                zh: "步行测试开始：\(test.points.count) 个点位",
                en: "walk test begun: \(test.points.count.counted("point"))"))
    }

    static func walkTestEnded(_ test: WalkTest) -> LogEntry {
        LogEntry(
            .notice, .walkTest,
            Message(
                zh: "步行测试结束：\(test.count) 次动作，\(test.untested.count) 个点位没有测到",
                en: """
                    walk test ended: \(test.count.counted("activation")), \(test.untested.count.counted("point")) \
                    not tested
                    """))
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
