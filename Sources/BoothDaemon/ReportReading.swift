// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
import BoothJournal
import BoothModel
import Synchronization

/// Adds a history up to a report while the journal reads it, on the journal's thread. The report itself is made by a thread
/// of its own.
struct ReportReading: HistoryReader {
    private var history: HistoryReport
    private let reply: @Sendable (BoothReport?) -> Void

    /// - Parameter reply: called once, on another thread; nil where the disk refuses or the system has no thread left.
    init(_ order: ReportOrder, reply: @escaping @Sendable (BoothReport?) -> Void) {
        history = HistoryReport(order)
        self.reply = reply
    }

    mutating func apply(_ incidents: [Incident]) { history.apply(incidents) }
    mutating func apply(_ records: [CloudEvent]) { history.apply(records) }

    func finish(_ end: Result<HistoryEnd, HistoryRefusal>) {
        guard case .success(let end) = end else { return reply(nil) }
        let reply = reply
        let waiting = Mutex<HistoryReport?>(history)
        do throws(SystemError) {
            _ = try WorkerThread(name: "report") {
                // Taken out: what was added up has to be gone before memory is given back.
                guard let history = waiting.withLock({ $0.take() }) else { return }
                reply(history.report(isCapped: end.isCapped, historyFrom: end.from, chain: end.chain))
                FreedMemory.giveBack()
            }
        } catch {
            reply(nil)
        }
    }
}
