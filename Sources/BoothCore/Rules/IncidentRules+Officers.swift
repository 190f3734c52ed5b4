// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Acts of somebody at the booth on an incident.
extension IncidentRules {
    /// Somebody has seen the incident. The platforms are told; only they can accept it.
    package mutating func acknowledge(
        _ id: EventID, by actor: Actor, at moment: Moment
    ) -> Result<Decision, TaskRecord.Refusal> {
        guard var incident = live[id] else { return .failure(.noSuchIncident) }
        guard incident.isOpen else { return .failure(.closed) }
        incident.acknowledged = Incident.Act(by: actor, at: Stamp(moment))
        keep(incident)
        // Also without a target: the booth's own journal must show who has seen it.
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: .updated(incident, .acknowledged), moment: moment,
                recipients: incident.holders))
        return .success(finish())
    }

    /// Closes an incident, with an outcome.
    ///
    /// - Parameter outcome: not empty.
    package mutating func close(
        _ id: EventID, outcome: String, by actor: Actor, at moment: Moment
    ) -> Result<Decision, TaskRecord.Refusal> {
        guard let incident = live[id] else { return .failure(.noSuchIncident) }
        guard incident.isOpen else { return .failure(.closed) }
        close(incident, outcome: outcome, by: actor, at: moment)
        return .success(finish())
    }
}

extension TaskRecord.Refusal: Error {}
