// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A CloudEvent from a booth, found to be one: what the platform sorts and shows it by, and its bytes.
struct BoothEvent: Sendable {
    var id: EventID
    /// `urn:booth:COUNTY:CODE`
    var source: String
    var type: String
    var subject: String?
    var time: String?
    /// 20 digits: generation and count; nil for a status.
    var sequence: String?
    /// The booth's code.
    var booth: String
    var incident: IncidentFields?
    /// The event as it was sent.
    var bytes: [UInt8]
    /// The same, understood.
    var json: JSON

    /// What an incident's events have in common.
    struct IncidentFields: Sendable {
        var id: EventID
        var category: String
        var incidentClass: IncidentClass
        var priority: Int64
        var count: Int64
    }

    /// A heartbeat: only the last one of each booth is of interest.
    var isStatus: Bool { type == EventType.status }
}

/// The types of event that have rules of their own.
enum EventType {
    static let status = "cn.boothd.status.v1"
    static let record = "cn.boothd.record.v1"
    static let raised = "cn.boothd.incident.raised.v1"
    static let updated = "cn.boothd.incident.updated.v1"
    static let restored = "cn.boothd.incident.restored.v1"
    static let closed = "cn.boothd.incident.closed.v1"
    static let ofIncidents: Set = [raised, updated, restored, closed]
}

/// What is wrong with an event, as its sender has to read it.
struct EventProblem: Error, Equatable {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
