// SPDX-License-Identifier: Apache-2.0

/// What a restart must know of a point.
package struct PointMemory: Sendable, Hashable, Codable {
    /// How far a counting input had counted, and which register that was.
    package struct Counter: Sendable, Hashable, Codable {
        /// 0...65535.
        package var value: Int
        /// The register, as `ModbusSource.register` names it: another one's value says nothing about presses.
        package var register: String

        package init(value: Int, register: String) {
            self.value = value
            self.register = register
        }

        package init(from decoder: any Decoder) throws {
            let row = try decoder.container(keyedBy: CodingKeys.self)
            value = try row.decode(.value, in: 0...65_535)
            register = try row.decode(String.self, forKey: .register)
        }
    }

    package let point: PointID
    /// What the point was for; nil in a journal that is older than this.
    package var kind: PointKind?
    /// The last state that was believed.
    package var state: PointState
    package var since: Stamp
    /// The last edge of a letter falling in.
    package var lastEdge: Stamp?
    /// The incident that its next activation or its return to normal may belong to.
    package var incident: EventID?
    /// Of a counting input; written with the presses that it stands for.
    package var counter: Counter?
    /// Whether a walk test that goes on has raised something on it; nil: none has.
    package var isTouched: Bool?
    /// Whether the input was active when its loop was cut or bridged; nil while the loop is whole.
    package var wasActive: Bool?
    /// Whether it was told that this goes on for too long: power away, a door held, letters overdue. It is not told again
    /// when the incident was closed meanwhile; nil: no.
    package var isTold: Bool?
    /// When the point was first read.
    package var firstSeen: Stamp?
    /// When it last became active; nil before the first time.
    package var lastActive: Stamp?

    package init(point: PointID, state: PointState, since: Stamp) {
        self.point = point
        self.state = state
        self.since = since
    }
}
