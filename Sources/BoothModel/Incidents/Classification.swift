// SPDX-License-Identifier: Apache-2.0

/// Which platform an incident is for.
package enum IncidentClass: String, Sendable, Codable, CaseIterable {
    case police
    case community
    case fault
}

/// What happened, in a word that platforms sort by: the known ones, and those that a `contact` names.
package struct Category: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral text: String) { self.init(rawValue: text) }
    package var description: String { rawValue }

    package static let help: Category = "help"
    package static let duress: Category = "duress"
    package static let intrusion: Category = "intrusion"
    package static let tamper: Category = "tamper"
    package static let mail: Category = "mail"
    package static let mailTamper: Category = "mail-tamper"
    package static let power: Category = "power"
    package static let sensor: Category = "sensor"
    package static let link: Category = "link"
    package static let storage: Category = "storage"
}

/// How urgent: 1 is the highest, 4 the lowest.
package struct Priority: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    package let rawValue: Int
    /// - Parameter rawValue: 1...4; nil otherwise.
    package init?(rawValue: Int) {
        guard (1...4).contains(rawValue) else { return nil }
        self.rawValue = rawValue
    }
    private init(known: Int) { rawValue = known }

    package static let help = Priority(known: 1)
    package static let alarm = Priority(known: 2)
    package static let fault = Priority(known: 3)
    package static let routine = Priority(known: 4)

    /// Whether this one is more urgent.
    package static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}

/// What a point raises when it becomes active.
package struct Classification: Sendable, Hashable {
    package var category: Category
    package var incidentClass: IncidentClass
    package var priority: Priority

    package init(_ category: Category, _ incidentClass: IncidentClass, _ priority: Priority) {
        self.category = category
        self.incidentClass = incidentClass
        self.priority = priority
    }
}
