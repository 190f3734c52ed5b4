// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Every incident is raised once, restored once for each time that its input was active, and closed once; nothing is told
/// of what is closed, or of what was never raised.
struct LifeRule {
    fileprivate struct Life {
        var isClosed = false
        var isTest: Bool
        var isOfFault: Bool
        var point: PointID?
        var count: Int
        var restored: Stamp?
        var handovers: Int
    }

    private var lives: [EventID: Life] = [:]

    mutating func started(_ contents: JournalContents?) {
        lives = [:]
        if let contents { recall(contents) }
    }

    mutating func recall(_ contents: JournalContents) {
        for incident in contents.incidents where lives[incident.id] == nil { lives[incident.id] = Life(incident) }
    }

    func isOfFault(_ id: EventID) -> Bool { lives[id]?.isOfFault ?? false }
    func point(of id: EventID) -> PointID? { lives[id]?.point }

    /// - Parameter isJoining: whether incidents that a late journal remembers are named for the first time.
    /// - Returns: what is wrong.
    mutating func judge(_ entry: JournalEntry, isJoining: Bool) -> String? {
        var raised: Set<EventID> = []
        var restored: [EventID: Int] = [:]
        var closed: Set<EventID> = []
        for event in entry.events {
            guard let id = event.incident else { continue }
            let type = event.event.eventType
            if lives[id]?.isClosed == true || closed.contains(id) { return "\(type) after incident \(id) was closed" }
            switch type {
            case .incidentRaised:
                if lives[id] != nil || !raised.insert(id).inserted { return "incident \(id) was raised twice" }
            case .incidentRestored: restored[id, default: 0] += 1
            case .incidentClosed: closed.insert(id)
            default: break
            }
            if lives[id] == nil, !raised.contains(id), !isJoining { return "\(type) of incident \(id), never raised" }
        }
        for incident in entry.incidents {
            if let problem = judge(
                incident, isRaised: raised.contains(incident.id), restored: restored[incident.id] ?? 0,
                isClosed: closed.contains(incident.id), isJoining: isJoining)
            {
                return problem
            }
            lives[incident.id] = Life(incident)
        }
        return nil
    }

    private func judge(
        _ incident: Incident, isRaised: Bool, restored: Int, isClosed: Bool, isJoining: Bool
    ) -> String? {
        let before = lives[incident.id]
        let name = "\(incident.category) \(incident.id)"
        if before == nil, !isRaised, !isJoining { return "\(name) is there, and was never raised" }
        if let before, before.isClosed {
            // Its receipts may still come.
            let isSame =
                !incident.isOpen && before.count == incident.count && before.restored?.boot == incident.restored?.boot
            return isSame ? nil : "\(name) changed after it was closed"
        }
        if !incident.isOpen, !isClosed { return "\(name) is closed, and nobody was told" }
        if incident.announced > incident.count { return "\(name): more was told than there was" }
        if incident.handovers > 4 { return "\(name) was handed over \(incident.handovers) times" }
        if (incident.accepted != nil) != (incident.state != .raised), incident.isOpen {
            return "\(name): accepted without a stamp"
        }
        if let before {
            if before.count > incident.count { return "\(name) counts down" }
            if before.isTest != incident.test { return "\(name) became a test, or none" }
        }
        switch (before?.restored, incident.restored) {
        case (nil, .some) where restored != 1: return "\(name) was restored, and that was told \(restored) times"
        case (.some(let was), .some(let now)) where was == now && restored > 0: return "\(name) was restored again"
        case (_, nil) where restored > 0 && !isJoining: return "\(name) is told restored, and is not"
        default: return nil
        }
    }
}

extension LifeRule.Life {
    fileprivate init(_ incident: Incident) {
        isClosed = !incident.isOpen
        isTest = incident.test
        isOfFault = incident.device != nil
        point = incident.point
        count = incident.count
        restored = incident.restored
        handovers = incident.handovers
    }
}

extension CloudEvent {
    /// The `type`, read from the text.
    var eventType: EventType { EventText(self).type ?? .status }
}
