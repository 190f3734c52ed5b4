// SPDX-License-Identifier: Apache-2.0

/// What a point is for; it decides the rule.
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

    /// What it raises unless the configuration says otherwise; nil where it raises nothing of its own, or where the
    /// configuration has to say (`contact`).
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

    /// Whether the first edge counts at once. A door wants a stable level, a button its leading edge.
    package var countsLeadingEdge: Bool { self == .helpButton || self == .duressButton }

    /// Whether activations close together are gathered on one incident: presses of somebody in need, letters.
    package var gathersActivations: Bool { countsLeadingEdge || self == .mailSlot }

    /// Whether it should become active now and then, so that a point that never does has to be tried. Power that never
    /// fails is as it should be.
    package var isUsedNowAndThen: Bool { self != .mainsPower && self != .battery }

    /// Whether one that stays active may be stuck: nobody presses for long, and no letter takes a minute.
    package var canBeStuck: Bool {
        switch self {
        case .helpButton, .duressButton, .mailSlot, .contact: true
        case .roomDoor, .streetDoor, .tamper, .mailDoor, .mainsPower, .battery: false
        }
    }
}
