// SPDX-License-Identifier: Apache-2.0

/// The verbs of `boothctl`.
enum Verb: String, CaseIterable, Sendable {
    case status, points, incidents, queue, events, ack, close, arm, disarm, retry, test, report, verify, doctor
    case gpio, modbus, check, help

    /// The most words that may follow the verb.
    var mostOperands: Int {
        switch self {
        case .incidents, .ack, .close, .retry, .check, .help: 1
        // read BUS UNIT TABLE ADDRESS COUNT
        case .modbus: 6
        case .status, .points, .queue, .events, .arm, .disarm, .test, .report, .verify, .doctor, .gpio: 0
        }
    }
}

/// An option and its value.
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
    case units = "--units"
    case baud = "--baud"
    case parity = "--parity"
    case timeout = "--timeout"
    case outcome = "--outcome"
    case until = "--until"
    case point = "--point"
    case day = "--day"
    case week = "--week"
    case month = "--month"
    case date = "--date"
    case csv = "--csv"
    case full = "--full"

    var takesValue: Bool {
        switch self {
        case .socket, .language, .configuration, .stateDirectory, .units, .baud, .parity, .timeout, .outcome,
            .until, .point, .date:
            true
        case .json, .help, .version, .all, .follow, .day, .week, .month, .csv, .full: false
        }
    }

    /// The verbs that have this option; nil if all have it.
    var verbs: [Verb]? {
        switch self {
        case .all: [.incidents, .retry, .modbus]
        case .outcome: [.close]
        case .until: [.disarm]
        case .point: [.test]
        case .day, .week, .month, .date, .csv: [.report]
        case .full: [.verify]
        case .follow: [.events]
        case .configuration: [.doctor, .gpio, .modbus]
        case .stateDirectory: [.doctor]
        case .units, .baud, .parity, .timeout: [.modbus]
        case .socket, .language, .json, .help, .version: nil
        }
    }
}
