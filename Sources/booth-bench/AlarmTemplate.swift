// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel

/// The text of one alarm, encoded once and reused with other ids, so that a large backlog is made quickly.
struct AlarmTemplate {
    private static let event = EventID(key: 1 << 12, random: 1)
    private static let incident = EventID(key: 2 << 12, random: 2)

    private let text: String
    private let recipients: [TargetID]

    init(for configuration: Configuration, at moment: Moment) {
        recipients = configuration.targets.map(\.id)
        let alarm = Incident(
            id: Self.incident, opening: Self.event, point: configuration.points[0].id,
            classification: Classification(.intrusion, .police, .alarm), opened: Stamp(moment), targets: recipients)
        let raised = BoothEvent(id: Self.event, content: .raised(alarm), moment: moment, recipients: recipients)
        text = CloudEvent(raised, from: configuration.booth).json
    }

    func event(id: EventID, incident: EventID) -> JournalEntry.Event {
        let json = text.replacing(Self.event.description, with: id.description)
            .replacing(Self.incident.description, with: incident.description)
        return JournalEntry.Event(
            id: id, type: .incidentRaised, priority: .alarm, event: CloudEvent(json: json), recipients: recipients,
            incident: incident)
    }
}
