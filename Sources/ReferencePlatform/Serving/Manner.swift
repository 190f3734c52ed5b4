// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import SQLite

/// How the platform behaves, so that every kind of platform can be tried with a booth.
struct Manner: Sendable {
    /// Answers 503 to everything.
    var isSilent = false
    /// Answers 202 to events; the receipts follow as a task.
    var givesReceiptsLater = false
}

extension PlatformService {
    /// Changes the behaviour.
    ///
    /// - Returns: what to print.
    func behave(_ line: DispatcherLine) throws(SQLiteError) -> String {
        switch line {
        case .handOver(let other):
            try withStore { store throws(SQLiteError) in store.cases.handOver = other }
            return "hand-over class=\(other.rawValue)"
        case .receiptsLater(let isLater):
            manner.withLock { $0.givesReceiptsLater = isLater }
            return "receipts \(isLater ? "later" : "now")"
        case .silent(let isSilent):
            manner.withLock { $0.isSilent = isSilent }
            // Wakes the long polls, so that they answer at once.
            bell.ring()
            return isSilent ? "silent" : "speak"
        default: return DispatcherLine.list
        }
    }

    var isSilent: Bool { manner.withLock { $0.isSilent } }

    static var silence: HTTPResponse {
        .problem(503, title: "silent", detail: "this platform was told to be silent; `speak` ends it")
    }
}
