// SPDX-License-Identifier: Apache-2.0
import CSQLite

/// A small plain file that is opened through a VFS of SQLite; closed with this value.
///
/// Other files of the journal thus use the same layer as the database. So a layer that records writes, or makes them
/// fail, sees all writes in their order. Only one thread at a time may use it; there are no locks.
package struct VFSFile: ~Copyable {
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let file: UnsafeMutablePointer<sqlite3_file>
    /// The path in the form that a VFS needs; used until the file is closed.
    private let name: UnsafePointer<CChar>

    /// Opens the file at `path` for reading and writing.
    ///
    /// - Parameters:
    ///   - path: absolute.
    ///   - vfs: the name of the layer; nil for the default.
    ///   - create: whether to make the file if it does not exist, with mode 0644 less the umask. The first `sync` then
    ///     syncs its directory too.
    /// - Throws: `SQLiteError`: `SQLITE_CANTOPEN` with the `errno` in `systemCode`, `SQLITE_READONLY` if the file
    ///   cannot be written, `SQLITE_NOTFOUND` if there is no such `vfs`.
    package init(path: String, vfs vfsName: String? = nil, create: Bool) throws(SQLiteError) {
        guard let vfs = sqlite3_vfs_find(vfsName) else { throw SQLiteError(.open, SQLITE_NOTFOUND, of: nil) }
        guard let name = sqlite3_create_filename(path, "", "", 0, nil),
            let room = sqlite3_malloc(vfs.pointee.szOsFile)
        else { throw SQLiteError(.open, SQLITE_NOMEM, of: nil) }
        room.initializeMemory(as: UInt8.self, repeating: 0, count: Int(vfs.pointee.szOsFile))
        let file = room.assumingMemoryBound(to: sqlite3_file.self)

        // This kind of file has no locks, and its directory is synced. The kind "main journal" would have that too. But
        // for that kind SQLite looks for the database beside it, at the path before the last hyphen.
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

    /// Bytes of the file. A file of one byte is reported as empty (os_unix.c, unixFileSize).
    package func size() throws(SQLiteError) -> Int {
        var size: Int64 = 0
        try check(file.pointee.pMethods.pointee.xFileSize(file, &size), .size)
        return Int(size)
    }

    /// Reads up to `count` bytes at `offset`; fewer at the end of the file.
    package func read(at offset: Int, count: Int) throws(SQLiteError) -> [UInt8] {
        guard offset >= 0, count >= 0 else { throw SQLiteError(.read, SQLITE_MISUSE, of: nil) }
        let length = min(count, try size() - offset, Int(CInt.max))
        guard length > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: length)
        try check(file.pointee.pMethods.pointee.xRead(file, &bytes, CInt(length), Int64(offset)), .read)
        return bytes
    }

    /// Writes all `bytes` at `offset`; the file grows as needed.
    ///
    /// - Throws: `SQLiteError`; `isFull` if the disk is full. A part may then be written.
    package func write(_ bytes: [UInt8], at offset: Int) throws(SQLiteError) {
        guard offset >= 0, let count = CInt(exactly: bytes.count) else {
            throw SQLiteError(.write, SQLITE_TOOBIG, of: nil)
        }
        guard count > 0 else { return }
        try check(file.pointee.pMethods.pointee.xWrite(file, bytes, count, Int64(offset)), .write)
    }

    /// Waits until the written data is on disk (`fdatasync`).
    ///
    /// - Throws: `SQLiteError`. The data may then be lost, even if a later call succeeds.
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
