// SPDX-License-Identifier: Apache-2.0

/// What a restart must know about a point.
package struct PointMemory: Sendable, Hashable, Codable {
    /// The last value of a counting input, and its register.
    package struct Counter: Sendable, Hashable, Codable {
        /// 0...65535.
        package var value: Int
        /// The register, as `ModbusSource.register` names it. The value of another register says nothing about presses.
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
    /// The point's kind when last read; nil: not read since it started anew.
    package var kind: PointKind?
    /// The last known state.
    package var state: PointState
    package var since: Stamp
    /// The last edge of a letter falling in.
    package var lastEdge: Stamp?
    /// The incident that its next activation, or its return to normal, may belong to.
    package var incident: EventID?
    /// The counter of a counting input; written together with the presses that it counted.
    package var counter: Counter?
    /// Whether a walk test that is running has raised something on it; nil: none has.
    package var isTouched: Bool?
    /// Whether the input was active when its loop was cut or bridged; nil: the loop is whole.
    package var wasActive: Bool?
    /// Whether it was raised that a state lasts for too long: power away, a door held, letters overdue. It is not
    /// raised again, even if its incident was closed meanwhile. Nil: no.
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
