// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import SQLite
import TestSupport
import Testing

@Suite struct CheckedPagesTests {
    static let layer = "checked-for-tests"
    let folder = TemporaryFolder()

    init() throws {
        try CheckedPages.register(name: Self.layer)
    }

    private var path: String { folder.file("test.sqlite") }

    private func database(pageSize: Int = 512, log: Bool = true) throws -> Connection {
        let connection = try Connection(path: path, vfs: Self.layer)
        try connection.reserveBytes(CheckedPages.reservedBytes)
        try connection.execute("PRAGMA page_size = \(pageSize); PRAGMA auto_vacuum = NONE")
        try connection.execute("PRAGMA journal_mode = \(log ? "WAL" : "DELETE"); PRAGMA wal_autocheckpoint = 0")
        return connection
    }

    /// Tables with inner pages, with overflow pages, without row numbers, and some pages that are free.
    private func fill(_ connection: Connection) throws {
        try connection.execute(
            """
            CREATE TABLE event (number INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
            CREATE TABLE pair (a INTEGER, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
            CREATE TABLE gone (bytes BLOB)
            """)
        let event = try connection.prepare("INSERT INTO event VALUES (?, ?)")
        let pair = try connection.prepare("INSERT INTO pair VALUES (?, ?)")
        for number in 0..<12 {
            try event.run(Value(number), .text(String(repeating: "警亭\(number) ", count: number == 5 ? 90 : 7)))
            try pair.run(Value(number % 3), .text("pair \(number) \(String(repeating: "x", count: 80))"))
        }
        try connection.execute("INSERT INTO gone VALUES (zeroblob(1500)); DROP TABLE gone")
    }

    /// The bytes of a small database that is closed and has no log.
    private func template() throws -> (bytes: [UInt8], rows: [String]) {
        let connection = try database()
        try fill(connection)
        try connection.checkpoint(.truncate)
        let rows = try allRows(of: connection)
        try #require(rows.count == 24)
        return (try PlainFile.bytes(of: path), rows)
    }

    /// nil for damage.
    private func rowsOrDamage(at path: String) throws -> [String]? {
        do throws(SQLiteError) {
            return try allRows(of: Connection(path: path, vfs: Self.layer))
        } catch {
            #expect(error.isDamage && !error.isInputOutput, "\(error)")
            return nil
        }
    }

    /// The first damaged page as a look at all pages finds it; 1 where the database cannot even be opened.
    private func damagedPage(at path: String) throws -> UInt32? {
        do throws(SQLiteError) {
            let connection = try Connection(path: path, vfs: Self.layer)
            _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
            return try connection.firstDamagedPage(from: 1, count: 1000).damagedPage
        } catch {
            #expect(error.isDamage, "\(error)")
            return 1
        }
    }

    @Test("no flipped byte of a database is read as a value, and a look at all pages finds each")
    func flippedBytes() throws {
        let (bytes, rows) = try template()
        let copy = folder.file("copy.sqlite")
        var random = SeededRandom(seed: 1)
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= UInt8.random(in: 1...255, using: &random)
            try PlainFile.write(damaged, to: copy)
            let read = try rowsOrDamage(at: copy)
            #expect(read == nil || read == rows, "byte \(position)")
            if position % 32 == 7 { #expect(try damagedPage(at: copy) == UInt32(position / 512 + 1)) }
        }
    }

    @Test("no flipped bit of page 1's header is overlooked while the log holds a newer page 1")
    func flippedBytesBelowLog() throws {
        let connection = try database()
        try fill(connection)
        try connection.checkpoint(.truncate)
        try connection.execute("CREATE TABLE newer (a); INSERT INTO newer VALUES (1)")
        let rows = try allRows(of: connection)
        let bytes = try PlainFile.bytes(of: path)
        let log = try PlainFile.bytes(of: path + "-wal")
        let copy = folder.file("copy.sqlite")
        for position in bytes.indices where position < 100 || position % 5 == 0 {
            var damaged = bytes
            damaged[position] ^= UInt8(1 << (position % 8))
            try PlainFile.write(damaged, to: copy)
            try PlainFile.write(log, to: copy + "-wal")
            let read = try rowsOrDamage(at: copy)
            #expect(read == nil || read == rows, "byte \(position)")
        }
        // A sector of a card has many pages: here the first four are gone.
        try PlainFile.write([UInt8](repeating: 0, count: 2048) + bytes[2048...], to: copy)
        try PlainFile.write(log, to: copy + "-wal")
        #expect(try rowsOrDamage(at: copy) == nil)
    }

    @Test("a zeroed page, one at another's place and an old page of another file are damage")
    func wrongPages() throws {
        let (bytes, rows) = try template()
        let copy = folder.file("copy.sqlite")
        let count = bytes.count / 512
        for page in 0..<count {
            let range = page * 512..<(page + 1) * 512
            var zeroed = bytes
            zeroed.replaceSubrange(range, with: [UInt8](repeating: 0, count: 512))
            var swapped = bytes
            let other = (page + 1) % count
            swapped.replaceSubrange(range, with: bytes[other * 512..<(other + 1) * 512])
            swapped.replaceSubrange(other * 512..<(other + 1) * 512, with: bytes[range])
            for damaged in [zeroed, swapped] {
                try PlainFile.write(damaged, to: copy)
                let read = try rowsOrDamage(at: copy)
                #expect(read == nil || read == rows, "page \(page + 1)")
                let first = damaged == zeroed ? page : min(page, other)
                #expect(try damagedPage(at: copy) == UInt32(first + 1))
            }
        }
    }

    @Test("a file that was cut gives no other rows, with a log as well")
    func cutFile() throws {
        let (bytes, rows) = try template()
        let copy = folder.file("copy.sqlite")
        // SQLite takes a file of 0 or 1 bytes for a new database (os_unix.c, unixFileSize).
        for length in stride(from: 2, to: bytes.count, by: 97) {
            try PlainFile.write(Array(bytes[..<length]), to: copy)
            let read = try rowsOrDamage(at: copy)
            // The last page holds no row.
            #expect(length > bytes.count - 512 ? read == nil || read == rows : read == nil, "\(length) bytes")
            #expect(try damagedPage(at: copy) != nil)
        }

        let connection = try database()
        try connection.execute("UPDATE event SET body = 'new' WHERE number = 3; CREATE TABLE newer (a)")
        let newRows = try allRows(of: connection)
        try #require(newRows != rows)
        let log = try PlainFile.bytes(of: path + "-wal")
        for length in stride(from: 2, to: bytes.count, by: 97) {
            try PlainFile.write(Array(bytes[..<length]), to: copy)
            try PlainFile.write(log, to: copy + "-wal")
            let read = try rowsOrDamage(at: copy)
            #expect(read == nil || read == newRows, "\(length) bytes")
        }
        // While it is open.
        try #require(truncate(path, 1024) == 0)
        try connection.execute("PRAGMA shrink_memory")
        #expect(throws: SQLiteError.self) { try allRows(of: connection) }
    }

    @Test(
        "a long life of writes, deletions, rollbacks and checkpoints leaves every page right", arguments: [true, false])
    func longLife(log: Bool) throws {
        for pageSize in [512, 4096] {
            unlink(path)
            var connection = try database(pageSize: pageSize, log: log)
            try connection.execute("PRAGMA cache_size = 10; CREATE TABLE thing (id INTEGER PRIMARY KEY, bytes BLOB)")
            try connection.execute("CREATE INDEX by_size ON thing (length(bytes), id)")
            var random = SeededRandom(seed: 7)
            for turn in 1...120 {
                let size = Int.random(in: 0...3000, using: &random)
                let low = Int.random(in: 0...60, using: &random)
                try? connection.transaction { () throws(SQLiteError) in
                    try connection.execute(
                        """
                        INSERT OR REPLACE INTO thing VALUES (\(low), randomblob(\(size)));
                        SAVEPOINT part;
                        UPDATE thing SET bytes = randomblob(\(size / 2)) WHERE id BETWEEN \(low) AND \(low + 9);
                        """)
                    try connection.execute(turn % 3 == 0 ? "ROLLBACK TO part" : "RELEASE part")
                    if turn % 4 == 0 { try connection.execute("DELETE FROM thing WHERE id > \(low)") }
                    if turn % 5 == 0 { try connection.execute("INSERT INTO absent VALUES (1)") }
                }
                if log, turn % 7 == 0 { try connection.checkpoint(turn % 2 == 0 ? .passive : .truncate) }
                if turn % 30 == 0 { try connection.execute("VACUUM") }
                if turn % 10 == 0 {
                    let found = try connection.firstDamagedPage(from: 1, count: .max)
                    #expect(found.damagedPage == nil && found.isAtEnd)
                }
                if turn % 25 == 0 {
                    connection = try Connection(path: path, access: .readWrite, vfs: Self.layer)
                    try connection.execute("PRAGMA cache_size = 10; PRAGMA wal_autocheckpoint = 0")
                }
                #expect(try connection.text("PRAGMA integrity_check") == "ok")
            }
            if log { try connection.checkpoint(.truncate) }
            let end = try connection.firstDamagedPage(from: 1, count: .max)
            #expect(end.damagedPage == nil)
            #expect(try connection.integer("PRAGMA page_count") == Int64(end.filePages))
            let rows = try allRows(of: connection)
            // The layer is not needed for reading.
            #expect(try allRows(of: Connection(path: path, access: .readOnly)) == rows)
        }
    }

    @Test("a look at some pages says where to go on and where the file ends")
    func scrub() throws {
        let (bytes, _) = try template()
        let count = UInt32(bytes.count / 512)
        let connection = try database()
        try connection.execute("SELECT count(*) FROM event")
        var result = try connection.firstDamagedPage(from: 1, count: 3)
        let shorter = try connection.firstDamagedPage(from: 2, count: 2)
        #expect(result == shorter)
        #expect(result.damagedPage == nil && result.nextPage == 4 && result.filePages == count && !result.isAtEnd)
        result = try connection.firstDamagedPage(from: count, count: 5)
        #expect(result.damagedPage == nil && result.nextPage == count + 1 && result.isAtEnd)
        result = try connection.firstDamagedPage(from: .max, count: .max)
        #expect(result.damagedPage == nil && result.isAtEnd)

        // One byte of a page that SQLite holds in memory, and a part of a page at the end.
        let file = try VFSFile(path: path, create: false)
        try file.write([bytes[2000] ^ 1], at: 2000)
        try file.write([1, 2, 3], at: bytes.count)
        result = try connection.firstDamagedPage(from: 1, count: .max)
        #expect(result.damagedPage == 4 && result.nextPage == 5)
        result = try connection.firstDamagedPage(from: 5, count: .max)
        #expect(result.damagedPage == count + 1 && result.isAtEnd)
    }

    @Test("a database without room for checksums works through the layer, unverified")
    func withoutRoom() throws {
        let plain = try Connection(path: path)
        try plain.execute("PRAGMA journal_mode = WAL; CREATE TABLE thing (a); INSERT INTO thing VALUES (1), (2)")
        let connection = try Connection(path: path, vfs: Self.layer)
        try connection.execute("INSERT INTO thing VALUES (zeroblob(9000))")
        try connection.checkpoint(.truncate)
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        #expect(try connection.integer("SELECT count(*) FROM thing") == 3)
        #expect(try connection.reservedBytes() == 0)
        #expect(throws: SQLiteError.self) { try connection.firstDamagedPage(from: 1, count: 1) }
    }

    @Test("memory is never mapped over the layer")
    func noMapping() throws {
        let connection = try database()
        #expect(try connection.integer("PRAGMA mmap_size = 1000000") == 0)
    }

    @Test("a name can be registered again over the same layer, and over no other")
    func registering() throws {
        try CheckedPages.register(name: Self.layer)
        try CheckedPages.register(name: Self.layer + "-above", below: Self.layer)
        #expect(throws: SQLiteError.self) { try CheckedPages.register(name: Self.layer, below: Self.layer + "-above") }
        #expect(throws: SQLiteError.self) { try CheckedPages.register(name: "unix") }
        #expect(throws: SQLiteError.self) { try CheckedPages.register(name: "new", below: "absent") }
        #expect(throws: SQLiteError.self) { _ = try Connection(path: path, vfs: "absent") }
    }
}
