// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
import BoothJournal
import BoothModel
import Synchronization

/// Adds up a history for a report, on the journal's thread, while the journal reads it. A separate thread then makes
/// the report.
struct ReportReading: HistoryReader {
    private var history: HistoryReport
    private let reply: @Sendable (BoothReport?) -> Void

    /// - Parameter reply: called once; nil if the disk fails or the system has no thread left.
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
                // Take it out of the box: its data must be freed before memory is given back.
                guard let history = waiting.withLock({ $0.take() }) else { return }
                reply(history.report(isCapped: end.isCapped, historyFrom: end.from, chain: end.chain))
                FreedMemory.giveBack()
            }
        } catch {
            reply(nil)
        }
    }
}
