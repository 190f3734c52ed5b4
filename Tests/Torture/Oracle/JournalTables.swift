// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// What stands in the journal's file, read without any code of the agent. The one place that knows the tables.
package struct JournalTables: Sendable {
    package enum Delivery: Int, Sendable {
        case queued = 0
        case accepted = 1
        case rejected = 2
    }

    package struct Row: Sendable {
        package var state: Delivery
        package var count: Int64
    }

    package struct Kept: Sendable, Hashable {
        package var version: Int
        package var ended: Bool
    }

    /// Texts of events by id.
    package private(set) var events: [String: String] = [:]
    /// By target and event. An event that stands in a queue twice is in `problems`.
    package private(set) var deliveries: [String: [String: Row]] = [:]
    /// Things by `incident ID`, `point ID`, `task ID`, `memory booth`.
    package private(set) var kept: [String: Kept] = [:]
    package private(set) var problems: [String] = []

    /// Reads a journal that nobody has open.
    package init(directory: String) {
        guard let database = RawDatabase("\(directory)/journal.sqlite", problems: &problems) else { return }
        if let word = database.rows("PRAGMA integrity_check", &problems).first?.first, word != "ok" {
            problems.append("integrity_check: \(word)")
        }
        readEvents(database)
        readDeliveries(database)
        readIncidents(database)
        for row in database.rows("SELECT json FROM point", &problems) { keep(row[0], "point", as: PointText.self) }
        for row in database.rows("SELECT json FROM task", &problems) { keep(row[0], "task", as: TaskText.self) }
        for row in database.rows("SELECT json FROM memory", &problems) { keep(row[0], "memory", as: MemoryText.self) }
    }

    private mutating func readEvents(_ database: RawDatabase) {
        for row in database.rows("SELECT key, random, json FROM event", &problems) {
            guard let id = Self.id(key: row[0], random: row[1]) else {
                problems.append("the log has an event of key \(row[0])")
                continue
            }
            events[id] = row[2]
        }
    }

    private mutating func readDeliveries(_ database: RawDatabase) {
        let query = """
            SELECT t.id, e.key, e.random, d.state, d.count, d.event FROM delivery d
            JOIN target t ON t.number = d.target LEFT JOIN event e ON e.key = d.event
            """
        var counts: [String: Set<Int64>] = [:]
        for row in database.rows(query, &problems) {
            guard let id = Self.id(key: row[1], random: row[2]), let state = Int(row[3]).flatMap(Delivery.init),
                let count = Int64(row[4])
            else {
                problems.append("the queue of \(row[0]) has row \(row[5]) without an event")
                continue
            }
            if deliveries[row[0], default: [:]].updateValue(Row(state: state, count: count), forKey: id) != nil {
                problems.append("\(id) stands in the queue of \(row[0]) twice")
            }
            if !counts[row[0], default: []].insert(count).inserted {
                problems.append("count \(count) of \(row[0]) is there twice")
            }
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

    /// The UUIDv7 of the two columns that keep it.
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
