// SPDX-License-Identifier: Apache-2.0
import BoothModel

// One platform hands an incident to another: the class and the deliveries change, the incident's id stays.
extension IncidentRules {
    /// The most handovers of one incident. Two platforms that both refuse it must not pass it on for ever.
    static let mostHandovers = 4

    /// A receipt of `target` said `reroute:CLASS`: the incident is for the targets of that class, not for `target`.
    ///
    /// Only a target that has the incident can hand it over. If no target takes it, it stays where it is. If it was
    /// handed over too often, it stays too, and every target that ever had it is told.
    ///
    /// - Parameter event: the event that the receipt names. A receipt for an event older than the target's current
    ///   offer is a repetition, and is ignored: the target may have taken the incident since.
    package mutating func reroute(
        _ id: EventID, for event: EventID, to incidentClass: IncidentClass, by target: TargetID, at moment: Moment
    ) -> Decision {
        guard let incident = live[id], incident.isOpen, incident.holders.contains(target),
            let ticket = incident.targets.first(where: { $0.target == target }),
            event >= ticket.offer ?? incident.opening
        else { return Decision() }
        switch handOver(incident, to: incidentClass, by: target, isReceipt: true, at: moment) {
        // Only once: a platform may repeat its receipt again and again, and the others must not be told each time.
        case .bounced where incident.targets.contains(where: \.isHandedOver):
            tellDispute(over: incident, except: target, at: moment)
        case nil: break
        default: noteRejection(of: incident, by: target)
        }
        return finish()
    }

    /// The incident stays where it is, but this target's delivery is rejected.
    private mutating func noteRejection(of incident: Incident, by target: TargetID) {
        var incident = incident
        guard let index = incident.targets.firstIndex(where: { $0.target == target && $0.delivery != .accepted })
        else { return }
        incident.targets[index].delivery = .rejected
        if incident != live[incident.id] { keep(incident) }
    }

    /// Moves an incident to the targets of another class.
    ///
    /// - Parameter isReceipt: whether `giver` refused it by a receipt. Then `giver` is not among the takers.
    /// - Returns: why it stays where it is; nil: it was handed over.
    mutating func handOver(
        _ incident: Incident, to incidentClass: IncidentClass, by giver: TargetID, isReceipt: Bool, at moment: Moment
    ) -> TaskRecord.Refusal? {
        // The incident has that class already.
        guard incidentClass != incident.incidentClass || isReceipt else { return nil }
        let takers = takers(of: incidentClass).filter { !isReceipt || $0 != giver }
        guard !takers.isEmpty else { return .noTarget }
        guard incident.handovers < Self.mostHandovers else { return .bounced }
        var incident = incident
        let before = incident.holders
        incident.incidentClass = incidentClass
        incident.handovers += 1
        for index in incident.targets.indices where !takers.contains(incident.targets[index].target) {
            incident.targets[index].isHandedOver = true
            if isReceipt, incident.targets[index].target == giver { incident.targets[index].delivery = .rejected }
        }
        let event = makeID(at: moment)
        let isWith = { (taker: TargetID) in
            incident.targets.contains { $0.target == taker && !$0.isHandedOver && $0.delivery == .accepted }
        }
        let newTakers = takers.filter { !isWith($0) }
        if newTakers.count == takers.count { askAnew(&incident, at: moment) }
        offer(&incident, to: newTakers, by: event)
        keep(incident)
        let told = before.filter { $0 != giver && !takers.contains($0) } + takers
        tell(
            .updated(incident, .reclassified), as: event, to: told.filter { $0 != giver || newTakers.contains($0) },
            at: moment)
        return nil
    }

    /// No target that has the incident now has accepted it: it is raised again, and the answer clock starts again.
    private mutating func askAnew(_ incident: inout Incident, at moment: Moment) {
        incident.state = .raised
        incident.accepted = nil
        incident.handed = Stamp(moment)
        incident.escalations = 0
        incident.reminders = 0
        timers[.remind(incident.id)] = nil
        guard !incident.test, let first = settings.escalate.first else { return }
        timers[.escalate(incident.id)] = moment.boot + first
    }

    /// Tells every target that ever had the incident that nobody takes it.
    private mutating func tellDispute(over incident: Incident, except teller: TargetID, at moment: Moment) {
        var incident = incident
        for index in incident.targets.indices {
            incident.targets[index].isHandedOver = false
            if incident.targets[index].target == teller { incident.targets[index].delivery = .rejected }
        }
        if incident.state == .raised { incident.escalations = max(1, incident.escalations) }
        keep(incident)
        update(incident, .escalated, except: teller, at: moment)
    }
}
