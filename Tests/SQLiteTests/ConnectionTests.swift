// SPDX-License-Identifier: Apache-2.0
import Glibc
import SQLite
import TestSupport
import Testing

@Suite struct ConnectionTests {
    let folder = TemporaryFolder()

    private func database() throws -> Connection {
        let connection = try Connection(path: folder.file("test.sqlite"))
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        return connection
    }

    @Test("gives back every kind of value as it was bound, empty ones too")
    func values() throws {
        let connection = try database()
        try connection.execute("CREATE TABLE thing (value)")
        let values: [Value] = [
            .null, .integer(.min), .integer(.max), .real(-0.125), .text(""), .text("求助\u{0}按钮"), .blob([]),
            .blob([0, 255, 7]),
        ]
        let insert = try connection.prepare("INSERT INTO thing VALUES (?)")
        for value in values { try insert.run(value) }
        #expect(connection.changes == 1)
        #expect(connection.lastInsertedRow == Int64(values.count))

        let select = try connection.prepare("SELECT value, typeof(value) FROM thing ORDER BY rowid")
        let read = try select.rows { row in
            switch row.text(at: 1) {
            case "null": Value.null
            case "integer": Value(row.integer(at: 0))
            case "real": Value(row.real(at: 0))
            case "text": Value(row.text(at: 0))
            default: Value(row.blob(at: 0))
            }
        }
        #expect(read == values)
    }

    @Test("a prepared statement serves any number of times, after an error as well")
    func reuse() throws {
        let connection = try database()
        try connection.execute("CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT")
        let insert = try connection.prepare("INSERT INTO thing VALUES (?)")
        for number in 0..<1000 { try insert.run(.text("n\(number)")) }
        #expect(throws: SQLiteError.self) { try insert.run("n7") }
        try insert.run("another")
        #expect(try connection.integer("SELECT count(*) FROM thing") == 1001)
    }

    @Test("a statement that fails behind its first row has failed, though it gave that row")
    func behindFirstRow() throws {
        let connection = try database()
        try connection.execute(
            """
            PRAGMA foreign_keys = ON;
            CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
            """)
        #expect(throws: SQLiteError.self) {
            try connection.integer("INSERT INTO child VALUES (7) RETURNING id")
        }
        #expect(try connection.integer("SELECT count(*) FROM child") == 0)
    }

    @Test("an error carries the operation, the extended code and SQLite's words")
    func errors() throws {
        let connection = try database()
        try connection.execute("CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT; INSERT INTO thing VALUES ('a')")
        #expect(
            throws: SQLiteError(.execute, extendedCode: 1555, message: "UNIQUE constraint failed: thing.name")
        ) { try connection.execute("INSERT INTO thing VALUES ('a')") }
        #expect(throws: SQLiteError(.prepare, extendedCode: 1, message: "no such table: absent")) {
            _ = try connection.prepare("SELECT * FROM absent")
        }
        do {
            try connection.execute("INSERT INTO thing VALUES ('a')")
            Issue.record("the constraint let it pass")
        } catch {
            #expect(error.isConstraint && error.code == 19 && !error.isBusy)
        }
    }

    @Test("a folder that is missing and a file that is no database are told apart")
    func open() throws {
        do {
            _ = try Connection(path: folder.file("missing/test.sqlite"))
            Issue.record("opened")
        } catch {
            #expect(error.operation == .open && error.isInputOutput)
        }
        let file = try #require(fopen(folder.file("no"), "we"))
        fputs("this is not a database, whatever its name says", file)
        fclose(file)
        let wrong = try Connection(path: folder.file("no"))
        do {
            try wrong.execute("CREATE TABLE thing (a)")
            Issue.record("taken for a database")
        } catch {
            #expect(error.isDamage)
        }
    }

    @Test("a transaction that throws leaves nothing behind, one that returns is there for others")
    func transactions() throws {
        let connection = try database()
        try connection.execute("CREATE TABLE thing (name TEXT PRIMARY KEY) STRICT")
        #expect(throws: SQLiteError.self) {
            try connection.transaction { () throws(SQLiteError) in
                try connection.execute("INSERT INTO thing VALUES ('a')")
                try connection.execute("INSERT INTO thing VALUES ('a')")
            }
        }
        #expect(!connection.isInTransaction)
        let answer = try connection.transaction { () throws(SQLiteError) in
            try connection.execute("INSERT INTO thing VALUES ('b')")
            return connection.isInTransaction
        }
        #expect(answer)
        let other = try Connection(path: folder.file("test.sqlite"), access: .readOnly)
        #expect(try other.text("SELECT group_concat(name) FROM thing") == "b")
    }

    @Test("a second writer is told that the database is busy")
    func busy() throws {
        let connection = try database()
        try connection.execute("CREATE TABLE thing (name TEXT) STRICT; BEGIN IMMEDIATE")
        let other = try Connection(path: folder.file("test.sqlite"), access: .readWrite, busyTimeout: .zero)
        do {
            try other.transaction { () throws(SQLiteError) in }
            Issue.record("two writers at once")
        } catch {
            #expect(error.isBusy)
        }
        try connection.execute("COMMIT")
        try other.transaction { () throws(SQLiteError) in }
    }

    @Test("a full database says so, and goes on when there is room")
    func full() throws {
        let connection = try database()
        try connection.execute("CREATE TABLE thing (bytes BLOB) STRICT; PRAGMA max_page_count = 10")
        let insert = try connection.prepare("INSERT INTO thing VALUES (?)")
        do {
            try connection.transaction { () throws(SQLiteError) in
                for _ in 0..<100 { try insert.run(.blob([UInt8](repeating: 1, count: 4000))) }
            }
            Issue.record("no limit")
        } catch {
            #expect(error.isFull)
        }
        #expect(!connection.isInTransaction)
        try connection.execute("PRAGMA max_page_count = 1000")
        try insert.run(.blob([1]))
        #expect(try connection.integer("SELECT count(*) FROM thing") == 1)
    }

    @Test("a checkpoint empties the log")
    func checkpoint() throws {
        let connection = try database()
        try connection.execute("CREATE TABLE thing (a); INSERT INTO thing VALUES (1)")
        #expect(try connection.checkpoint(.passive).moved > 0)
        #expect(try connection.checkpoint(.truncate) == (0, 0))
        #expect(try connection.text("PRAGMA journal_mode") == "wal")
        #expect(try connection.integer("PRAGMA synchronous") == 2)
    }

    @Test("a statement keeps its connection open")
    func lifetime() throws {
        var connection: Connection? = try database()
        try connection?.execute("CREATE TABLE thing (a); INSERT INTO thing VALUES (7)")
        let statement = try #require(try connection?.prepare("SELECT a FROM thing"))
        connection = nil
        #expect(try statement.first { $0.integer(at: 0) } == 7)
    }
}
