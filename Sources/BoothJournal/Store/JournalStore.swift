// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import FoundationEssentials
import SQLite

/// Reads and writes the journal's file. Only one thread uses it at a time: first the one that opens it, then the
/// journal's thread.
final class JournalStore {
    let connection: Connection
    let chain = EventChain()
    /// Number of rows that this version could not decode.
    private(set) var unreadableRows = 0
    /// The newest event that this connection wrote or read.
    var head = ChainLink.start
    private var statements: [String: Statement] = [:]
    /// Whether the next commit waits for the disk. A commit without sync is only right for data that is learnt again
    /// after a power cut, such as a receipt or a reading.
    private var isSynced = true
    /// An upper limit for the pages in the write-ahead log that are not in the database yet.
    private var pagesLogged = 0
    private var mostPages: Int64

    /// Opens the file. A file that has tables is not changed.
    ///
    /// - Parameters:
    ///   - path: of an existing file; it may be empty.
    ///   - vfs: the name of the file system layer; nil: SQLite's default one.
    ///   - generation: for a new file, whose tables are then made; nil: the file must have tables, otherwise it is
    ///     damaged.
    init(path: String, vfs: String?, limit: Int64, generation: Int64?) throws(JournalError) {
        mostPages = JournalSchema.mostPages(of: limit)
        do throws(SQLiteError) {
            connection = try Connection(path: path, busyTimeout: .seconds(2), vfs: vfs)
            // SQLite must not delete the log when a doubtful file is closed: the log may hold readable data.
            try connection.keepLogOnClose()
        } catch { throw .database(error) }
        let isNew = try JournalSchema.prepare(connection, limit: limit)
        do throws(SQLiteError) {
            if isNew {
                guard let generation else { throw JournalSchema.withoutTables }
                try JournalSchema.create(in: connection, generation: generation)
            }
            head = try newestLink()
        } catch { throw .database(error) }
    }

    /// A prepared statement; it is compiled once and then reused.
    func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let known = statements[sql] { return known }
        let made = try connection.prepare(sql)
        statements[sql] = made
        return made
    }

    /// Runs `body` in one transaction.
    ///
    /// - Parameter synced: whether the commit waits for the disk. Without it a power cut may undo the transaction, but
    ///   never a part of it. The next synced commit brings it to disk too.
    func transaction<Result>(
        synced: Bool, _ body: () throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        if synced != isSynced {
            try connection.execute("PRAGMA synchronous = \(synced ? "FULL" : "NORMAL")")
            isSynced = synced
        }
        let before = head
        defer { pagesLogged += connection.takePagesWritten() }
        do throws(SQLiteError) {
            return try connection.transaction(.immediate, body)
        } catch {
            head = before
            throw error
        }
    }

    // MARK: Room

    func setLimit(_ limit: Int64) throws(SQLiteError) {
        try JournalSchema.setLimit(limit, of: connection)
        mostPages = JournalSchema.mostPages(of: limit)
    }

    /// Runs `body` while the file may grow past its limit. If it throws, the store must be given up.
    func withoutLimit(_ body: () throws(SQLiteError) -> Void) throws(SQLiteError) {
        try JournalSchema.setMostPages(Int64(UInt32.max) - 1, of: connection)
        try body()
        try JournalSchema.setMostPages(mostPages, of: connection)
    }

    /// The used and the allowed pages of the file.
    struct Room {
        let used: Int64
        let most: Int64

        var free: Int64 { max(0, most - used) }
    }

    func room() throws(SQLiteError) -> Room {
        func number(_ pragma: String) throws(SQLiteError) -> Int64 {
            try statement(pragma).first { row throws(SQLiteError) in row.integer(at: 0) } ?? 0
        }
        let used = try number("PRAGMA page_count") - number("PRAGMA freelist_count")
        return Room(used: used, most: mostPages)
    }

    // MARK: The write-ahead log

    /// Moves the write-ahead log into the database file, as far as readers allow.
    func checkpoint() throws(SQLiteError) {
        try connection.checkpoint(.passive)
        pagesLogged = 0
    }

    /// Moves the whole log and truncates it.
    func checkpointAll() throws(SQLiteError) {
        try connection.checkpoint(.truncate)
        pagesLogged = 0
    }

    /// The most bytes that a checkpoint would have to move.
    var bytesLogged: Int64 { Int64(pagesLogged) * JournalSchema.pageSize }

    /// Frees SQLite's page cache, after a reading that used many pages only once.
    func releaseMemory() throws(SQLiteError) {
        try connection.execute("PRAGMA shrink_memory")
    }

    // MARK: Generation

    func generation() throws(SQLiteError) -> Int64 { try number("generation", in: 0...Generation.most) ?? 0 }

    func setGeneration(_ generation: Int64) throws(SQLiteError) {
        try statement("UPDATE meta SET value = ? WHERE name = 'generation'").run(Value(generation))
    }

    /// A number of the table `meta`; nil: there is none.
    ///
    /// - Throws: damage if it is outside `range`.
    func number(_ name: String, in range: ClosedRange<Int64>) throws(SQLiteError) -> Int64? {
        let number = try statement("SELECT value FROM meta WHERE name = ?").first(Value(name)) {
            row throws(SQLiteError) in row.integer(at: 0)
        }
        guard let number, !range.contains(number) else { return number }
        throw Self.changed(name)
    }

    // MARK: Values as text

    static func encode(_ value: some Encodable) -> String {
        do {
            return CheckedText.seal(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
        } catch {
            preconditionFailure("what is kept holds nothing but text and integers: \(error)")
        }
    }

    /// nil for a row that cannot be decoded. Such a row stays in the file and is counted; the caller goes on.
    func decode<T: Decodable>(_ text: String) -> T? {
        do {
            return try JSONDecoder().decode(T.self, from: Data(text.utf8))
        } catch {
            unreadableRows += 1
            return nil
        }
    }
}
