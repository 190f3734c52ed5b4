// SPDX-License-Identifier: Apache-2.0

/// An act of somebody at the booth, which the journal keeps.
package enum Act: Sendable, Hashable {
    /// Somebody has seen an incident.
    case acknowledge(EventID)
    /// An incident is closed. `isOutcome` is true for the outcome.
    case close(EventID, outcome: String)
    /// Nobody is in, whatever the schedule says.
    case arm
    /// Somebody is in, until that time; nil: until the schedule next changes, 12 hours at most.
    case disarm(until: WallTime?)
    /// An event that a target rejected is sent to it again; nil: all of them.
    case retry(EventID?)

    /// Whether `text` says how an incident ended: 1...1000 characters, not blank, one line.
    package static func isOutcome(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard (1...1000).contains(scalars.count), !scalars.allSatisfy(\.properties.isWhitespace) else { return false }
        return scalars.allSatisfy {
            switch $0.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
    }
}
