// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Reads one table key by key and notes what is wrong.
///
/// It knows the keys that were asked for, so that unknown ones fall out by themselves when reading ends. A wrong value
/// is noted and then treated as absent: the file is refused in the end, and reading can go on.
final class TableReader {
    /// The table's header, or the brace of an inline table.
    let place: Place
    let problems: ProblemLog
    private let entries: [TOMLTable.Entry]
    private var asked: [String] = []
    /// Those that have no place in the table, and that somebody else has told of.
    private var foreign: [String] = []

    private init(_ table: TOMLTable, at place: Place, problems: ProblemLog) {
        entries = table.entries
        self.place = place
        self.problems = problems
    }

    /// Reads a whole table: `body` asks for every key that the table may have, and what is left is unknown.
    static func read<Value>(
        _ table: TOMLTable, at place: Place, problems: ProblemLog, _ body: (TableReader) -> Value
    ) -> Value {
        let reader = TableReader(table, at: place, problems: problems)
        let value = body(reader)
        reader.noteUnknownKeys()
        return value
    }

    // MARK: Values

    /// The value of `key`; nil where it is absent or wrong.
    func optional<Value>(_ key: String, _ notation: Notation<Value>) -> Value? {
        guard let entry = entry(key) else { return nil }
        return parse(entry.node, of: key, notation)
    }

    /// The value of `key`; noted as missing where it is absent.
    func required<Value>(_ key: String, _ notation: Notation<Value>) -> Value? {
        guard isPresent(key) else {
            noteMissing(key, notation.expected)
            return nil
        }
        return optional(key, notation)
    }

    /// The value of `key`, or `fallback` where it is absent.
    func value<Value>(_ key: String, _ notation: Notation<Value>, default fallback: Value) -> Value {
        optional(key, notation) ?? fallback
    }

    /// The elements of an array with their places, without the wrong ones; empty where `key` is absent.
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

    /// What `body` makes of the table `key`; nil where it is absent or no table.
    func table<Value>(_ key: String, _ body: (TableReader) -> Value?) -> Value? {
        guard let entry = entry(key) else { return nil }
        guard case .table(let table) = entry.node.value else {
            noteWrong(entry.node, of: key, Message(zh: "表：[\(key)] 或 { … }", en: "a table: [\(key)] or { … }"))
            return nil
        }
        return TableReader.read(table, at: entry.node.place, problems: problems, body)
    }

    /// What `body` makes of each `[key.NAME]`, in the order of the file.
    func namedTables<Value>(_ key: String, _ body: (TOMLTable.Entry, TableReader) -> Value?) -> [Value] {
        guard let entry = entry(key) else { return [] }
        guard case .table(let tables) = entry.node.value else {
            noteWrong(entry.node, of: key, Message(zh: "表：[\(key).名称]", en: "tables: [\(key).NAME]"))
            return []
        }
        return tables.entries.compactMap { named in
            guard case .table(let table) = named.node.value else {
                // Most likely `[gpio]` with the keys right in it.
                noteWrong(named.node, of: named.key, Message(zh: "表：[\(key).名称]", en: "a table: [\(key).NAME]"))
                return nil
            }
            return TableReader.read(table, at: named.node.place, problems: problems) { body(named, $0) }
        }
    }

    /// What `body` makes of each `[[key]]`, in the order of the file.
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

    /// Whether there is a `key` that has no place here, for a caller who then says what has: it is not unknown, and not
    /// among those that there are.
    func hasForeign(_ key: String) -> Bool {
        foreign.append(key)
        return entries.contains { $0.key == key }
    }

    /// Where the value of `key` begins; the table's header where it is absent.
    func valuePlace(_ key: String) -> Place { entry(key)?.node.place ?? place }

    /// Where `key` stands; the table's header where it is absent.
    func keyPlace(_ key: String) -> Place { entries.first { $0.key == key }?.keyPlace ?? place }

    /// Elements of the array `key`; 0 where it is absent, nil where it is no array.
    func count(of key: String) -> Int? {
        guard let entry = entry(key) else { return 0 }
        guard case .array(let elements) = entry.node.value else { return nil }
        return elements.count
    }

    /// The names of the tables right under `key`, whatever is wrong inside them.
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
