// SPDX-License-Identifier: Apache-2.0

/// What `boothctl` can be asked to do.
enum Verb: String, CaseIterable, Sendable {
    case status, points, incidents, queue, events, doctor, gpio, check, help
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
    case configuration = "--config"
    case stateDirectory = "--state-directory"

    var takesValue: Bool {
        switch self {
        case .socket, .language, .configuration, .stateDirectory: true
        case .json, .help, .version, .all, .follow: false
        }
    }

    /// The verbs that it belongs to; nil for one that every verb takes.
    var verbs: [Verb]? {
        switch self {
        case .all: [.incidents]
        case .follow: [.events]
        case .configuration: [.doctor, .gpio]
        case .stateDirectory: [.doctor]
        default: nil
        }
    }
}
