// SPDX-License-Identifier: Apache-2.0

/// Which platform an incident is for.
package enum IncidentClass: String, Sendable, Codable, CaseIterable {
    case police
    case community
    case fault
}

/// What happened, in a word for platforms: a known category, or one that a `contact` names.
package struct Category: RawRepresentable, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral text: String) { self.init(rawValue: text) }
    package var description: String { rawValue }

    package init(_ known: KnownCategory) { self.init(rawValue: known.rawValue) }

    package static let help = Category(.help)
    package static let duress = Category(.duress)
    package static let intrusion = Category(.intrusion)
    package static let tamper = Category(.tamper)
    package static let mail = Category(.mail)
    package static let mailTamper = Category(.mailTamper)
    package static let mailOverdue = Category(.mailOverdue)
    package static let doorHeld = Category(.doorHeld)
    package static let power = Category(.power)
    package static let sensor = Category(.sensor)
    package static let gap = Category(.gap)
    package static let link = Category(.link)
    package static let storage = Category(.storage)
    package static let clock = Category(.clock)
    package static let configuration = Category(.configuration)
    package static let test = Category(.test)
}

/// The categories that the rules raise; each has a name in Chinese.
package enum KnownCategory: String, Sendable, CaseIterable {
    /// A help button was pressed.
    case help
    /// A duress button was pressed; no output shows it.
    case duress
    /// A door was opened while nobody was in.
    case intrusion
    /// A tamper contact became active.
    case tamper
    /// A letter fell into the box.
    case mail
    /// The box was opened while nobody was in.
    case mailTamper = "mail-tamper"
    /// A letter has lain in the box for too long.
    case mailOverdue = "mail-overdue"
    /// The room's door was left open.
    case doorHeld = "door-held"
    /// Mains or battery failed.
    case power
    /// A device that points are read from is lost or faulty.
    case sensor
    /// Edges of a point were lost.
    case gap
    /// A target refuses, or its address or certificate is wrong.
    case link
    /// The journal cannot be written, or is full.
    case storage
    /// The clock has followed no reference for too long.
    case clock
    /// The configuration file was wrong at the start, and the last right one is in service.
    case configuration
    /// A trial of the whole way, which a platform asked for.
    case test
    /// Events were lost. Only counts of losses use it; no incident has it.
    case loss
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
