// SPDX-License-Identifier: Apache-2.0

/// What `boothctl` can be asked to do.
enum Verb: String, CaseIterable, Sendable {
    case status, points, incidents, queue, events, check, help
}

/// An option and what it takes.
enum Option: String, CaseIterable, Sendable {
    case socket = "--socket"
    case language = "--lang"
    case json = "--json"
    case help = "--help"
    case version = "--version"
    case all = "--all"
    case follow = "--follow"

    var takesValue: Bool { self == .socket || self == .language }

    /// The verb that it belongs to; nil for one that every verb takes.
    var verb: Verb? {
        switch self {
        case .all: .incidents
        case .follow: .events
        default: nil
        }
    }
}
