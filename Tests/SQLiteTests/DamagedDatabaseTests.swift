// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import TestSupport
import Testing

@testable import SQLite

/// A database with a history, all of whose rows at all times are known.
private struct History {
    /// Of each table at the end, as text.
    var rows: [String: Set<String>] = [:]
    /// All rows that a commit ever left.
    var everWritten: Set<String> = []
    var file: [UInt8] = []
    var log: [UInt8] = []

    static let tables = ["event", "pair"]

    /// - Parameter isCheckpointed: whether the log's frames are in the file as well.
    init(in folder: TemporaryFolder, seed: UInt64, isCheckpointed: Bool) throws {
        try CheckedPages.register(name: "checked-for-tests")
        let path = folder.file("history.sqlite")
        unlink(path)
        unlink(path + "-wal")
        let connection = try Connection(path: path, vfs: "checked-for-tests")
        try connection.reserveBytes(CheckedPages.reservedBytes)
        try connection.execute("PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
        try connection.execute(
            """
            CREATE TABLE event (number INTEGER PRIMARY KEY, kind INTEGER, body TEXT, bytes BLOB) STRICT;
            CREATE TABLE pair (a INTEGER, b TEXT, c REAL, PRIMARY KEY (a, b)) WITHOUT ROWID;
            CREATE TABLE dropped (body TEXT);
            CREATE INDEX by_kind ON event (kind, body)
            """)
        var random = SeededRandom(seed: seed)
        for turn in 0..<60 {
            try connection.transaction { () throws(SQLiteError) in
                for _ in 0...Int.random(in: 0...3, using: &random) {
                    try change(connection, &random)
                }
            }
            try remember(connection)
            if turn == 20 { try connection.execute("DROP TABLE dropped") }
            if turn == 40 { try connection.checkpoint(.truncate) }
        }
        if isCheckpointed { try connection.checkpoint(.passive) }
        for table in Self.tables { rows[table] = Set(try Self.rows(of: table, connection)) }
        file = try PlainFile.bytes(of: path)
        log = try PlainFile.bytes(of: path + "-wal")
    }

    private func change(_ connection: Connection, _ random: inout SeededRandom) throws(SQLiteError) {
        let number = Int.random(in: 0...40, using: &random)
        let letter = ["a", "b", "c", "警", "亭"].randomElement(using: &random) ?? "x"
        let length = [3, 30, 300, 1500].randomElement(using: &random) ?? 1
        let body = Value.text(String(repeating: letter, count: length) + "\(number)")
        switch Int.random(in: 0...6, using: &random) {
        case 0: try connection.prepare("DELETE FROM event WHERE number = ?").run(Value(number))
        case 1: try connection.prepare("UPDATE event SET body = ? WHERE number = ?").run(body, Value(number))
        case 2:
            let bytes = Value([UInt8](repeating: UInt8(number), count: length))
            try connection.prepare("UPDATE event SET bytes = ?, kind = -kind WHERE number = ?")
                .run(bytes, Value(number))
        case 3:
            try connection.prepare("INSERT OR REPLACE INTO pair VALUES (?, ?, ?)")
                .run(Value(number), .text("b\(number % 7)"), .real(Double(number) / 8))
        case 4: try connection.prepare("DELETE FROM pair WHERE a = ?").run(Value(number))
        default:
            try connection.prepare("INSERT OR REPLACE INTO event VALUES (?, ?, ?, NULL)")
                .run(Value(number), Value(Int64(1) << Int64.random(in: 0...62, using: &random)), body)
        }
    }

    private mutating func remember(_ connection: Connection) throws {
        for table in Self.tables { everWritten.formUnion(try Self.rows(of: table, connection)) }
        everWritten.formUnion(try Self.rows(of: "sqlite_schema", connection))
        // Pages of an index may stand alone as well.
        let entries = try connection.prepare("SELECT kind, body, number FROM event").rows { row in
            text(of: nil, [value(row, 0), value(row, 1), value(row, 2)])
        }
        everWritten.formUnion(entries)
    }

    private static func rows(of table: String, _ connection: Connection) throws(SQLiteError) -> [String] {
        switch table {
        case "pair":
            // A real number that is whole is kept as an integer.
            try connection.prepare("SELECT a, b, c FROM pair").rows { row in
                text(of: nil, [value(row, 0), value(row, 1), stored(row.real(at: 2))])
            }
        case "event":
            try connection.prepare("SELECT number, kind, body, bytes FROM event").rows { row in
                text(of: row.integer(at: 0), [.null, value(row, 1), value(row, 2), value(row, 3)])
            }
        default:
            try connection.prepare("SELECT rowid, type, name, tbl_name, rootpage, sql FROM sqlite_schema").rows { row in
                text(of: row.integer(at: 0), (1...5).map { value(row, $0) })
            }
        }
    }
}

/// A column as it is stored, for tables of this test: an integer, a text, or a blob.
private func value(_ row: Statement, _ column: Int) -> Value {
    if row.isNull(at: column) { return .null }
    let text = row.text(at: column)
    if let number = Int64(text) { return .integer(number) }
    return text.utf8.allSatisfy { $0 < 48 } ? .blob(Array(text.utf8)) : .text(text)
}

private func stored(_ number: Double) -> Value {
    number.rounded() == number ? .integer(Int64(number)) : .real(number)
}

/// A row for comparing; long values are shortened to their ends, their length and a hash.
private func text(of rowid: Int64?, _ values: [Value]) -> String {
    let texts = values.map { value -> String in
        switch value {
        case .null: return "-"
        case .integer(let number): return "\(number)"
        case .real(let number): return "\(number)"
        case .text(let text): return "'\(short(Array(text.utf8)))'"
        case .blob(let bytes): return "x'\(short(bytes))'"
        }
    }
    return (rowid.map { "\($0): " } ?? "") + texts.joined(separator: ", ")
}

private func short(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    if bytes.count < 20 { return text }
    let hash = bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    return "\(text.prefix(5))…\(text.suffix(5)) \(bytes.count) \(hash)"
}

@Suite struct DamagedDatabaseTests {
    let folder = TemporaryFolder()

    private static func text(_ record: DamagedDatabase.Record) -> String {
        SQLiteTests.text(of: record.rowid, record.values)
    }

    private struct Findings {
        var reachable: [String: Set<String>] = [:]
        var strays: Set<String> = []
        var states: [DamagedDatabase.TreeState] = []
        /// Records that are said to be certain.
        var certain: Set<String> = []
        var pages: [String: UInt32] = [:]
        var damagedPages = 0
        var damagedFrames = 0

        var all: Set<String> { reachable.values.reduce(strays) { $0.union($1) } }
    }

    private func salvage(file: [UInt8], log: [UInt8], roots: [String: UInt32]? = nil) throws -> Findings {
        let path = folder.file("damaged.sqlite")
        try PlainFile.write(file, to: path)
        try PlainFile.write(log, to: path + "-wal")
        let damaged = try DamagedDatabase(database: path, log: path + "-wal")
        var findings = Findings()
        let known = damaged.schemaRoots
        for table in History.tables {
            guard let root = roots?[table] ?? known[table] else { continue }
            let state = damaged.records(ofTree: root) { record in
                if record.isReachable, record.isCommitted {
                    findings.reachable[table, default: []].insert(Self.text(record))
                }
                if record.isCertain { findings.certain.insert(Self.text(record)) }
                findings.pages[Self.text(record)] = record.page
            }
            findings.states.append(state)
        }
        damaged.strayRecords { record in
            if record.isCertain { findings.certain.insert(Self.text(record)) }
            findings.strays.insert(Self.text(record))
        }
        findings.damagedPages = damaged.damagedPages
        findings.damagedFrames = damaged.damagedFrames
        return findings
    }

    @Test("a sound database is read whole, with its log and without", arguments: [false, true])
    func sound(isCheckpointed: Bool) throws {
        for seed in 1...5 {
            let history = try History(in: folder, seed: UInt64(seed), isCheckpointed: isCheckpointed)
            var logs = [history.log]
            if isCheckpointed { logs.append([]) }
            for log in logs {
                let findings = try salvage(file: history.file, log: log)
                for table in History.tables {
                    let difference = (findings.reachable[table] ?? []).symmetricDifference(history.rows[table] ?? [])
                    #expect(difference.isEmpty, "\(difference.sorted())")
                }
                let rows = history.rows.values.reduce(Set()) { $0.union($1) }
                #expect(rows.subtracting(findings.certain).count <= rows.count / 20)
                let invented = findings.certain.subtracting(history.everWritten)
                #expect(invented.isEmpty, "\(invented.sorted())")
                #expect(findings.states.allSatisfy { $0.isWhole })
                #expect(findings.damagedPages == 0 && findings.damagedFrames == 0)
            }
        }
    }

    @Test("a damaged page of the file costs the rows on it and no other")
    func onePage() throws {
        let history = try History(in: folder, seed: 11, isCheckpointed: true)
        let sound = try salvage(file: history.file, log: [])
        let rows = history.rows.values.reduce(Set()) { $0.union($1) }
        let roots = try roots(of: history)
        for page in 1...history.file.count / 512 {
            var file = history.file
            file[(page - 1) * 512 + (page * 37) % 512] ^= 0x40
            // Page 1 has the schema; whoever knows the roots goes on without it.
            let findings = try salvage(file: file, log: [], roots: page == 1 ? roots : nil)
            #expect(findings.damagedPages == 1)
            let onPage = rows.filter { sound.pages[$0] == UInt32(page) }
            let lost = rows.subtracting(findings.all)
            // A page that only goes on with a row is in that row's chain and in no other.
            let isExpected = onPage.isEmpty ? lost.count <= 1 : lost == onPage
            #expect(isExpected, "page \(page): \(lost.count) lost of \(onPage.count)")
            let invented = findings.certain.subtracting(history.everWritten)
            #expect(invented.isEmpty, "page \(page): \(invented.sorted())")
        }
    }

    private func roots(of history: History) throws -> [String: UInt32] {
        let path = folder.file("sound.sqlite")
        try PlainFile.write(history.file, to: path)
        return try DamagedDatabase(database: path, log: path + "-wal").schemaRoots
    }

    // In two bytes of a frame's header, damage looks like damage in the page; that costs the frame, and nothing else.
    @Test("one damaged byte in a header of the log costs nothing, but for two")
    func logHeaders() throws {
        let history = try History(in: folder, seed: 12, isCheckpointed: false)
        let count = (history.log.count - 32) / 536
        var random = SeededRandom(seed: 3)
        var positions = Array(0..<32)
        for frame in 0..<(count - 1) { positions.append(32 + frame * 536 + Int.random(in: 0..<24, using: &random)) }
        positions += (32 + 536..<32 + 536 + 24)
        for position in positions {
            var log = history.log
            log[position] ^= UInt8.random(in: 1...255, using: &random)
            let findings = try salvage(file: history.file, log: log)
            let place = position < 32 ? 0 : (position - 32) % 536
            let isWhole = findings.reachable == history.rows && findings.damagedFrames == 0
            #expect(isWhole || place == 3 || place == 7, "byte \(position)")
            #expect(findings.certain.isSubset(of: history.everWritten))
        }
    }

    @Test("a damaged frame of the log costs what only it held")
    func oneFrame() throws {
        let history = try History(in: folder, seed: 13, isCheckpointed: false)
        let sound = try salvage(file: history.file, log: history.log)
        let rows = history.rows.values.reduce(Set()) { $0.union($1) }
        let count = (history.log.count - 32) / 536
        for frame in 0..<count {
            let start = 32 + frame * 536
            let page = history.log[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            var log = history.log
            log[start + 24 + (frame * 11) % 512] ^= UInt8(1 << (frame % 8))
            let findings = try salvage(file: history.file, log: log)
            #expect(findings.damagedFrames <= 1)
            let onPage = rows.filter { sound.pages[$0] == page }
            let lost = rows.subtracting(findings.all)
            let isExpected = onPage.isEmpty ? lost.count <= 1 : lost.isSubset(of: onPage)
            #expect(isExpected, "frame \(frame): \(lost.count) lost of \(onPage.count)")
            let invented = findings.certain.subtracting(history.everWritten)
            #expect(invented.isEmpty, "frame \(frame): \(invented.sorted())")
        }
    }

    @Test("however files are damaged, no row is invented", arguments: [false, true])
    func noInvention(isCheckpointed: Bool) throws {
        var random = SeededRandom(seed: isCheckpointed ? 21 : 22)
        for seed in 1...8 {
            let history = try History(in: folder, seed: UInt64(100 + seed), isCheckpointed: isCheckpointed)
            let roots = try roots(of: history)
            for _ in 0..<25 {
                var file = history.file
                var log = history.log
                for _ in 0...Int.random(in: 0...2, using: &random) {
                    if Bool.random(using: &random) { damage(&file, &random) } else { damage(&log, &random) }
                }
                let findings = try salvage(file: file, log: log, roots: roots)
                let invented = findings.certain.subtracting(history.everWritten)
                #expect(invented.isEmpty, "\(invented.sorted())")
            }
        }
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard !bytes.isEmpty else { return }
        let start = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...5, using: &random) {
        case 0: bytes[start] ^= UInt8.random(in: 1...255, using: &random)
        case 1: zero(&bytes, start - start % 512, 512)
        case 2: zero(&bytes, start - start % 4096, 4096)
        case 3: bytes.removeSubrange(start...)
        case 4:
            for at in start..<min(bytes.count, start + 300) { bytes[at] = UInt8.random(in: 0...255, using: &random) }
        default:
            // A sector of elsewhere.
            let from = Int.random(in: 0...max(0, bytes.count / 512 - 1), using: &random) * 512
            let to = start - start % 512
            for at in 0..<512 where from + at < bytes.count && to + at < bytes.count {
                bytes[to + at] = bytes[from + at]
            }
        }
    }

    private func zero(_ bytes: inout [UInt8], _ start: Int, _ count: Int) {
        for at in start..<min(bytes.count, start + count) { bytes[at] = 0 }
    }

    @Test("what a transaction without its end wrote is given, and marked")
    func unfinished() throws {
        let history = try History(in: folder, seed: 31, isCheckpointed: false)
        let count = (history.log.count - 32) / 536
        // The last frame, which ends the last transaction, is lost.
        let path = folder.file("damaged.sqlite")
        try PlainFile.write(history.file, to: path)
        try PlainFile.write(Array(history.log[..<(32 + (count - 1) * 536)]), to: path + "-wal")
        let damaged = try DamagedDatabase(database: path, log: path + "-wal")
        #expect(damaged.hasUnfinishedTransaction)
        for root in damaged.schemaRoots.values {
            damaged.records(ofTree: root) { #expect($0.isCommitted) }
        }
        var unfinished = 0
        damaged.strayRecords { record in unfinished += record.isCommitted ? 0 : 1 }
        #expect(unfinished > 0)
    }

    @Test("files that are absent, empty or full of anything give nothing and harm nothing")
    func anything() throws {
        let path = folder.file("damaged.sqlite")
        let absent = try DamagedDatabase(database: folder.file("no"), log: folder.file("no-wal"))
        #expect(absent.schemaRoots.isEmpty && absent.damagedPages == 0)
        #expect(absent.records(ofTree: 1) { _ in } == DamagedDatabase.TreeState(damagedSubtrees: 1))
        #expect(absent.strayRecords { _ in } == DamagedDatabase.TreeState())
        try PlainFile.write([], to: folder.file("file"))
        #expect(throws: SQLiteError.self) { try DamagedDatabase(database: folder.file("file") + "/b", log: "") }

        var random = SeededRandom(seed: 41)
        for length in [0, 1, 31, 32, 100, 511, 512, 5000, 40_000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let findings = try salvage(file: bytes, log: bytes.reversed(), roots: ["event": 1, "pair": 2])
            #expect(findings.all.isEmpty)
        }
        // Without checksums, pages of anything are believed, and must do no harm.
        for round in 0..<60 {
            var bytes = (0..<20_480).map { _ in UInt8.random(in: 0...255, using: &random) }
            for page in stride(from: 0, to: bytes.count, by: 512) {
                bytes[page] = [2, 5, 10, 13].randomElement(using: &random) ?? 13
                bytes[page + 3] = 0
                bytes[page + 4] = UInt8.random(in: 0...60, using: &random)
            }
            try PlainFile.write(bytes, to: path)
            let damaged = try DamagedDatabase(
                database: path, log: path + "-none", reserved: round % 2 == 0 ? 0 : 4)
            for root in UInt32(0)...41 { damaged.records(ofTree: root) { _ in } }
            damaged.records(ofTree: .max) { _ in }
            damaged.strayRecords { _ in }
        }
    }

    @Test("a page with a right checksum and wrong content harms nothing")
    func sealedNonsense() throws {
        let history = try History(in: folder, seed: 51, isCheckpointed: true)
        let roots = try roots(of: history)
        var random = SeededRandom(seed: 52)
        for _ in 0..<150 {
            var file = history.file
            for _ in 0..<20 {
                let page = Int.random(in: 0..<(file.count / 512), using: &random)
                let at = [0, 1, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15].randomElement(using: &random) ?? 0
                let place = Bool.random(using: &random) ? at : Int.random(in: 0..<504, using: &random)
                file[page * 512 + place] = UInt8.random(in: 0...255, using: &random)
                file.withUnsafeMutableBytes { bytes in
                    let range = page * 512..<(page + 1) * 512
                    CheckedPages.seal(.init(rebasing: bytes[range]), number: UInt32(page + 1))
                }
            }
            let findings = try salvage(file: file, log: [], roots: roots)
            #expect(findings.damagedPages == 0)
        }
    }
}
