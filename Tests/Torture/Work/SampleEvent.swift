// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel

/// An event like the agent's, about 600 bytes, written by hand.
struct SampleEvent {
    let id: EventID
    let type: EventType
    /// Its own members of `data`, each followed by a comma.
    let members: String
    let priority: Priority
    /// The incident of the event; nil: none.
    var incident: EventID?
    /// Number of letters added to make it longer.
    var filler = 0

    static func raised(_ incident: Incident, id: EventID) -> SampleEvent { about(incident, id, .incidentRaised) }
    static func updated(_ incident: Incident, id: EventID) -> SampleEvent { about(incident, id, .incidentUpdated) }
    static func closed(_ incident: Incident, id: EventID) -> SampleEvent { about(incident, id, .incidentClosed) }

    private static func about(_ incident: Incident, _ id: EventID, _ type: EventType) -> SampleEvent {
        SampleEvent(
            id: id, type: type,
            members: """
                "category":"\(incident.category)","class":"police","count":\(incident.count),\
                "incident":"\(incident.id)","priority":\(incident.priority.rawValue),\
                "state":"\(incident.state.rawValue)","test":false,
                """,
            priority: incident.priority, incident: incident.id)
    }

    static func record(_ id: EventID) -> SampleEvent {
        SampleEvent(id: id, type: .record, members: "\"active\":true,", priority: .routine)
    }

    static func taskDone(_ task: String, id: EventID) -> SampleEvent {
        SampleEvent(
            id: id, type: .taskDone, members: "\"result\":\"done\",\"task\":\"\(task)\",",
            priority: .routine)
    }

    static func loss(_ loss: Loss, id: EventID) -> SampleEvent {
        SampleEvent(
            id: id, type: .loss, members: "\"reason\":\"\(loss.reason.rawValue)\",", priority: .fault)
    }

    /// Keys in alphabetical order, as the agent writes them.
    private var json: String {
        """
        {"data":{"address":"330225001002A0001","booth":"B0001","boot_id":"8f1c2d3e4a5b6c7d8e9f0a1b2c3d4e5f",\
        "boottime_ms":\(id.milliseconds % 1_000_000_000),\(members)\(padding)"clock":"synced","county":"330225",\
        "grid":"330225001002","latitude":29.48,"longitude":121.87,"name":"丹东街道第三警务室","site":"town"},\
        "datacontenttype":"application/json","id":"\(id)","source":"urn:booth:330225:B0001","specversion":"1.0",\
        "subject":"help-1","time":"2026-11-21T10:00:00.000+08:00","type":"\(type.rawValue)"}
        """
    }

    private var padding: String {
        filler == 0 ? "" : "\"filler\":\"\(String(repeating: "x", count: filler))\","
    }

    func entryEvent(for recipients: [TargetID]) -> JournalEntry.Event {
        .init(
            id: id, type: type, priority: priority, event: CloudEvent(json: json), recipients: recipients,
            incident: incident)
    }
}
