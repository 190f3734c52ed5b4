// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// Lines on standard error, with the level that journald understands (sd-daemon(3)) when it is listening.
///
/// A log is for the technician; what must not be lost is in the journal of incidents.
struct AgentLog: Sendable {
    enum Level: Int, Sendable {
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6
    }

    private let language: Language
    private let isJournald: Bool

    init(language: Language = .ofEnvironment) {
        self.language = language
        isJournald = getenv("JOURNAL_STREAM") != nil
    }

    func write(_ level: Level, _ message: Message) {
        let prefix = isJournald ? "<\(level.rawValue)>" : "boothd: "
        StandardStream.error.write(line: prefix + message.text(in: language))
    }
}
