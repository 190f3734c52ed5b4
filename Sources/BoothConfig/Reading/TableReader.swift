// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Reads one table key by key, and notes problems.
///
/// It remembers the keys that were asked for, so the remaining keys are unknown ones. A wrong value is noted and then
/// treated as absent: the file will be refused, but reading can go on.
final class TableReader {
    /// The position of the table's header, or of the brace of an inline table.
    let place: Place
    let problems: ProblemLog
    private let entries: [TOMLTable.Entry]
    private var asked: [String] = []
    /// Keys that do not belong here, and that the caller reports.
    private var foreign: [String] = []

    private init(_ table: TOMLTable, at place: Place, problems: ProblemLog) {
        entries = table.entries
        self.place = place
        self.problems = problems
    }

    /// Reads a whole table. `body` asks for every key that the table may have; other keys are reported as unknown.
    static func read<Value>(
        _ table: TOMLTable, at place: Place, problems: ProblemLog, _ body: (TableReader) -> Value
    ) -> Value {
        let reader = TableReader(table, at: place, problems: problems)
        let value = body(reader)
        reader.noteUnknownKeys()
        return value
    }

    // MARK: Values

    /// The value of `key`; nil if it is absent or wrong.
    func optional<Value>(_ key: String, _ notation: Notation<Value>) -> Value? {
        guard let entry = entry(key) else { return nil }
        return parse(entry.node, of: key, notation)
    }

    /// The value of `key`. If it is absent, that is noted.
    func required<Value>(_ key: String, _ notation: Notation<Value>) -> Value? {
        guard isPresent(key) else {
            noteMissing(key, notation.expected)
            return nil
        }
        return optional(key, notation)
    }

    /// The value of `key`, or `fallback` if it is absent.
    func value<Value>(_ key: String, _ notation: Notation<Value>, default fallback: Value) -> Value {
        optional(key, notation) ?? fallback
    }

    /// The right elements of an array with their positions; empty if `key` is absent.
    func list<Value>(_ key: String, of notation: Notation<Value>) -> [(value: Value, place: Place)] {
        guard let entry = entry(key) else { return [] }
        guard case .array(let elements) = entry.node.value else {
            let expected = Message(
                zh: "数组，其元素是\(notation.expected.spacedChinese)", en: "an array, each of it \(notation.expected.en)")
            noteWrong(entry.node, of: key, expected)
            return []
        }
        return elements.compactMap { element in
            parse(element, of: key, notation).map { ($0, element.place) }
        }
    }

    // MARK: Tables

    /// The result of `body` for the table `key`; nil if it is absent or not a table.
    func table<Value>(_ key: String, _ body: (TableReader) -> Value?) -> Value? {
        guard let entry = entry(key) else { return nil }
        guard case .table(let table) = entry.node.value else {
            noteWrong(entry.node, of: key, Message(zh: "表：[\(key)] 或 { … }", en: "a table: [\(key)] or { … }"))
            return nil
        }
        return TableReader.read(table, at: entry.node.place, problems: problems, body)
    }

    /// The results of `body` for each `[key.NAME]`, in file order.
    func namedTables<Value>(_ key: String, _ body: (TOMLTable.Entry, TableReader) -> Value?) -> [Value] {
        guard let entry = entry(key) else { return [] }
        guard case .table(let tables) = entry.node.value else {
            noteWrong(entry.node, of: key, Message(zh: "表：[\(key).名称]", en: "tables: [\(key).NAME]"))
            return []
        }
        return tables.entries.compactMap { named in
            guard case .table(let table) = named.node.value else {
                // The file probably has `[gpio]` with the keys directly in it.
                noteWrong(named.node, of: named.key, Message(zh: "表：[\(key).名称]", en: "a table: [\(key).NAME]"))
                return nil
            }
            return TableReader.read(table, at: named.node.place, problems: problems) { body(named, $0) }
        }
    }

    /// The results of `body` for each `[[key]]`, in file order.
    func tables<Value>(_ key: String, _ body: (TableReader) -> Value?) -> [Value] {
        guard let entry = entry(key) else { return [] }
        let expected = Message(zh: "表的数组：[[\(key)]]", en: "an array of tables: [[\(key)]]")
        guard case .array(let elements) = entry.node.value else {
            noteWrong(entry.node, of: key, expected)
            return []
        }
        return elements.compactMap { element in
            guard case .table(let table) = element.value else {
                noteWrong(element, of: key, expected)
                return nil
            }
            return TableReader.read(table, at: element.place, problems: problems, body)
        }
    }

    // MARK: Keys

    func isPresent(_ key: String) -> Bool { entry(key) != nil }

    /// Whether there is a `key` that does not belong here, when the caller reports it. It is then neither reported as
    /// unknown nor listed as a possible key.
    func hasForeign(_ key: String) -> Bool {
        foreign.append(key)
        return entries.contains { $0.key == key }
    }

    /// The position of the value of `key`; the table's header if it is absent.
    func valuePlace(_ key: String) -> Place { entry(key)?.node.place ?? place }

    /// The position of `key`; the table's header if it is absent.
    func keyPlace(_ key: String) -> Place { entries.first { $0.key == key }?.keyPlace ?? place }

    /// The number of elements of the array `key`; 0 if it is absent, nil if it is not an array.
    func count(of key: String) -> Int? {
        guard let entry = entry(key) else { return 0 }
        guard case .array(let elements) = entry.node.value else { return nil }
        return elements.count
    }

    /// The names of the tables directly under `key`, even if their contents are wrong.
    func names(under key: String) -> [String] {
        guard case .table(let table)? = entry(key)?.node.value else { return [] }
        return table.entries.map(\.key)
    }

    func noteMissing(_ key: String, _ expected: Message) {
        problems.note(
            at: place, zh: "缺少键 \"\(key)\"；请写\(expected.spacedChinese)",
            en: "key \"\(key)\" is missing; write \(expected.en)")
    }

    private func entry(_ key: String) -> TOMLTable.Entry? {
        if !asked.contains(key) { asked.append(key) }
        return entries.first { $0.key == key }
    }

    private func parse<Value>(_ node: TOMLNode, of key: String, _ notation: Notation<Value>) -> Value? {
        switch notation.parse(node.value) {
        case .value(let value): return value
        case .refused: noteWrong(node, of: key, notation.expected)
        case .refusedBecause(let message): problems.note(at: node.place, message)
        }
        return nil
    }

    private func noteWrong(_ node: TOMLNode, of key: String, _ expected: Message) {
        let found = node.value.described
        problems.note(
            at: node.place, zh: "\"\(key)\" 不能是\(found.spacedChinese)；应为\(expected.spacedChinese)",
            en: "\"\(key)\" cannot be \(found.en); write \(expected.en)")
    }

    private func noteUnknownKeys() {
        for entry in entries where !asked.contains(entry.key) && !foreign.contains(entry.key) {
            let key = TOMLValue.quoted(entry.key)
            let known = Suggestion.message(for: entry.key, among: asked)
            problems.note(at: entry.keyPlace, zh: "未知的键 \(key)；\(known.zh)", en: "unknown key \(key); \(known.en)")
        }
    }
}
