// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import FoundationEssentials
import SQLite

/// The journal's file: what is written and read in it. Used on one thread at a time: the one that opens it, then the
/// journal's.
final class JournalStore {
    let connection: Connection
    let chain = EventChain()
    /// Rows met so far that this version cannot read.
    private(set) var unreadableRows = 0
    /// The newest event, as this connection wrote or read it last.
    var head = ChainLink.start
    private var statements: [String: Statement] = [:]
    /// A receipt or a reading is learnt again after a power cut; only then is a commit without sync right.
    private var isSynced = true
    /// Pages in the write-ahead log that have not been moved into the file, at most.
    private var pagesLogged = 0
    private var mostPages: Int64

    /// Opens the file. Of one that has tables nothing is changed.
    ///
    /// - Parameters:
    ///   - path: of the file, which is there, empty or not.
    ///   - vfs: the name of the file system layer; nil: SQLite's default one.
    ///   - generation: of a new file, whose tables are made; nil: it is no new one, and without tables it is damaged.
    init(path: String, vfs: String?, limit: Int64, generation: Int64?) throws(JournalError) {
        mostPages = JournalSchema.mostPages(of: limit)
        do throws(SQLiteError) {
            connection = try Connection(path: path, busyTimeout: .seconds(2), vfs: vfs)
            // A log that is closed in doubt must stay as it is: it may hold what can still be read out.
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

    /// A statement that is compiled once and used again and again.
    func statement(_ sql: String) throws(SQLiteError) -> Statement {
        if let known = statements[sql] { return known }
        let made = try connection.prepare(sql)
        statements[sql] = made
        return made
    }

    /// Does `body` in one transaction.
    ///
    /// - Parameter synced: whether the commit waits for the disk. Without it the transaction may be lost with the power,
    ///   never torn; the next synced commit brings it to disk as well.
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

    /// How much of the file's room is taken, by pages.
    struct Room {
        /// Pages in use.
        let used: Int64
        /// Pages that the limit allows.
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

    /// Moves the write-ahead log into the database file, as far as readers let it.
    func checkpoint() throws(SQLiteError) {
        try connection.checkpoint(.passive)
        pagesLogged = 0
    }

    /// Moves all of it, and leaves no log behind: for the last close.
    func checkpointAll() throws(SQLiteError) {
        try connection.checkpoint(.truncate)
        pagesLogged = 0
    }

    /// Bytes that a checkpoint would have to move, at most.
    var bytesLogged: Int64 { Int64(pagesLogged) * JournalSchema.pageSize }

    /// Gives up the pages that SQLite holds in memory: after a reading that met many of them once.
    func releaseMemory() throws(SQLiteError) {
        try connection.execute("PRAGMA shrink_memory")
    }

    // MARK: What is known of the file as a whole

    func generation() throws(SQLiteError) -> Int64 {
        try connection.integer("SELECT value FROM meta WHERE name = 'generation'") ?? 0
    }

    func setGeneration(_ generation: Int64) throws(SQLiteError) {
        try statement("UPDATE meta SET value = ? WHERE name = 'generation'").run(Value(generation))
    }

    // MARK: Values as text

    static func encode(_ value: some Encodable) -> String {
        do {
            return String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        } catch {
            preconditionFailure("what is kept holds nothing but text and integers: \(error)")
        }
    }

    /// nil for a row that cannot be read: it stays in the file, is counted, and the rest goes on.
    func decode<T: Decodable>(_ text: String) -> T? {
        do {
            return try JSONDecoder().decode(T.self, from: Data(text.utf8))
        } catch {
            unreadableRows += 1
            return nil
        }
    }
}
