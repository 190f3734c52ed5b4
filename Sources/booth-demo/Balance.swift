// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Rehearsal
import SQLite

/// What the agent raised against what the platforms answered for, from the books of both sides.
struct Balance {
    /// Incidents in the agent's journal.
    let raised: Int
    /// Of them, those that each of their targets gave a ticket for, and whose opening is in that platform's database.
    let accepted: Int
    /// Events that still wait, and events that a platform refused.
    let queued: Int
    let rejected: Int
    /// Counts missing from the platforms' sequences.
    let gaps: Int
    /// Events that came more than once, with the same id and the same body.
    let repeated: Int
    /// Events that came under a known id with another body.
    let conflicts: Int

    var lost: Int { raised - accepted + gaps }

    /// - Parameter expected: incidents that the day should have raised.
    func holds(expecting expected: Int) -> Bool {
        raised == expected && accepted == raised && queued == 0 && rejected == 0 && gaps == 0 && conflicts == 0
    }
}

extension Balance {
    /// Reads both sides' books.
    init(of booth: DemoBooth) throws {
        let incidents: IncidentsReply = try Self.reply(["--json", "incidents", "--all"], of: booth)
        let queue: QueueReply = try Self.reply(["--json", "queue"], of: booth)
        let books = try DemoBooth.Platform.allCases.map { ($0.rawValue, try Book(booth.database(of: $0))) }
        raised = incidents.incidents.count
        accepted = incidents.incidents.count { incident in
            incident.targets.allSatisfy { answer in
                let book = books.first { $0.0 == answer.target.rawValue }?.1
                return answer.delivery == .accepted && book?.openings.contains(incident.incident.description) == true
            }
        }
        queued = queue.targets.reduce(0) { $0 + $1.queued }
        rejected = queue.targets.reduce(0) { $0 + $1.rejected }
        gaps = books.reduce(0) { $0 + $1.1.gaps }
        repeated = books.reduce(0) { $0 + $1.1.repeated }
        conflicts = books.reduce(0) { $0 + $1.1.conflicts }
    }

    private static func reply<Reply: Decodable>(_ arguments: [String], of booth: DemoBooth) throws -> Reply {
        let lines = try booth.ask(arguments)
        return try JSONDecoder().decode(Reply.self, from: Data(lines.joined().utf8))
    }

    /// One platform's database.
    private struct Book {
        let openings: Set<String>
        let gaps: Int
        let repeated: Int
        let conflicts: Int

        init(_ path: String) throws {
            let connection = try Connection(path: path, access: .readOnly)
            let select = "SELECT incident FROM event WHERE type = '\(EventType.incidentRaised.rawValue)'"
            openings = Set(try connection.prepare(select).rows { row throws(SQLiteError) in row.text(at: 0) })
            let counts = "FROM event WHERE sequence IS NOT NULL"
            let highest = try connection.integer("SELECT coalesce(max(cast(substr(sequence, 7) AS INTEGER)), 0) \(counts)")
            gaps = Int((highest ?? 0) - (try connection.integer("SELECT count(*) \(counts)") ?? 0))
            repeated = Int(try connection.integer("SELECT count(*) FROM event WHERE copies > 1") ?? 0)
            conflicts = Int(try connection.integer("SELECT count(*) FROM conflict") ?? 0)
        }
    }
}
