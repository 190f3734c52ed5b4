// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

extension Screens {
    /// All details of one incident, from its first activation to its end.
    func life(of incident: IncidentStatus) -> String {
        let source = incident.point?.rawValue ?? incident.device?.rawValue ?? "–"
        var text =
            [incident.incident.description, source, words.name(incident.category)].joined(separator: "  ").printable
            + "\n"
        text += line("状态", "State", state(of: incident))
        text += line(
            "类别", "Class",
            words.name(incident.incidentClass)
                + words("，\(incident.priority.rawValue) 级", ", priority \(incident.priority.rawValue)"))
        text += line("次数", "Count", String(incident.count))
        if let missed = incident.missed { text += line("漏失", "Missed", String(missed)) }
        text += line("发生", "Opened", words.time(incident.opened))
        text += answers(to: incident)
        text += "\n" + tickets(of: incident)
        return text
    }

    private func answers(to incident: IncidentStatus) -> String {
        var text = ""
        if incident.escalations > 0 {
            text += line("逐级上报", "Escalated", words("\(incident.escalations) 步", incident.escalations.counted("step")))
        }
        if incident.handovers > 0 {
            text += line("转交", "Handed on", words("\(incident.handovers) 次", incident.handovers.counted("time")))
        }
        if incident.state != .raised || incident.accepted != nil {
            text += line("受理", "Accepted", words.time(incident.accepted))
        }
        if let seen = incident.acknowledged { text += line("已知悉", "Seen", "\(words.time(seen.at))  \(seen.by)") }
        for step in incident.steps {
            let note = step.note.map { words("：", ": ") + $0 } ?? ""
            text += line(
                name(of: step.state, .chinese), name(of: step.state, .english),
                "\(words.time(step.at))  \(step.by)" + note)
        }
        if incident.restored { text += line("恢复", "Restored", words.time(incident.restoredAt)) }
        if let outcome = incident.outcome {
            text += line("办结", "Closed", "\(words.time(incident.closed))  \(incident.by?.rawValue ?? "–")")
            text += line("结果", "Outcome", outcome)
        }
        return text
    }

    private func name(of state: IncidentState, _ language: Language) -> String {
        let word = Words(language: language).name(state)
        return language == .english ? word.prefix(1).uppercased() + word.dropFirst() : word
    }

    private func tickets(of incident: IncidentStatus) -> String {
        guard !incident.targets.isEmpty else { return words("没有平台受理这类事件\n", "no target takes its class\n") }
        var table = Table([words("平台", "TARGET"), words("送达", "DELIVERY"), words("工单", "TICKET"), ""])
        for target in incident.targets {
            table.add([
                target.target.rawValue, words.name(target.delivery), target.ticket ?? "–",
                target.handedOver ? words("已转交他人", "handed on") : "",
            ])
        }
        return table.text()
    }

    /// A name and its value.
    func line(_ zh: String, _ en: String, _ value: String) -> String {
        words(zh, en).padded(to: 11) + value.printable + "\n"
    }

    /// The result of an act.
    func done(_ act: Act, _ reply: String) throws(ControlClientError) -> String {
        struct OfIncident: Decodable { var incident: IncidentStatus }
        struct OfAttendance: Decodable { var attendance: AttendanceStatus }
        struct OfTargets: Decodable { var targets: [RetriedTarget] }
        switch act {
        case .acknowledge, .close: return life(of: try ControlClient.decode(OfIncident.self, from: reply).incident)
        case .arm, .disarm:
            let attendance = try ControlClient.decode(OfAttendance.self, from: reply).attendance
            return words("值守：", "attended: ") + words.attendance(attendance) + "\n"
        case .retry: return retried(try ControlClient.decode(OfTargets.self, from: reply).targets)
        }
    }

    private func retried(_ targets: [RetriedTarget]) -> String {
        targets.map { target in
            target.target.rawValue.printable
                + words("：重新投递 \(target.events) 条，立即尝试\n", ": \(target.events) offered again, tried at once\n")
        }.joined()
    }
}
