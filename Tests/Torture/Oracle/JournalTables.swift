// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// The content of the journal's file, read without any code of the agent. Only this type knows the tables.
package struct JournalTables: Sendable {
    /// An accepted event has no row.
    package enum Delivery: Int, Sendable {
        case queued = 0
        case rejected = 2
    }

    package struct Row: Sendable {
        package var state: Delivery
        /// Twenty digits.
        package var sequence: String
    }

    package struct Kept: Sendable, Hashable {
        package var version: Int
        package var ended: Bool
    }

    /// The JSON of the events, by id.
    package private(set) var events: [String: String] = [:]
    /// By target and event. An event that is in a queue twice is reported in `problems`.
    package private(set) var deliveries: [String: [String: Row]] = [:]
    /// Stored values, by `incident ID`, `point ID`, `task ID`, `memory booth`.
    package private(set) var kept: [String: Kept] = [:]
    /// Events up to this number may be missing.
    package private(set) var thinned = 0
    /// For each target, the loss in the file that was not reported yet.
    package private(set) var untold: [String: Untold] = [:]
    package private(set) var problems: [String] = []
    /// Events whose search columns differ from their JSON.
    package private(set) var contradictions: [String] = []

    /// A loss in the file that was not reported yet.
    package struct Untold: Decodable, Sendable {
        package struct Content: Decodable, Sendable {
            package let reason: String
            package let from: String?
            package let to: String?
            package let count: [String: Int]?
        }
        package let loss: Content
    }

    /// Reads a journal that nobody has open.
    package init(directory: String) {
        guard let database = RawDatabase("\(directory)/journal.sqlite", problems: &problems) else { return }
        if let word = database.rows("PRAGMA integrity_check", &problems).first?.first, word != "ok" {
            problems.append("integrity_check: \(word)")
        }
        readMeta(database)
        readEvents(database)
        readChain(database)
        readDeliveries(database)
        readIncidents(database)
        for row in database.rows("SELECT json FROM point", &problems) { keep(row[0], "point", as: PointText.self) }
        for row in database.rows("SELECT json FROM task", &problems) { keep(row[0], "task", as: TaskText.self) }
        for row in database.rows("SELECT json FROM memory", &problems) { keep(row[0], "memory", as: MemoryText.self) }
    }

    private mutating func readMeta(_ database: RawDatabase) {
        for row in database.rows("SELECT name, value FROM meta", &problems) {
            if row[0] == "thinned" { thinned = Int(row[1]) ?? 0 }
            if row[0].hasPrefix("loss ") {
                untold[String(row[0].dropFirst(5))] = decode(row[1], as: Untold.self)
            }
        }
    }

    /// Checks that each row holds the hash of the row before it, and that only thinned rows are missing.
    private mutating func readChain(_ database: RawDatabase) {
        var last: (number: Int, hash: String) = (0, String(repeating: "0", count: 64))
        let rows = database.rows(
            "SELECT number, hex(previous), hex(hash) FROM event ORDER BY number", &problems)
        for row in rows {
            guard let number = Int(row[0]) else { continue }
            if number == last.number + 1 {
                if row[1] != last.hash { problems.append("event \(number) does not follow the one before it") }
            } else if number - 1 > thinned {
                problems.append("events \(last.number + 1) to \(number - 1) are missing, thinned up to \(thinned)")
            }
            last = (number, row[2])
        }
    }

    private mutating func readEvents(_ database: RawDatabase) {
        let query = """
            SELECT key, random, json, type, incident, incident_random,
                   CASE WHEN json_valid(json) THEN json_extract(json, '$.type') END,
                   CASE WHEN json_valid(json) THEN json_extract(json, '$.data.incident') END
            FROM event
            """
        for row in database.rows(query, &problems) {
            guard let id = Self.id(key: row[0], random: row[1]) else {
                problems.append("the log has an event of key \(row[0])")
                continue
            }
            events[id] = row[2]
            let incident = Self.id(key: row[4], random: row[5]) ?? ""
            if row[3] != row[6] { contradictions.append("\(id) stands in the log as \(row[3]), and is \(row[6])") }
            if incident != row[7] {
                contradictions.append("\(id) stands in the log as of \(incident), and is of \(row[7])")
            }
        }
    }

    private mutating func readDeliveries(_ database: RawDatabase) {
        let query = """
            SELECT t.id, e.key, e.random, d.state, printf('%06d%014d', d.generation, d.count), d.event,
                   d.count > t.last AND d.generation = (SELECT value FROM meta WHERE name = 'generation')
            FROM delivery d JOIN target t ON t.number = d.target
            LEFT JOIN event e ON e.number = d.number AND e.key = d.event
            """
        var sequences: [String: Set<String>] = [:]
        for row in database.rows(query, &problems) {
            guard let id = Self.id(key: row[1], random: row[2]), let state = Int(row[3]).flatMap(Delivery.init)
            else {
                problems.append("the queue of \(row[0]) has row \(row[5]) without an event")
                continue
            }
            if deliveries[row[0], default: [:]].updateValue(Row(state: state, sequence: row[4]), forKey: id) != nil {
                problems.append("\(id) stands in the queue of \(row[0]) twice")
            }
            if !sequences[row[0], default: []].insert(row[4]).inserted {
                problems.append("sequence \(row[4]) of \(row[0]) is there twice")
            }
            if row[6] == "1" { problems.append("\(row[4]) of \(row[0]) would be given once more") }
        }
    }

    private mutating func readIncidents(_ database: RawDatabase) {
        for table in ["incident", "closed"] {
            for row in database.rows("SELECT json FROM \(table)", &problems) {
                guard let text = decode(row[0], as: IncidentText.self) else { continue }
                if text.isEnded != (table == "closed") {
                    problems.append("incident \(text.id) stands in \(table) as \(text.state)")
                }
                if kept.updateValue(.init(version: text.count, ended: text.isEnded), forKey: "incident \(text.id)")
                    != nil
                {
                    problems.append("incident \(text.id) stands in the file twice")
                }
            }
        }
    }

    // MARK: Texts

    private protocol KeptText: Decodable {
        var id: String { get }
        var version: Int { get }
    }

    private struct IncidentText: Decodable {
        let id: String
        let count: Int
        let state: String
        var isEnded: Bool { state == "closed" }
    }

    private struct PointText: KeptText {
        struct Counter: Decodable { let value: Int }
        let point: String
        let counter: Counter?
        var id: String { point }
        var version: Int { counter?.value ?? 0 }
    }

    private struct TaskText: KeptText {
        let id: String
        let answers: Int
        var version: Int { answers }
    }

    private struct MemoryText: KeptText {
        let syncedBoot: String?
        var id: String { "booth" }
        var version: Int { syncedBoot.flatMap { Int($0) } ?? 0 }
    }

    private mutating func keep(_ json: String, _ subject: String, as type: (some KeptText).Type) {
        guard let text = decode(json, as: type) else { return }
        kept["\(subject) \(text.id)"] = Kept(version: text.version, ended: false)
    }

    private mutating func decode<Text: Decodable>(_ json: String, as type: Text.Type) -> Text? {
        do {
            return try JSONDecoder().decode(type, from: Data(json.utf8))
        } catch {
            problems.append("unreadable: \(json.prefix(80))")
            return nil
        }
    }

    /// The UUIDv7 from its two columns.
    private static func id(key: String, random: String) -> String? {
        guard let key = Int64(key).map(UInt64.init(bitPattern:)),
            let random = Int64(random).map(UInt64.init(bitPattern:))
        else { return nil }
        func hexadecimal(_ number: UInt64, _ width: Int) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let time = hexadecimal(key >> 12, 12)
        let last = hexadecimal(1 << 63 | random, 16)
        return
            "\(time.prefix(8))-\(time.suffix(4))-7\(hexadecimal(key & 0xFFF, 3))-\(last.prefix(4))-\(last.suffix(12))"
    }
}
