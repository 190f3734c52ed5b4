// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A plain small file that is opened through a VFS of SQLite, closed with this value.
///
/// What is no database goes to the disk through the same layer as what is one. So a layer that records writes, or makes
/// them fail, sees all of them in their order. One thread at a time uses it; there are no locks.
package struct VFSFile: ~Copyable {
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let file: UnsafeMutablePointer<sqlite3_file>
    /// The path as a VFS wants it; it is used until the file is closed.
    private let name: UnsafePointer<CChar>

    /// Opens the file at `path` for reading and writing.
    ///
    /// - Parameters:
    ///   - path: absolute.
    ///   - vfs: the name of the layer; nil for the default.
    ///   - create: whether the file is made where there is none, with the mode 0644 less the umask. The first `sync` then
    ///     syncs its folder as well.
    /// - Throws: `SQLiteError`: `SQLITE_CANTOPEN` with the `errno` in `systemCode`, `SQLITE_READONLY` where the file may
    ///   be read only, `SQLITE_NOTFOUND` for no such `vfs`.
    package init(path: String, vfs vfsName: String? = nil, create: Bool) throws(SQLiteError) {
        guard let vfs = sqlite3_vfs_find(vfsName) else { throw SQLiteError(.open, SQLITE_NOTFOUND, of: nil) }
        guard let name = sqlite3_create_filename(path, "", "", 0, nil),
            let room = sqlite3_malloc(vfs.pointee.szOsFile)
        else { throw SQLiteError(.open, SQLITE_NOMEM, of: nil) }
        room.initializeMemory(as: UInt8.self, repeating: 0, count: Int(vfs.pointee.szOsFile))
        let file = room.assumingMemoryBound(to: sqlite3_file.self)

        // The kind of file has no locks, and its folder is synced. A journal of one database would have that too, but
        // SQLite looks for the database beside it, at the part of the path before the last hyphen.
        var flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_SUPER_JOURNAL
        if create { flags |= SQLITE_OPEN_CREATE }
        var granted: CInt = 0
        var code = vfs.pointee.xOpen(vfs, name, file, flags, &granted)
        let systemCode = code == SQLITE_OK ? 0 : Self.systemCode(of: vfs)
        if code == SQLITE_OK, granted & SQLITE_OPEN_READONLY != 0 { code = SQLITE_READONLY }
        guard code == SQLITE_OK, file.pointee.pMethods != nil else {
            if let methods = file.pointee.pMethods { _ = methods.pointee.xClose(file) }
            sqlite3_free(room)
            sqlite3_free_filename(name)
            throw Self.error(.open, code == SQLITE_OK ? SQLITE_CANTOPEN : code, systemCode)
        }
        self.vfs = vfs
        self.file = file
        self.name = name
    }

    deinit {
        _ = file.pointee.pMethods.pointee.xClose(file)
        sqlite3_free(file)
        sqlite3_free_filename(name)
    }

    /// How many bytes the file has. A file of one byte is said to be empty (os_unix.c, unixFileSize).
    package func size() throws(SQLiteError) -> Int {
        var size: Int64 = 0
        try check(file.pointee.pMethods.pointee.xFileSize(file, &size), .size)
        return Int(size)
    }

    /// Reads up to `count` bytes from `offset` on; fewer where the file ends before.
    package func read(at offset: Int, count: Int) throws(SQLiteError) -> [UInt8] {
        guard offset >= 0, count >= 0 else { throw SQLiteError(.read, SQLITE_MISUSE, of: nil) }
        let length = min(count, try size() - offset, Int(CInt.max))
        guard length > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: length)
        try check(file.pointee.pMethods.pointee.xRead(file, &bytes, CInt(length), Int64(offset)), .read)
        return bytes
    }

    /// Writes all of `bytes` at `offset`; the file grows as needed.
    ///
    /// - Throws: `SQLiteError`; `isFull` where the disk is. Part of it may be written then.
    package func write(_ bytes: [UInt8], at offset: Int) throws(SQLiteError) {
        guard offset >= 0, let count = CInt(exactly: bytes.count) else {
            throw SQLiteError(.write, SQLITE_TOOBIG, of: nil)
        }
        guard count > 0 else { return }
        try check(file.pointee.pMethods.pointee.xWrite(file, bytes, count, Int64(offset)), .write)
    }

    /// Waits until what was written is on the disk (`fdatasync`).
    ///
    /// - Throws: `SQLiteError`; what was written may be lost then, even if a later call succeeds.
    package func sync() throws(SQLiteError) {
        try check(file.pointee.pMethods.pointee.xSync(file, SQLITE_SYNC_NORMAL), .sync)
    }

    /// Cuts the file to `size` bytes.
    package func truncate(to size: Int) throws(SQLiteError) {
        guard size >= 0 else { throw SQLiteError(.truncate, SQLITE_MISUSE, of: nil) }
        try check(file.pointee.pMethods.pointee.xTruncate(file, Int64(size)), .truncate)
    }

    private func check(_ code: CInt, _ operation: SQLiteError.Operation) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw Self.error(operation, code, Self.systemCode(of: vfs)) }
    }

    private static func systemCode(of vfs: UnsafeMutablePointer<sqlite3_vfs>) -> CInt {
        vfs.pointee.xGetLastError?(vfs, 0, nil) ?? 0
    }

    private static func error(
        _ operation: SQLiteError.Operation, _ code: CInt, _ systemCode: CInt
    ) -> SQLiteError {
        SQLiteError(
            operation, extendedCode: code, message: String(cString: sqlite3_errstr(code)), systemCode: systemCode)
    }
}
