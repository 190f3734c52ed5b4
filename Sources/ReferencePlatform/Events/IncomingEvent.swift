// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A CloudEvent from a booth, found to be one: what the platform sorts and shows it by, and its bytes.
struct IncomingEvent: Sendable {
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
    /// Of a `task.done`.
    var answer: TaskAnswer?
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
        var state: IncidentState
        /// Raised by a test.
        var isTest: Bool
        /// Why it was updated; nil for the other types.
        var reason: UpdateReason?
        /// How it ended; nil for all types but `closed`.
        var closing: (outcome: String, by: String)?

        /// Whether it may bring back an incident that was handed over: it tells that the class changed, or that nobody
        /// else answers.
        var isReturn: Bool { reason == .reclassified || reason == .escalated }
    }

    /// What became of a task.
    struct TaskAnswer: Sendable {
        /// The task's id; empty where it had none.
        var task: String
        var result: TaskRecord.Result
        /// Why it was refused.
        var reason: String?
    }

    /// Whether it asks for an answer to its incident, which can be that others are to give it.
    var offersIncident: Bool {
        type == EventType.incidentRaised.rawValue || type == EventType.incidentUpdated.rawValue
    }

    /// A heartbeat: only the last one of each booth is of interest.
    var isStatus: Bool { type == EventType.status.rawValue }

    /// What the types of an incident's events begin with; all of them lead to its ticket.
    static let incidentTypes = "cn.boothd.incident."
}

/// What is wrong with an event, as its sender has to read it.
struct EventProblem: Error, Equatable {
    var reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
