// SPDX-License-Identifier: Apache-2.0
import CSQLite
import CSQLiteVFS

/// A layer between SQLite and the disk that puts a checksum on each page of a database file and verifies it at each
/// read.
///
/// SQLite alone reads a flipped bit as a value. This layer throws an error whose `isDamage` is true. The write-ahead
/// log is left alone, because it has its own checksums. A database that reserves no bytes for checksums is not
/// verified.
package enum CheckedPages {
    /// The bytes at the end of a page for the checksum; for `Connection.reserveBytes`.
    package static let reservedBytes = Int(CSQLITEVFS_RESERVED)

    /// Registers the layer as the VFS `name` for the life of the process. A second call with the same arguments is
    /// allowed.
    ///
    /// - Parameter below: the name of the VFS below it; nil for the default.
    /// - Throws: `SQLiteError`: `SQLITE_NOTFOUND` if there is no VFS `below`, `SQLITE_MISUSE` if the name is taken.
    package static func register(name: String, below: String? = nil) throws(SQLiteError) {
        let code = csqlitevfs_register_checked(name, below)
        guard code == SQLITE_OK else { throw SQLiteError(.register, code, of: nil) }
    }

    /// Whether the last bytes of a page are the right checksum of its number and its other bytes.
    ///
    /// - Parameter page: a whole page. False if its size is not a power of two from 512 to 65536.
    static func isRight(_ page: UnsafeRawBufferPointer, number: UInt32) -> Bool {
        guard (512...65536).contains(page.count), page.count.nonzeroBitCount == 1 else { return false }
        return csqlitevfs_verify(page.baseAddress, CInt(page.count), CInt(page.count), number) < 0
    }

    static func seal(_ page: UnsafeMutableRawBufferPointer, number: UInt32) {
        precondition((512...65536).contains(page.count) && page.count.nonzeroBitCount == 1)
        csqlitevfs_seal(page.baseAddress, CInt(page.count), number)
    }
}

/// The result of verifying some pages of a database file.
package struct ScrubResult: Sendable, Equatable {
    /// The first page with a wrong checksum, counted from 1; nil if all are right.
    package let damagedPage: UInt32?
    /// The page after the last one that was verified.
    package let nextPage: UInt32
    /// Number of pages in the file, including a partial last page. If it is lower than `PRAGMA page_count` after a
    /// checkpoint, the file was cut.
    package let filePages: UInt32

    /// Whether the last page of the file was verified.
    package var isAtEnd: Bool { nextPage > filePages }
}

extension Connection {
    /// Reserves bytes at the end of each page of a new database. Call it before the first table and before WAL.
    ///
    /// - Parameter count: 0...255; less than is reserved already changes nothing.
    package func reserveBytes(_ count: Int) throws(SQLiteError) {
        var number = CInt(count)
        let code = sqlite3_file_control(raw, "main", SQLITE_FCNTL_RESERVE_BYTES, &number)
        guard code == SQLITE_OK, (0...255).contains(count) else {
            throw SQLiteError(.reserve, code == SQLITE_OK ? SQLITE_MISUSE : code, of: nil)
        }
    }

    /// The bytes reserved at the end of each page.
    package func reservedBytes() throws(SQLiteError) -> Int {
        var number: CInt = -1
        let code = sqlite3_file_control(raw, "main", SQLITE_FCNTL_RESERVE_BYTES, &number)
        guard code == SQLITE_OK else { throw SQLiteError(.reserve, code, of: raw) }
        return Int(number)
    }

    /// Reads pages of the database file directly, without SQLite's cache and without the log, and verifies each
    /// checksum.
    ///
    /// So pages that are never read in service are verified too. Checkpoint the log first: a power cut during a
    /// checkpoint leaves torn pages in the file that are whole in the log. No other connection may checkpoint
    /// meanwhile.
    /// - Parameters:
    ///   - page: the first page, counted from 1.
    ///   - count: the most pages to read. One megabyte takes about a millisecond if the kernel has it in memory.
    /// - Returns: how far it read; it ends at the first damaged page.
    /// - Throws: `SQLiteError` if the disk fails, or `SQLITE_MISUSE` if the database has no checksums.
    package func firstDamagedPage(from page: UInt32, count: Int) throws(SQLiteError) -> ScrubResult {
        let pageSize = Int(try integer("PRAGMA page_size") ?? 0)
        let reserved = try reservedBytes()
        guard pageSize >= 512, reserved >= CheckedPages.reservedBytes, page >= 1 else {
            throw SQLiteError(.read, SQLITE_MISUSE, of: nil)
        }
        let file = try fileBelow()

        var size: Int64 = 0
        try check(file.pointee.pMethods.pointee.xFileSize(file, &size))
        let wholePages = UInt32(clamping: size / Int64(pageSize))
        let filePages = UInt32(clamping: (size + Int64(pageSize) - 1) / Int64(pageSize))
        // SQLite locks bytes at 1 GiB and never writes the page around them (sqlite.org/fileformat2.html, 1.5).
        let lockPage = UInt32(0x4000_0000 / pageSize) + 1

        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
        defer { buffer.deallocate() }
        let end = page + UInt32(clamping: min(max(count, 0), Int(UInt32.max - page)))
        var next = page
        while next < end, next <= wholePages {
            var pages = min(UInt32(buffer.count / pageSize), end - next, wholePages - next + 1)
            if next == lockPage {
                next += 1
                continue
            }
            if next < lockPage { pages = min(pages, lockPage - next) }
            let bytes = CInt(Int(pages) * pageSize)
            let code = file.pointee.pMethods.pointee.xRead(
                file, buffer.baseAddress, bytes, Int64(next - 1) * Int64(pageSize))
            // If the file became shorter meanwhile, the rest of the buffer is zeros, which is never a right page.
            if code != CSQLITE_IOERR_SHORT_READ { try check(code) }
            let wrong = csqlitevfs_verify(buffer.baseAddress, bytes, CInt(pageSize), next)
            if wrong >= 0 {
                let damaged = next + UInt32(wrong)
                return ScrubResult(damagedPage: damaged, nextPage: damaged + 1, filePages: filePages)
            }
            next += pages
        }
        if next < end, next == filePages, filePages > wholePages {
            return ScrubResult(damagedPage: next, nextPage: next + 1, filePages: filePages)
        }
        return ScrubResult(damagedPage: nil, nextPage: next, filePages: filePages)
    }

    /// The main file below this layer, or SQLite's own file if the layer is not used.
    private func fileBelow() throws(SQLiteError) -> UnsafeMutablePointer<sqlite3_file> {
        var file: UnsafeMutablePointer<sqlite3_file>?
        var code = sqlite3_file_control(raw, "main", CInt(CSQLITEVFS_FCNTL_BELOW), &file)
        if code == SQLITE_NOTFOUND { code = sqlite3_file_control(raw, "main", SQLITE_FCNTL_FILE_POINTER, &file) }
        guard code == SQLITE_OK, let file, file.pointee.pMethods != nil else {
            throw SQLiteError(.read, code == SQLITE_OK ? SQLITE_MISUSE : code, of: nil)
        }
        return file
    }

    private func check(_ code: CInt) throws(SQLiteError) {
        guard code != SQLITE_OK else { return }
        var vfs: UnsafeMutablePointer<sqlite3_vfs>?
        sqlite3_file_control(raw, "main", SQLITE_FCNTL_VFS_POINTER, &vfs)
        throw SQLiteError(
            .read, extendedCode: code, message: String(cString: sqlite3_errstr(code)),
            systemCode: vfs?.pointee.xGetLastError?(vfs, 0, nil) ?? 0)
    }
}
