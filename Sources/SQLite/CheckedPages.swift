// SPDX-License-Identifier: Apache-2.0
import CSQLite
import CSQLiteVFS

/// A layer between SQLite and the disk with a checksum on each page of a database file, verified at each read.
///
/// SQLite alone reads a flipped bit as a value. With this layer it throws an error whose `isDamage` is true. The log
/// beside the file is left as it is: it has checksums of its own. A database without room for checksums is not verified.
package enum CheckedPages {
    /// How many bytes at the end of a page the checksum takes; for `Connection.reserveBytes`.
    package static let reservedBytes = Int(CSQLITEVFS_RESERVED)

    /// Makes the layer known as the VFS `name`, for as long as the process lives. Again with the same two is fine.
    ///
    /// - Parameter below: the name of the VFS that it stands on; nil for the default.
    /// - Throws: `SQLiteError`: `SQLITE_NOTFOUND` for no such `below`, `SQLITE_MISUSE` for a name that is taken.
    package static func register(name: String, below: String? = nil) throws(SQLiteError) {
        let code = csqlitevfs_register_checked(name, below)
        guard code == SQLITE_OK else { throw SQLiteError(.register, code, of: nil) }
    }

    /// Whether the last bytes of a page are the checksum of its number and of the rest of it.
    ///
    /// - Parameter page: a whole page; its size is a power of two from 512 to 65536, or the answer is no.
    static func isRight(_ page: UnsafeRawBufferPointer, number: UInt32) -> Bool {
        guard (512...65536).contains(page.count), page.count.nonzeroBitCount == 1 else { return false }
        return csqlitevfs_verify(page.baseAddress, CInt(page.count), CInt(page.count), number) < 0
    }

    /// Writes the checksum into the last bytes of a page.
    static func seal(_ page: UnsafeMutableRawBufferPointer, number: UInt32) {
        precondition((512...65536).contains(page.count) && page.count.nonzeroBitCount == 1)
        csqlitevfs_seal(page.baseAddress, CInt(page.count), number)
    }
}

/// What a look at some pages of a database file found.
package struct ScrubResult: Sendable, Equatable {
    /// The first page whose checksum is wrong, counted from 1; nil where all are right.
    package let damagedPage: UInt32?
    /// The page after the last one that was looked at.
    package let nextPage: UInt32
    /// How many pages the file has, one that is cut in the middle among them. Fewer than `PRAGMA page_count` says after
    /// a checkpoint means that the file was cut.
    package let filePages: UInt32

    /// Whether the file has no page after those that were looked at.
    package var isAtEnd: Bool { nextPage > filePages }
}

extension Connection {
    /// Keeps room at the end of each page of a new database, before its first table and before its log.
    ///
    /// - Parameter count: 0...255 bytes; less room than there is already changes nothing.
    package func reserveBytes(_ count: Int) throws(SQLiteError) {
        var number = CInt(count)
        let code = sqlite3_file_control(raw, "main", SQLITE_FCNTL_RESERVE_BYTES, &number)
        guard code == SQLITE_OK, (0...255).contains(count) else {
            throw SQLiteError(.reserve, code == SQLITE_OK ? SQLITE_MISUSE : code, of: nil)
        }
    }

    /// The bytes that each page reserves at its end.
    package func reservedBytes() throws(SQLiteError) -> Int {
        var number: CInt = -1
        let code = sqlite3_file_control(raw, "main", SQLITE_FCNTL_RESERVE_BYTES, &number)
        guard code == SQLITE_OK else { throw SQLiteError(.reserve, code, of: raw) }
        return Int(number)
    }

    /// Reads pages of the database file, past SQLite's cache and past the log, and verifies each one's checksum.
    ///
    /// So pages are looked at that nobody reads. Checkpoint the log before: a power cut in the middle of a checkpoint
    /// leaves a page torn in the file that is whole in the log. No other connection may checkpoint meanwhile.
    /// - Parameters:
    ///   - page: the first page, counted from 1.
    ///   - count: how many, at most; a megabyte takes about a millisecond when the kernel has it in memory.
    /// - Returns: up to where it looked. It ends at the first damaged page.
    /// - Throws: `SQLiteError`: the disk refuses, or `SQLITE_MISUSE` where the database has no checksums.
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
            // The file became shorter meanwhile: the rest of the buffer is zeros, and no right page.
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

    /// The main file below the layer of checksums, or SQLite's own where the layer is not there.
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
