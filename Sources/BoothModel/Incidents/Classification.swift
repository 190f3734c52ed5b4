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

    /// A help button was pressed.
    package static let help: Category = "help"
    /// A duress button was pressed; no output shows it.
    package static let duress: Category = "duress"
    /// A door was opened while nobody was in.
    package static let intrusion: Category = "intrusion"
    /// A tamper contact became active.
    package static let tamper: Category = "tamper"
    /// A letter fell into the box.
    package static let mail: Category = "mail"
    /// The box was opened while nobody was in.
    package static let mailTamper: Category = "mail-tamper"
    /// A letter has lain in the box for too long.
    package static let mailOverdue: Category = "mail-overdue"
    /// The room's door was left open.
    package static let doorHeld: Category = "door-held"
    /// Mains or battery failed.
    package static let power: Category = "power"
    /// What points are read from is lost or misbehaves.
    package static let sensor: Category = "sensor"
    /// Edges of a point were lost.
    package static let gap: Category = "gap"
    /// A target does not answer.
    package static let link: Category = "link"
    /// The journal cannot be written, or is full.
    package static let storage: Category = "storage"
    /// Civil time is not known.
    package static let clock: Category = "clock"
    /// The configuration file was wrong at the start, and the last right one is in service.
    package static let configuration: Category = "configuration"
    /// A platform asked for a try of the whole way.
    package static let test: Category = "test"
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

    /// A person waits for help; goes before everything that is queued.
    package static let help = Priority(known: 1)
    /// Somebody is where they should not be.
    package static let alarm = Priority(known: 2)
    /// A technician has to come.
    package static let fault = Priority(known: 3)
    /// It can wait for the next visit.
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
