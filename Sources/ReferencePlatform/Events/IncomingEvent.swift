// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A checked CloudEvent from a booth: the fields that the platform uses, and its bytes.
struct IncomingEvent: Sendable {
    var id: EventID
    /// `urn:booth:COUNTY:CODE`
    var source: String
    var type: String
    var subject: String?
    var time: String?
    /// 20 digits: generation and count; nil for a status.
    var sequence: String?
    var booth: String
    var incident: IncidentFields?
    /// The booth's answer, only in a `task.done`.
    var answer: TaskAnswer?
    /// The event as it was sent.
    var bytes: [UInt8]
    var json: JSON

    /// The fields that all events of an incident have.
    struct IncidentFields: Sendable {
        var id: EventID
        var category: String
        var incidentClass: IncidentClass
        var priority: Int64
        var count: Int64
        var state: IncidentState
        /// Raised by a test.
        var isTest: Bool
        /// Why it was updated; nil for the other types.
        var reason: UpdateReason?
        /// How it ended; nil for all types but `closed`.
        var closing: (outcome: String, by: String)?

        /// Whether it may bring back an incident that was handed over: its class changed, or it was escalated because
        /// nobody answered.
        var isReturn: Bool { reason == .reclassified || reason == .escalated }
    }

    struct TaskAnswer: Sendable {
        /// The task's id; empty if it had none.
        var task: String
        var result: TaskRecord.Result
        /// Why it was refused.
        var reason: String?
    }

    /// Whether the event asks for an answer to its incident; the answer may be a hand-over.
    var offersIncident: Bool {
        type == EventType.incidentRaised.rawValue || type == EventType.incidentUpdated.rawValue
    }

    /// A heartbeat; only the last one of each booth is kept.
    var isStatus: Bool { type == EventType.status.rawValue }

    /// The prefix of the types of an incident's events.
    static let incidentTypes = "cn.boothd.incident."
}

/// What is wrong with an event, for its sender.
struct EventProblem: Error, Equatable {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
