// SPDX-License-Identifier: Apache-2.0

/// The platform's answer for one event.
package struct Receipt: Sendable, Hashable {
    /// What the platform did with it.
    package enum Result: Sendable, Hashable {
        /// The platform has it: `accepted` or `duplicate`.
        case accepted(ticket: String?)
        /// The platform will never take it, and says why.
        case rejected(reason: String)

        /// The class whose targets get the incident, if it is rejected with the reason `reroute:CLASS` and nothing
        /// else; otherwise nil.
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
