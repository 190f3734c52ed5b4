// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A failed call to SQLite: the operation, the code and SQLite's message.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
    /// The kind of operation that failed.
    package enum Operation: String, Sendable {
        case open, prepare, bind, step, execute, checkpoint
        case read, write, sync, size, truncate
        case register, reserve
    }

    package let operation: Operation
    /// The extended result code (sqlite.org/rescode.html), such as 1034 `SQLITE_IOERR_FSYNC`.
    package let extendedCode: CInt
    /// SQLite's message (`sqlite3_errmsg`).
    package let message: String
    /// `errno` of the file operation; 0 if there was none.
    package let systemCode: CInt

    package init(_ operation: Operation, extendedCode: CInt, message: String, systemCode: CInt = 0) {
        self.operation = operation
        self.extendedCode = extendedCode
        self.message = message
        self.systemCode = systemCode
    }

    init(_ operation: Operation, _ code: CInt, of database: OpaquePointer?) {
        self.init(
            operation, extendedCode: code,
            message: String(cString: database == nil ? sqlite3_errstr(code) : sqlite3_errmsg(database)),
            systemCode: database == nil ? 0 : sqlite3_system_errno(database))
    }

    /// The extended result code for a file that is not what was written (SQLITE_CORRUPT).
    package static let damage = SQLITE_CORRUPT

    /// The primary result code: the low byte of the extended one.
    package var code: CInt { extendedCode & 0xFF }

    /// Another connection holds the lock; a retry can help.
    package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }
    /// The disk is full, or the limit of pages is reached.
    package var isFull: Bool { code == SQLITE_FULL }
    /// The disk failed to read, write or sync.
    package var isInputOutput: Bool {
        (code == SQLITE_IOERR && !isDamage) || code == SQLITE_CANTOPEN || code == SQLITE_READONLY
    }
    /// The file is no sound database, or a page has a wrong checksum (`CheckedPages`).
    package var isDamage: Bool {
        code == SQLITE_CORRUPT || code == SQLITE_NOTADB || extendedCode == CSQLITE_IOERR_DATA
    }
    /// A UNIQUE, CHECK, NOT NULL or key constraint was violated.
    package var isConstraint: Bool { code == SQLITE_CONSTRAINT }

    package var description: String { "sqlite: \(operation.rawValue): \(message) (code \(extendedCode))" }
}
