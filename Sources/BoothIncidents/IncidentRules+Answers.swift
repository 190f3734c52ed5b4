// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What platforms answer. Transport says nothing; only a receipt that names the event counts.
extension IncidentRules {
    /// One platform's word on one event.
    package enum Answer: Sendable, Hashable {
        /// It is on its way, or was taken without a receipt.
        case sent
        /// The attempt ended without that.
        case returned
        case accepted(ticket: String?)
        case rejected
    }

    /// `target` answered for `event`; an event that opened no live incident changes nothing here.
    package mutating func take(_ answer: Answer, for event: EventID, from target: TargetID, at moment: Moment)
        -> Decision
    {
        guard let id = opened[event], var incident = live[id],
            let index = incident.targets.firstIndex(where: { $0.target == target })
        else { return Decision() }
        let was = incident.targets[index]
        switch answer {
        case .sent where was.delivery == .queued: incident.targets[index].delivery = .sent
        case .returned where was.delivery == .sent: incident.targets[index].delivery = .queued
        case .sent, .returned: break
        case .accepted(let ticket):
            incident.targets[index].delivery = .accepted
            incident.targets[index].ticket = ticket ?? was.ticket
        case .rejected: incident.targets[index].delivery = .rejected
        }
        guard incident.targets[index] != was else { return Decision() }
        decision.isTransient = answer == .sent || answer == .returned
        noteAcceptance(&incident, by: target, at: moment)
        keep(incident)
        releaseIfDone(incident)
        return finish()
    }

    private mutating func noteAcceptance(_ incident: inout Incident, by target: TargetID, at moment: Moment) {
        guard incident.state == .raised, incident.targets.contains(where: { $0.delivery == .accepted }) else { return }
        incident.state = .accepted
        incident.accepted = Stamp(moment)
        update(incident, .accepted, except: target, at: moment)
    }
}
