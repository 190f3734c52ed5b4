// SPDX-License-Identifier: Apache-2.0

/// What a platform asks the booth to do. It is executed once and in time, or refused with a reason.
package struct PlatformTask: Sendable, Hashable {
    /// What is to be done.
    package enum Order: Sendable, Hashable {
        /// An incident has a new state.
        case incident(EventID, state: IncidentState, ticket: String?, note: String?)
        /// An incident is for the targets of another class.
        case reroute(EventID, IncidentClass)
        /// Nobody is in, whatever the schedule says, until that time or until the next attendance begins.
        case arm(until: WallTime?)
        /// Somebody is in, until that time.
        case disarm(until: WallTime?)
        /// Switch an output that only tasks switch; `span` nil: until the next order.
        case output(String, isOn: Bool, span: Duration?)
        /// Send an event the whole way, marked as a test.
        case test
        /// The task cannot be read; what is wrong, in English, for the platform's engineer.
        case malformed(String)
        /// The agent does not know the kind.
        case unknownKind
    }

    /// The platform's id of the task, 1...128 characters; empty: a malformed task has none.
    package var id: String
    /// As the platform spelt it; empty: the task has none.
    package var kind: String
    /// After this it must not be executed.
    package var expires: WallTime?
    package var order: Order

    package init(id: String, kind: String, expires: WallTime? = nil, order: Order) {
        self.id = id
        self.kind = kind
        self.expires = expires
        self.order = order
    }
}

/// An instant by the wall clock: milliseconds since 1970-01-01T00:00:00Z.
package struct WallTime: Sendable, Hashable, Codable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads a row of the journal: within the years 0 to 9999, as in RFC 3339.
    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        milliseconds = try row.decode(.milliseconds, in: -62_167_219_200_000...253_402_300_799_999)
    }

    package static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }
}
