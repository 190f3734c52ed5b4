// SPDX-License-Identifier: Apache-2.0

/// What a point is for. The kind decides which rule applies.
package enum PointKind: String, Sendable, Codable, CaseIterable {
    case helpButton = "help-button"
    case duressButton = "duress-button"
    case roomDoor = "room-door"
    case streetDoor = "street-door"
    case tamper
    case mailSlot = "mail-slot"
    case mailDoor = "mail-door"
    case mainsPower = "mains-power"
    case battery
    case contact

    /// What it raises unless the configuration says otherwise. Nil: it raises nothing of its own, or the configuration
    /// must say what (`contact`).
    package var defaultClassification: Classification? {
        switch self {
        case .helpButton: Classification(.help, .police, .help)
        case .duressButton: Classification(.duress, .police, .help)
        case .roomDoor: Classification(.intrusion, .police, .alarm)
        case .tamper: Classification(.tamper, .police, .alarm)
        case .mailSlot: Classification(.mail, .community, .routine)
        case .mainsPower, .battery: Classification(.power, .fault, .fault)
        case .streetDoor, .mailDoor, .contact: nil
        }
    }

    /// Whether the first edge counts at once. A button counts its leading edge; a door needs a stable level.
    package var countsLeadingEdge: Bool {
        switch self {
        case .helpButton, .duressButton: true
        case .roomDoor, .streetDoor, .tamper, .mailSlot, .mailDoor, .mainsPower, .battery, .contact: false
        }
    }

    /// Whether activations close together are gathered on one incident: presses of one person in need, letters.
    package var gathersActivations: Bool {
        switch self {
        case .helpButton, .duressButton, .mailSlot: true
        case .roomDoor, .streetDoor, .tamper, .mailDoor, .mainsPower, .battery, .contact: false
        }
    }

    /// Whether a unit may count its activations (`counter = true`). It may if each activation has a meaning; a door or
    /// mains power is a level.
    package var canBeCounted: Bool {
        switch self {
        case .helpButton, .duressButton, .tamper, .mailSlot, .contact: true
        case .roomDoor, .streetDoor, .mailDoor, .mainsPower, .battery: false
        }
    }

    /// Whether it should become active now and then. If such a point never does, somebody must try it. Power that never
    /// fails is well.
    package var isUsedNowAndThen: Bool {
        switch self {
        case .mainsPower, .battery: false
        case .helpButton, .duressButton, .roomDoor, .streetDoor, .tamper, .mailSlot, .mailDoor, .contact: true
        }
    }

    /// Whether it may be stuck if it stays active. Nobody presses for long, and no letter takes a minute.
    package var canBeStuck: Bool {
        switch self {
        case .helpButton, .duressButton, .mailSlot, .contact: true
        case .roomDoor, .streetDoor, .tamper, .mailDoor, .mainsPower, .battery: false
        }
    }
}

extension PointKind {
    /// The `[rules]` that a point of this kind may set for itself.
    package var rules: Set<PointRule> {
        switch self {
        case .helpButton, .duressButton, .contact: [.repeated, .stuck, .chatter, .untested]
        case .roomDoor: [.repeated, .doorHeld, .chatter, .untested]
        case .streetDoor: [.chatter, .untested]
        case .tamper, .mailDoor: [.repeated, .chatter, .untested]
        case .mailSlot: [.letter, .mailOverdue, .stuck, .chatter, .untested]
        case .mainsPower, .battery: [.repeated, .powerDelay, .chatter, .untested]
        }
    }
}

/// A key of `[rules]` that a point may set for itself, as the configuration spells it.
package enum PointRule: String, Sendable, CaseIterable {
    case repeated = "repeat"
    case letter
    case mailOverdue = "mail-overdue"
    case doorHeld = "door-held"
    case powerDelay = "power-delay"
    case stuck
    case chatter
    case untested
}
