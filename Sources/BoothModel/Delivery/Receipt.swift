// SPDX-License-Identifier: Apache-2.0

/// The platform's word on one event.
package struct Receipt: Sendable, Hashable {
    /// What became of it there.
    package enum Result: Sendable, Hashable {
        /// `accepted` and `duplicate` alike: the platform has it.
        case accepted(ticket: String?)
        /// The platform will never take it, and says why.
        case rejected(reason: String)

        /// The class whose targets the incident is handed to: a rejection with the reason `reroute:CLASS`, and nothing
        /// else.
        package var handover: IncidentClass? {
            guard case .rejected(let reason) = self, reason.hasPrefix("reroute:") else { return nil }
            return IncidentClass(rawValue: String(reason.dropFirst("reroute:".count)))
        }
    }

    package var id: EventID
    package var result: Result

    package init(id: EventID, result: Result) {
        self.id = id
        self.result = result
    }
}
