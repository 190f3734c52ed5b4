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
            case .updated, .journalLost, .record: break
            }
        }
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
