// SPDX-License-Identifier: Apache-2.0

/// One reply of a walk test: its beginning, what became of a press, its end.
package struct TestStep: Codable, Sendable, Hashable {
    /// What the step reports.
    package enum Stage: String, Codable, Sendable {
        /// The test runs: `points`, `seconds`.
        case begin
        /// An activation: `press`, `point`, `name`, `targets`, and `incident` unless it is only a record.
        case edge
        /// Another activation of the same incident: `press`, `count`.
        case again = "repeat"
        /// The activation is on disk: `press`, `ms`.
        case recorded
        /// The disk refuses: the activation is held in memory.
        case unrecorded
        /// Sending to a target began: `press`, `target`, `ms`.
        case sent
        /// A target's receipt names it: `press`, `target`, `ticket`, `ms`.
        case accepted
        /// A target refused it: `press`, `target`, `reason`, `ms`.
        case rejected
        /// The test is over; no reply follows. `untested`.
        case end
    }

    /// A tested point.
    package struct Point: Codable, Sendable, Hashable {
        package var point: PointID
        package var name: String

        package init(point: PointID, name: String) {
            self.point = point
            self.name = name
        }
    }

    package var stage: Stage
    /// Which activation it is about, counted from 1.
    package var press: Int?
    package var point: PointID?
    package var name: String?
    package var incident: EventID?
    /// Activations of the incident so far.
    package var count: Int?
    /// The targets that it is sent to; empty: it is only a record.
    package var targets: [TargetID]?
    package var target: TargetID?
    package var ticket: String?
    package var reason: String?
    /// Milliseconds since the edge.
    package var milliseconds: Double?
    package var points: [Point]?
    /// The longest that the test lasts.
    package var seconds: Int?
    /// Points of the test that were never activated.
    package var untested: [Point]?

    package init(_ stage: Stage, press: Int? = nil) {
        self.stage = stage
        self.press = press
    }

    private enum CodingKeys: String, CodingKey {
        case stage, press, point, name, incident, count, targets, target, ticket, reason
        case milliseconds = "ms"
        case points, seconds, untested
    }
}
