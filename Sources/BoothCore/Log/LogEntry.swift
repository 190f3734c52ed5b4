// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One entry of the agent's log: a sentence for people, and fields for journald. docs/logging.md lists them.
package struct LogEntry: Sendable, Equatable {
    /// As syslog(3) numbers them.
    package enum Level: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
    }

    /// The kind of entry. Its raw value is its `MESSAGE_ID`, which never changes.
    package enum Kind: String, Sendable, CaseIterable {
        case inService = "2c23369c8eab402b875d9c67c8f0a69e"
        case deviceLost = "48ad2923c65c42f5a155121db2bfa293"
        case deviceFound = "d8c3aa79fe4240ff9af8f5fd9dde35e5"
        case kernelLimited = "0d49c797694b4579af72be9e72f7ea0c"
        case edgesMissed = "bf9f2af0e9e340adafc0610e60a3ef62"
        case incidentRaised = "0b9e16f9a1a84073972ca810c23095f3"
        case incidentRestored = "4209100ab94a41a1bedc0c7445254e34"
        case incidentAccepted = "ce235ae453174f56a69ce731a1c24413"
        case incidentClosed = "9e4685cbbcd348708baa10761da7fea3"
        case incidentEscalated = "77c0e310df104118a3b9125576b9b536"
        case incidentHandedOver = "a0613a5603fb415384356253ec4766f2"
        case taskDone = "8d1ad3e939a84f8ca12936f4f921f2f3"
        case taskRefused = "9bb712b551134eeb8fb3d6a2c41e40a7"
        case attendanceChanged = "aade3b9f3ac748fd9e3dab5d0eb2440d"
        case walkTest = "e0e1dc8ecf8d4ff0bd32a409ca45a870"
        case linkWell = "b6990d3f5ee342ffb27b217cbf2036ee"
        case linkRetrying = "4a081ab0df2d4bdb91820ea553bb5867"
        case linkRefused = "529fdc660e524da5a4c269906cc64784"
        case taskLinkWell = "9d50ccce849c48cfb798c3ff22c4790c"
        case taskLinkRefused = "92af73a2d6c249208f34bd4915d26007"
        case eventRejected = "cf70e88adf68436e82c36fa7e3f065ff"
        case storageFailed = "dae7f3384b044d0483672991c276e9cd"
        case storageWell = "88726b4f22eb41fd8bec3c05c0092f25"
        case journalDamaged = "ae923ff61d144595810389c4b10ff888"
        case eventsAbandoned = "df675616ce69426f80219964a6c7cde0"
        case reloadRefused = "9b681d543d8941539ae8e60b3cbb300b"
        case configurationWrong = "7384ae9fcd1c79e63eae4b929421d5a0"
        case configurationNotKept = "12d6bae75ad6fd332a0001b80027fe7a"
        case controlUnavailable = "7d4b101a06ee465890048c739cb8f754"
        case loopStalled = "dd693de8e9b242cb8f13a48660dc8616"
        case loopRecovered = "c1452a9a8a3c414a8bde18f384322803"
    }

    /// What the entry is about.
    package enum Field: String, Sendable, CaseIterable {
        case point = "BOOTHD_POINT"
        case device = "BOOTHD_DEVICE"
        case target = "BOOTHD_TARGET"
        case loop = "BOOTHD_LOOP"
        case incident = "BOOTHD_INCIDENT"
        case event = "BOOTHD_EVENT"
    }

    package var level: Level
    package var kind: Kind
    package var message: Message
    /// Only the fields that apply.
    package var fields: [Field: String]

    package init(_ level: Level, _ kind: Kind, _ message: Message, _ fields: [Field: String?] = [:]) {
        self.level = level
        self.kind = kind
        self.message = message
        self.fields = fields.compactMapValues { $0 }
    }

    /// What the entry is about, without the ids of incident and event. So repeated entries about one device have one
    /// subject.
    var subject: String {
        [Field.point, .device, .target, .loop].map { fields[$0] ?? "" }.joined(separator: " ")
    }

    /// As journald takes it (systemd.journal-fields(7)).
    package func journalFields(in language: Language) -> [(name: String, value: String)] {
        let common = [
            (name: "MESSAGE", value: message.text(in: language)), (name: "PRIORITY", value: String(level.rawValue)),
            (name: "MESSAGE_ID", value: kind.rawValue), (name: "SYSLOG_IDENTIFIER", value: "boothd"),
        ]
        return common + Field.allCases.compactMap { field in fields[field].map { (name: field.rawValue, value: $0) } }
    }
}
