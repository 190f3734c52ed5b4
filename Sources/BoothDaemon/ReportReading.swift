// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothJournal
import BoothModel
import BoothReports
import Synchronization

/// Adds a history up to a report while the journal reads it. The adding takes microseconds an incident, so the journal's
/// thread does it; the report itself is made by a thread of its own, which also writes it out for whoever asked.
struct ReportReading: HistoryReader {
    private var maker: ReportMaker
    /// The doors of letter boxes, by their ids.
    private let doors: Set<String>
    private let reply: @Sendable (Result<BoothReport, Agent.ReportRefusal>) -> Void

    init(
        _ period: ReportPeriod, of points: [WatchedPoint], outages: [BoothMemory.Outage], at moment: Moment,
        reply: @escaping @Sendable (Result<BoothReport, Agent.ReportRefusal>) -> Void
    ) {
        maker = ReportMaker(period, points: points, outages: outages, now: moment)
        doors = Set(points.filter { $0.kind == .mailDoor }.map(\.id.rawValue))
        self.reply = reply
    }

    mutating func apply(_ incidents: [Incident]) {
        for incident in incidents { maker.apply(incident) }
    }

    mutating func apply(_ records: [CloudEvent]) {
        guard !doors.isEmpty else { return }
        for record in records {
            if let opening = opening(record.json) { maker.apply(check: opening) }
        }
    }

    func finish(_ end: Result<HistoryEnd, HistoryRefusal>) {
        guard case .success(let end) = end else { return reply(.failure(.unavailable)) }
        let reply = reply
        let waiting = Mutex<ReportMaker?>(maker)
        do throws(SystemError) {
            _ = try WorkerThread(name: "report") {
                // Taken out: what was added up has to be gone before memory is given back.
                guard let maker = waiting.withLock({ $0.take() }) else { return }
                reply(.success(maker.report(isCapped: end.isCapped, historyFrom: end.from, chain: end.chain)))
                FreedMemory.giveBack()
            }
        } catch {
            reply(.failure(.unavailable))
        }
    }

    /// When the record tells of one of the doors being opened; nil where it tells of something else.
    private func opening(_ json: String) -> WallTime? {
        guard let subject = JSONText.member("subject", of: json),
            doors.contains(String(subject.dropFirst().dropLast())),
            let data = JSONText.member("data", of: json), JSONText.member("state", of: data) == "\"active\"",
            let time = JSONText.member("time", of: json)
        else { return nil }
        return WallTime(rfc3339: String(time.dropFirst().dropLast()))
    }
}
