// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Makes a report while the journal reads its history, a slice at a time. An incident takes microseconds.
package struct HistoryReport: Sendable {
    private var maker: ReportMaker
    /// The doors of letter boxes, by their ids.
    private let doors: Set<String>

    package init(_ order: ReportOrder) {
        maker = ReportMaker(order.period, points: order.points, outages: order.outages, now: order.moment)
        doors = Set(order.points.filter { $0.kind == .mailDoor }.map(\.id.rawValue))
    }

    package mutating func apply(_ incidents: [Incident]) {
        for incident in incidents { maker.apply(incident) }
    }

    /// Adds records of points. Only the openings of letter boxes count.
    package mutating func apply(_ records: [CloudEvent]) {
        guard !doors.isEmpty else { return }
        for record in records {
            if let opening = opening(record.json) { maker.apply(check: opening) }
        }
    }

    /// - Parameters:
    ///   - isCapped: whether there was more than could be read.
    ///   - historyFrom: the start of the history; nil: it covers every period that can be asked for.
    ///   - chain: the head of the journal's chain.
    package func report(isCapped: Bool, historyFrom: WallTime?, chain: ChainHead?) -> BoothReport {
        maker.report(isCapped: isCapped, historyFrom: historyFrom, chain: chain)
    }

    /// When the record's letter box was opened; nil: the record is about something else.
    private func opening(_ json: String) -> WallTime? {
        guard let subject = JSONText.member("subject", of: json),
            doors.contains(String(subject.dropFirst().dropLast())),
            let data = JSONText.member("data", of: json), JSONText.member("state", of: data) == "\"active\"",
            let time = JSONText.member("time", of: json)
        else { return nil }
        return WallTime(rfc3339: String(time.dropFirst().dropLast()))
    }
}
