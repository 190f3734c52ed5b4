// SPDX-License-Identifier: Apache-2.0
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
        var line = (isJournald ? "<\(level.rawValue)>" : "boothd: ") + message.text(in: language) + "\n"
        // One write for a line: threads do not mix theirs, and a closed standard error is nothing to stop for.
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
