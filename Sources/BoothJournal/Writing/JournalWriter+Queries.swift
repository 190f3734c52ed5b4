// SPDX-License-Identifier: Apache-2.0
import BoothModel
import SQLite

// Queries. If the disk fails, the answer has what is known without it.
extension JournalWriter {
    func answer(_ query: JournalQuery) {
        switch query {
        case .recentEvents(let limit, let reply):
            reply(read { store throws(SQLiteError) in try store.recentEvents(limit: limit) })
        case .incidents(let all, let reply): reply(incidents(all: all))
        case .incident(let id, let reply): reply(incident(id))
        case .history(let from, let to, let reader):
            readings.append(HistoryReading(from: from, to: to, reader: reader))
        case .incidentOfEvent(let id, let reply): reply(incident(of: id))
        case .verify(let full, let reply): verifications.append(ChainVerification(isFull: full, reply: reply))
        case .recorded(let reply): reply(pending.isEmpty)
        case .queues(let limit, let reply):
            reply(setup.targets.compactMap { queues[$0] }.map { listing(of: $0, limit: limit) })
        }
    }

    /// The result of `body`; nil if no file is open or the disk failed.
    func read<Value>(_ body: (JournalStore) throws(SQLiteError) -> Value) -> Value? {
        guard let file else { return nil }
        do throws(SQLiteError) {
            return try body(file.store)
        } catch {
            refuse(.database(error))
            return nil
        }
    }

    /// The most closed incidents in one answer.
    private static let mostClosed = 1000

    private func incidents(all: Bool) -> [Incident]? {
        let stored = read { store throws(SQLiteError) in
            try (all ? store.closedIncidents(limit: Self.mostClosed) : []) + store.openIncidents()
        }
        // If no file was opened yet, this run's incidents are all that is known.
        guard let stored = stored ?? (isRecalled ? nil : []) else { return nil }
        var byID = Dictionary(stored.map { ($0.id, $0) }, uniquingKeysWith: { closed, _ in closed })
        for incident in unwritten { byID[incident.id] = incident }
        return byID.values.filter { all || $0.isOpen }.sorted { $0.id < $1.id }
    }

    private func incident(_ id: EventID) -> [Incident]? {
        if let incident = unwritten.last(where: { $0.id == id }) { return [incident] }
        return read { store throws(SQLiteError) in try store.incident(id) }.map { found in found.map { [$0] } ?? [] }
    }

    /// Incidents that are only in memory: not written yet, or transient.
    var unwritten: [Incident] { pending.flatMap(\.entry.incidents) + shown.values }

    private func incident(of id: EventID) -> EventID? {
        if let event = pending.lazy.flatMap(\.entry.events).first(where: { $0.id == id }) { return event.incident }
        return read { store throws(SQLiteError) in try store.incident(of: id) } ?? nil
    }

    private func listing(of queue: DeliveryQueue, limit: Int) -> QueueListing {
        let waiting = nextDeliveries(of: queue, limit: limit).map { item(of: $0, in: queue, rejected: false) }
        let refused = queue.number.flatMap { number in
            read { store throws(SQLiteError) in try store.refused(by: number, limit: limit) }
        }
        return QueueListing(
            target: queue.target, queued: queue.queued, rejected: queue.rejected,
            items: waiting + (refused ?? []).map { item(of: $0, in: queue, rejected: true) })
    }

    private func item(of delivery: JournalStore.Delivery, in queue: DeliveryQueue, rejected: Bool) -> QueueListing.Item
    {
        let handedOut = queue.handedOut[delivery.event]
        return .init(
            id: delivery.event, type: delivery.type, incident: delivery.incident, sequence: delivery.sequence.text,
            delivery: rejected ? .rejected : handedOut?.isSent == true ? .sent : .queued,
            attempts: handedOut?.attempts ?? 0, reason: delivery.reason)
    }
}
