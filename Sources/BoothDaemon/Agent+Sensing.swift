// SPDX-License-Identifier: Apache-2.0
import BoothIncidents
import BoothJournal
import BoothModel

// From sensor reports to entries of the journal.
extension Agent {
    func take(_ reports: [SensorReport]) {
        for report in reports {
            switch report {
            case .reading(let reading): take(board.take(reading))
            case .counted(let presses): record(rules.take(presses, at: clock.moment(at: presses.at)))
            case .device(let report): take(report)
            case .missed(let missed): take(missed)
            case .flood(let point, let time): take(board.flood(point, at: time))
            }
        }
    }

    /// Lets the points that bounce settle.
    func settlePoints(at time: BootTime) {
        guard let deadline = board.nextDeadline, deadline <= time else { return }
        take(board.settle(at: time))
    }

    func take(_ changes: [PointBoard.Change]) {
        for change in changes {
            switch change {
            case .reading(let reading): record(rules.take(reading, at: clock.moment(at: reading.at)))
            case .chatter(let point, let stands, let time):
                let fault = Self.chatter(of: point)
                take(DeviceReport(device: .chatter(of: point), condition: stands ? .lost(fault) : .found, at: time))
            }
        }
    }

    private static func chatter(of point: PointID) -> DeviceFault {
        DeviceFault(
            .chattering,
            Message(
                zh: "触点 \(point) 不停抖动，其告警保持；请检查触点与接线",
                en: "the contact of \(point) does not rest, its alarm is held; check the contact and its wiring"))
    }

    private func take(_ missed: MissedEdges) {
        let isCounting = configuration.points.contains { $0.id == missed.point && $0.countingRegister != nil }
        log(
            .warning, .edgesMissed, isCounting ? Self.reset(missed.point) : Self.lost(missed),
            [.point: missed.point.rawValue])
        record(rules.take(missed, at: clock.moment(at: missed.at)))
    }

    private static func lost(_ missed: MissedEdges) -> Message {
        let (zh, en) = missed.count.map { ("\($0) 次", "\($0)") } ?? ("若干次", "some")
        return Message(
            zh: "\(missed.point)：内核丢失了\(zh)变化，现状已重新读取",
            en: "\(missed.point): the kernel lost \(en) edges; the level was read again")
    }

    private static func reset(_ point: PointID) -> Message {
        Message(
            zh: "\(point)：计数器被清零或跳变，此前的动作可能漏计；请检查该单元的电源",
            en: "\(point): its counter began anew or leapt, presses before that may be lost; check the unit's power")
    }

    private func take(_ report: DeviceReport) {
        note(report)
        record(rules.take(report, at: clock.moment(at: report.at)))
    }

    /// Keeps a device's fault for `status`, and says it to the log.
    private func note(_ report: DeviceReport) {
        switch report.condition {
        case .found:
            if deviceFaults.removeValue(forKey: report.device) != nil {
                log(
                    .notice, .deviceFound, Message(zh: "\(report.device)：恢复正常", en: "\(report.device): found again"),
                    [.device: report.device.rawValue])
            }
        case .lost(let fault):
            deviceFaults[report.device] = fault
            log(
                .warning, .deviceLost,
                Message(zh: "\(report.device)：\(fault.message.zh)", en: "\(report.device): \(fault.message.en)"),
                [.device: report.device.rawValue])
        }
    }

    // MARK: Recording

    /// Hands a decision to the journal; nothing else happens before it is there.
    func record(_ decision: Decision) {
        record([decision])
    }

    /// Hands decisions, and the answers that led to them, to the journal as one entry.
    func record(
        _ decisions: [Decision], settlements: [JournalEntry.Settlement] = [], tellsOfLoss: Bool = false
    ) {
        for decision in decisions {
            for report in decision.devices { note(report) }
            if let attendance = decision.attendance { log(attendance) }
            logIncidents(of: decision)
        }
        let events = decisions.flatMap(\.events)
        let entry = JournalEntry(
            events: events.map(encode), incidents: decisions.flatMap(\.incidents),
            points: decisions.flatMap(\.points), settlements: settlements,
            memory: decisions.compactMap(\.memory).last, tasks: decisions.flatMap(\.tasks),
            canBeToldAgain: decisions.allSatisfy(\.canBeToldAgain),
            isTransient: settlements.isEmpty && decisions.allSatisfy { $0.isTransient || $0.isEmpty },
            tellsOfLoss: tellsOfLoss)
        for incident in entry.incidents { helpLamp.take(incident) }
        guard !settlements.isEmpty || decisions.contains(where: { !$0.isEmpty }) else { return }
        journal.record(entry)
        tellTest(of: decisions)
    }

    private func encode(_ event: BoothEvent) -> JournalEntry.Event {
        JournalEntry.Event(
            id: event.id, priority: event.priority, event: CloudEvent(event, from: configuration.booth),
            recipients: event.recipients, incident: event.incident?.id)
    }
}
