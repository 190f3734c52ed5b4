// SPDX-License-Identifier: Apache-2.0
import BoothIncidents
import BoothJournal
import BoothModel

// From sensor reports to entries of the journal.
extension Agent {
    func take(_ reports: [SensorReport]) {
        for report in reports {
            switch report {
            case .reading(let reading): for settled in board.take(reading) { decide(settled) }
            case .device(let report): take(report)
            case .missed, .flood: break
            }
        }
    }

    /// Lets the points that bounce settle.
    func settlePoints(at time: BootTime) {
        guard let deadline = board.nextDeadline, deadline <= time else { return }
        for settled in board.settle(at: time) { decide(settled) }
    }

    private func decide(_ reading: Reading) {
        record(rules.take(reading, at: clock.moment(at: reading.at)))
    }

    private func take(_ report: DeviceReport) {
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
                Message(zh: "\(report.device):\(fault.message.zh)", en: "\(report.device): \(fault.message.en)"),
                [.device: report.device.rawValue])
        }
        record(rules.take(report, at: clock.moment(at: report.at)))
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
        for decision in decisions { logIncidents(of: decision) }
        let events = decisions.flatMap(\.events)
        let entry = JournalEntry(
            events: events.map(encode), incidents: decisions.flatMap(\.incidents),
            points: decisions.flatMap(\.points), settlements: settlements,
            canBeToldAgain: decisions.allSatisfy(\.canBeToldAgain),
            isTransient: settlements.isEmpty && decisions.allSatisfy { $0.isTransient || $0.isEmpty },
            tellsOfLoss: tellsOfLoss)
        guard !settlements.isEmpty || decisions.contains(where: { !$0.isEmpty }) else { return }
        journal.record(entry)
    }

    private func encode(_ event: BoothEvent) -> JournalEntry.Event {
        JournalEntry.Event(
            id: event.id, priority: event.priority, event: CloudEvent(event, from: configuration.booth),
            recipients: event.recipients)
    }
}
