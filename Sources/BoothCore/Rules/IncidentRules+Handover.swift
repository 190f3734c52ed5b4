// SPDX-License-Identifier: Apache-2.0
import BoothModel

// One platform hands an incident to the other: the class and the delivery move, the incident's id stays.
extension IncidentRules {
    /// So often an incident is handed over at most: two platforms that both refuse it must not play ball for ever.
    static let mostHandovers = 4

    /// A receipt of `target` said `reroute:CLASS`: it does not want the incident, the targets of that class shall.
    ///
    /// Only a target that has the incident can hand it over. What nobody takes stays, and all that had it are told.
    ///
    /// - Parameter event: what the receipt names. One from before the incident came (back) to the target is old news,
    ///   said again: it must not hand over what the target has taken since.
    package mutating func reroute(
        _ id: EventID, for event: EventID, to incidentClass: IncidentClass, by target: TargetID, at moment: Moment
    ) -> Decision {
        guard let incident = live[id], incident.isOpen, incident.holders.contains(target),
            let ticket = incident.targets.first(where: { $0.target == target }),
            event >= ticket.offer ?? incident.opening
        else { return Decision() }
        switch handOver(incident, to: incidentClass, by: target, isReceipt: true, at: moment) {
        // Once: a platform that says the same again and again must not have the others told as often.
        case .bounced where incident.targets.contains(where: \.isHandedOver):
            tellDispute(over: incident, except: target, at: moment)
        case nil: break
        default: noteRejection(of: incident, by: target)
        }
        return finish()
    }

    /// It stays where it is, and this target has refused it all the same.
    private mutating func noteRejection(of incident: Incident, by target: TargetID) {
        var incident = incident
        guard let index = incident.targets.firstIndex(where: { $0.target == target && $0.delivery != .accepted })
        else { return }
        incident.targets[index].delivery = .rejected
        if incident != live[incident.id] { keep(incident) }
    }

    /// Moves an incident to the targets of another class.
    ///
    /// - Parameter isReceipt: whether `giver` refused it by a receipt, and cannot be one that takes it.
    /// - Returns: why it stays where it is; nil: it was handed over.
    mutating func handOver(
        _ incident: Incident, to incidentClass: IncidentClass, by giver: TargetID, isReceipt: Bool, at moment: Moment
    ) -> TaskRecord.Refusal? {
        // It is theirs already.
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

    /// Nobody who has it now has accepted it: it is raised again, and the answer clock begins anew.
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

    /// Everybody who ever had it is told that nobody takes it.
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
