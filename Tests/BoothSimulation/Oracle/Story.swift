// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// An incident as the judge follows it: from what it was told and foresaw, and not from what the core says of it.
struct Story {
    /// A target that has it, or had it.
    struct Holder {
        var target: TargetID
        /// The event that offered it.
        var offer: EventID
        var delivery: Delivery
        var isHandedOver = false
    }

    let id: EventID
    let point: PointID?
    let device: DeviceID?
    let category: Category
    let isTest: Bool
    let opening: EventID
    var incidentClass: IncidentClass
    let priority: Priority
    /// Elapsed nanoseconds of this boot; nil: it was in another one.
    var opened: Int64?
    var latest: Int64?
    var restoredAt: Int64?
    var acceptedAt: Int64?
    /// When the answer clock began anew.
    var handed: Int64?
    var isRestored = false
    var state = IncidentState.raised
    var count = 1
    var announced = 1
    var holders: [Holder]
    var handovers = 0
    var escalations = 0
    var reminders = 0
    /// Whether its first activation is on disk.
    var isRecorded = false
    /// Whether what its clocks say depends on another boot: nobody foresees then when a step is due.
    var isOfOtherBoot = false

    /// Whom it is told.
    var told: [TargetID] { holders.filter { !$0.isHandedOver }.map(\.target) }

    /// What a journal remembers of an incident.
    init(_ incident: Incident, at moment: Moment) {
        func time(_ stamp: Stamp?) -> Int64? { stamp?.bootID == moment.bootID ? stamp?.boot.nanoseconds : nil }
        id = incident.id
        (point, device, category) = (incident.point, incident.device, incident.category)
        (isTest, opening) = (incident.test, incident.opening)
        (incidentClass, priority, state) = (incident.incidentClass, incident.priority, incident.state)
        opened = time(incident.opened)
        latest = time(incident.latest)
        restoredAt = time(incident.restored)
        acceptedAt = time(incident.accepted)
        handed = time(incident.handed)
        isRestored = incident.restored != nil
        (count, announced) = (incident.count, incident.announced)
        (handovers, escalations, reminders) = (incident.handovers, incident.escalations, incident.reminders)
        holders = incident.targets.map {
            Holder(
                target: $0.target, offer: $0.offer ?? incident.opening,
                delivery: $0.delivery == .sent ? .queued : $0.delivery, isHandedOver: $0.isHandedOver)
        }
        let begun = [incident.opened, incident.accepted, incident.restored, incident.handed].compactMap(\.self)
        isOfOtherBoot = begun.contains { $0.bootID != moment.bootID }
    }

    func isHeld(by target: TargetID) -> Bool { holders.contains { $0.target == target && !$0.isHandedOver } }

    mutating func note(_ delivery: Delivery, of event: EventID, by target: TargetID) -> Bool {
        guard let index = holders.firstIndex(where: { $0.target == target && $0.offer == event }) else { return false }
        switch (holders[index].delivery, delivery) {
        case (.queued, .sent), (.sent, .queued), (_, .accepted): break
        case (.accepted, _): return false
        case (_, .rejected): break
        default: return false
        }
        holders[index].delivery = delivery
        return true
    }
}
