// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Answers of platforms. Only a receipt that names the event counts; a transfer without an error proves nothing.
extension IncidentRules {
    /// One platform's answer for one event.
    package enum Answer: Sendable, Hashable {
        /// It is being sent, or was taken and has no receipt yet.
        case sent
        /// The attempt ended, and the platform did not take it.
        case returned
        case accepted(ticket: String?)
        case rejected
    }

    /// Applies `target`'s answer for `event`. An event that offers no live incident changes nothing.
    package mutating func apply(_ answer: Answer, for event: EventID, from target: TargetID, at moment: Moment)
        -> Decision
    {
        guard let id = offers[event], var incident = live[id],
            let index = incident.targets.firstIndex(where: {
                $0.target == target && ($0.offer ?? incident.opening) == event
            })
        else { return Decision() }
        let was = incident.targets[index]
        switch answer {
        case .sent where was.delivery == .queued: incident.targets[index].delivery = .sent
        case .returned where was.delivery == .sent: incident.targets[index].delivery = .queued
        case .sent, .returned: break
        case .accepted(let ticket):
            incident.targets[index].delivery = .accepted
            incident.targets[index].ticket = ticket ?? was.ticket
        // A target that has accepted keeps the incident, whatever it answers later.
        case .rejected where was.delivery == .accepted: break
        case .rejected: incident.targets[index].delivery = .rejected
        }
        guard incident.targets[index] != was else { return Decision() }
        decision.answer = answer
        noteAcceptance(&incident, by: target, at: moment)
        keep(incident)
        if answer.isFinal { endTrial(incident, at: moment) }
        forgetIfAnswered(incident)
        return finish()
    }

    /// The live incident that `event` offered to a target; nil: the event offered none, or the incident is closed and
    /// answered by every target.
    package func incident(of event: EventID) -> EventID? { offers[event] }

    /// Whether `target` has handed the incident to others.
    package func hasHandedOver(_ incident: EventID, _ target: TargetID) -> Bool {
        live[incident]?.targets.contains { $0.target == target && $0.isHandedOver } ?? false
    }

    /// These rejected deliveries are queued again.
    package mutating func requeue(_ deliveries: [(target: TargetID, event: EventID)]) -> Decision {
        for (target, event) in deliveries {
            guard let id = offers[event], var incident = live[id],
                let index = incident.targets.firstIndex(where: {
                    $0.target == target && $0.delivery == .rejected && ($0.offer ?? incident.opening) == event
                })
            else { continue }
            incident.targets[index].delivery = .queued
            keep(incident)
        }
        return finish()
    }

    /// The first receipt of a target that holds the incident is the acceptance. It ends the answer clock.
    mutating func noteAcceptance(_ incident: inout Incident, by target: TargetID, at moment: Moment) {
        guard incident.state == .raised,
            incident.targets.contains(where: {
                $0.target == target && $0.delivery == .accepted && !$0.isHandedOver
            })
        else { return }
        accept(&incident, by: target, at: moment)
    }

    /// `target` has accepted the incident; the others are told.
    mutating func accept(_ incident: inout Incident, by target: TargetID, at moment: Moment) {
        incident.state = .accepted
        incident.accepted = Stamp(moment)
        timers[.escalate(incident.id)] = nil
        scheduleReminder(of: incident, at: moment)
        update(incident, .accepted, except: target, at: moment)
    }
}

extension IncidentRules.Answer {
    /// Whether the answer takes the event out of the target's queue.
    var isFinal: Bool {
        switch self {
        case .accepted, .rejected: true
        case .sent, .returned: false
        }
    }
}
