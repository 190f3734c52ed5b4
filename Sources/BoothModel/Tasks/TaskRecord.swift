// SPDX-License-Identifier: Apache-2.0

/// The result of a task, kept so that the task is executed only once.
package struct TaskRecord: Sendable, Hashable, Codable {
    package enum Result: String, Sendable, Codable {
        case done, refused
    }

    /// Why a task was refused, as `task.done` spells it; details follow after a colon.
    package enum Refusal: String, Sendable, CaseIterable {
        /// The target has no authority.
        case foreign
        case expired
        /// It must be in time, and the booth does not know the time.
        case clock
        case malformed
        /// A kind that the agent does not know.
        case unknownKind = "unknown-kind"
        case noSuchIncident = "no-such-incident"
        /// The incident is closed.
        case closed
        /// The incident cannot go back to that state.
        case backwards
        /// No target takes that class.
        case noTarget = "no-target"
        /// The incident was handed to and fro too often.
        case bounced
        case noSuchOutput = "no-such-output"
        /// The output shows the booth's own state, and cannot be switched.
        case truthful
        /// Its end is already over, or too far away.
        case until
    }

    package let target: TargetID
    package let id: String
    package let kind: String
    package let result: Result
    /// A `Refusal`, and details; nil: the task was done.
    package let reason: String?
    package let at: Stamp
    /// How often it was answered, 1 or 2. A repeated task is answered once more, and never executed again.
    package var answers = 1

    package init(target: TargetID, task: PlatformTask, result: Result, reason: String? = nil, at: Stamp) {
        self.target = target
        id = task.id
        kind = task.kind
        self.result = result
        self.reason = reason
        self.at = at
    }
}
