// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

@testable import BoothCore

/// What a journal keeps of decisions, and what of it a power cut leaves.
struct YearJournal {
    struct Content {
        var points: [PointID: PointMemory] = [:]
        var incidents: [EventID: Incident] = [:]
        var memory = BoothMemory()
        var tasks: [TaskRecord] = []
        var lastKey: Int64 = 0

        mutating func take(_ decision: Decision) {
            for memory in decision.points { points[memory.point] = memory }
            for incident in decision.incidents { incidents[incident.id] = incident }
            if let memory = decision.memory { self.memory = memory }
            for record in decision.tasks {
                if let index = tasks.firstIndex(where: { $0.target == record.target && $0.id == record.id }) {
                    tasks[index] = record
                } else {
                    tasks.append(record)
                }
            }
            lastKey = max(lastKey, decision.events.map(\.id.key).max() ?? 0)
        }
    }

    /// What the agent has written.
    private(set) var content = Content()
    /// What is on the disk for certain.
    private var synced = Content()
    private var pending: [Decision] = []

    mutating func take(_ decision: Decision) {
        content.take(decision)
        pending.append(decision)
        guard !decision.canBeToldAgain else { return }
        for decision in pending { synced.take(decision) }
        pending = []
    }

    /// The power went.
    mutating func cutPower() {
        content = synced
        pending = []
    }

    /// Rules as a start makes them: from the rows as they are written and read.
    func rules(_ configuration: Configuration) throws -> IncidentRules {
        IncidentRules(
            configuration: configuration, points: try reread(Array(content.points.values)),
            incidents: try reread(content.incidents.values.filter(\.isOpen).sorted { $0.id < $1.id }),
            memory: try reread(content.memory), tasks: try reread(Array(content.tasks.suffix(1000))),
            ids: EventIDGenerator(after: content.lastKey))
    }

    func reread<Row: Codable>(_ row: Row) throws -> Row {
        try JSONDecoder().decode(Row.self, from: JSONEncoder().encode(row))
    }
}
