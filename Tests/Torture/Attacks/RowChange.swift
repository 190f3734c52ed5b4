// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// Somebody with SQL changes a value or deletes a row. Whatever the content then is, the agent must not trap.
struct RowChange: CustomStringConvertible {
    let table: String
    let statement: String
    /// Whether the log is then moved into the file, as the `sqlite3` program does; this leaves pages with wrong
    /// checksums. Otherwise the pages look like the journal's own.
    let movesLog: Bool

    var description: String { statement + (movesLog ? ", log moved" : "") }

    /// The hash chain covers the log of events, except the columns that repeat the JSON. For other tables it is enough
    /// that the agent survives.
    var allowance: Oracle.Allowance {
        if movesLog { return .toldLoss }
        return table == "event" ? .toldLossAndColumns : .anything
    }

    private static let values = [
        "-1", "0", "-9223372036854775808", "9223372036854775807", "4611686018427387904", "NULL", "''", "'x'",
        "x'ff00fe'", "'{}'", "'[]'", "3.5e300", "zeroblob(3000)", "'{\"id\":1}'",
    ]

    /// A random change of any table of the journal.
    static func random(in corpus: Corpus, _ random: inout SeededRandom) throws -> RowChange {
        let folder = try Folder()
        try folder.hold(corpus.image)
        var problems: [String] = []
        guard let database = RawDatabase("\(folder.path)/journal.sqlite", problems: &problems) else {
            throw TestedJournal.Failure("the corpus cannot be read: \(problems)")
        }
        let tables = database.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name", &problems)
        let table = tables.randomElement(using: &random)?.first ?? "event"
        let columns = database.rows("SELECT name FROM pragma_table_info('\(table)')", &problems).map { $0[0] }
        let count = database.rows("SELECT count(*) FROM \(table)", &problems).first.flatMap { Int($0[0]) } ?? 0
        let column = columns.randomElement(using: &random) ?? "key"
        let row = Int.random(in: 0...max(count, 1), using: &random)
        let which = "\(column) IS (SELECT \(column) FROM \(table) LIMIT 1 OFFSET \(row))"
        let movesLog = Bool.random(using: &random)
        if Int.random(in: 0..<8, using: &random) == 0 {
            return RowChange(table: table, statement: "DELETE FROM \(table) WHERE \(which)", movesLog: movesLog)
        }
        let value = values.randomElement(using: &random) ?? "NULL"
        return RowChange(
            table: table, statement: "UPDATE OR IGNORE \(table) SET \(column) = \(value) WHERE \(which)",
            movesLog: movesLog)
    }

    /// Runs the statement; if a constraint refuses it, nothing changes.
    func run(in directory: String) {
        var problems: [String] = []
        _ = RawDatabase("\(directory)/journal.sqlite", keepsLog: !movesLog, problems: &problems)?
            .rows(statement, &problems)
    }
}
