// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CLinux
import Glibc

/// The state directory, locked for one agent as long as this value lives.
///
/// The lock is on the directory itself (flock(2)). So there is no lock file to clean up, and SQLite's own locks on the
/// database file are not disturbed.
final class StateDirectory {
    let path: String
    private let handle: Descriptor

    /// Makes the directory with mode 0700 if it does not exist, and locks it.
    ///
    /// - Throws: `JournalError.inUse` if another process has locked it, `.directory` if it cannot be used.
    init(_ path: String) throws(JournalError) {
        let code = mkdir(path, 0o700) == 0 ? 0 : errno
        let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else {
            // If mkdir failed, its error code is the useful one.
            throw .directory(path, code: code == 0 || code == EEXIST ? errno : code)
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(opened)
            throw code == EWOULDBLOCK ? .inUse(directory: path) : .directory(path, code: code)
        }
        handle = Descriptor(owning: opened)
        self.path = path
    }

    /// The database; SQLite puts `-wal` and `-shm` beside it.
    var journal: String { "\(path)/journal.sqlite" }
    /// The write-ahead log: commits that are not in the database yet.
    var log: String { journal + "-wal" }
    /// A copy of the log that will replace it.
    var renewedLog: String { journal + "-wal.renewed" }
    var mark: String { "\(path)/journal.mark" }
    /// A journal that was set aside and was not read out yet.
    var salvage: String { "\(path)/journal.sqlite.salvage" }

    /// Makes an empty file with mode 0600. SQLite alone would make it as the umask allows; it gives its other files the
    /// same mode as this one. An existing file is not opened: closing it would drop SQLite's locks.
    func makePrivate(_ file: String) throws(JournalError) {
        let made = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard made >= 0 else {
            if errno == EEXIST { return }
            throw .directory(path, code: errno)
        }
        close(made)
    }

    /// Whether the path still names this directory; it may have been deleted, renamed or mounted over.
    var isInPlace: Bool {
        var named = stat()
        var held = stat()
        guard stat(path, &named) == 0, fstat(handle.number, &held) == 0 else { return false }
        return named.st_ino == held.st_ino && named.st_dev == held.st_dev
    }

    var ballast: Ballast { Ballast(in: path) }

    /// When the file at the journal's path was made, in nanoseconds since 1970; 0: not known.
    var birthOfJournal: Int64 { clinux_birth_time(journal) }

    /// Bytes on disk of the database file and its write-ahead log.
    var bytesUsed: Int64 { (StoredFile(journal)?.bytes ?? 0) + (StoredFile(log)?.bytes ?? 0) }

    // MARK: Replacing the log

    /// Renames the copy to the log's name. Call it only while no connection is open.
    func putRenewedLogInPlace() throws(JournalError) {
        try move(renewedLog, to: log)
        // Later commits go to the new file, so its name must be on disk first.
        guard fsync(handle.number) == 0 else { throw .directory(path, code: errno) }
    }

    func removeRenewedLog() { unlink(renewedLog) }

    // MARK: Journals that are set aside

    private static let suffixes = ["-wal", "-shm", ""]

    /// Moves the journal's files together to where they are read out, the database last: a database without its log
    /// would be damaged further. Call it only while no connection is open.
    ///
    /// A move that a crash interrupted is continued. If there is a log but no database, an empty database is made. So
    /// an existing database means that everything was moved.
    func setJournalAside() throws(JournalError) {
        for suffix in Self.suffixes { try move(journal + suffix, to: salvage + suffix) }
        if !isFile(salvage) { try makePrivate(salvage) }
        syncDirectory()
    }

    /// Removes a journal that was begun, and in which nothing is recorded. Call it only while no connection is open.
    func removeJournal() {
        for suffix in Self.suffixes { unlink(journal + suffix) }
    }

    /// Whether a journal waits to be read out.
    var hasSalvage: Bool { isFile(salvage) }

    /// Whether a crash interrupted the move of a journal.
    var isHalfAside: Bool { !isFile(salvage) && isFile(salvage + "-wal") }

    /// Whether there is a journal to open: a database that is not empty, or a log that is not empty.
    var hasJournal: Bool {
        (StoredFile(journal)?.bytes ?? 0) > 0 || (StoredFile(log)?.bytes ?? 0) > 0
    }

    /// Gives a damaged journal its final name, `journal.sqlite.damaged-TIME`, so that an expert can examine it.
    ///
    /// - Returns: the database's new path.
    func keepDamaged(_ database: String) throws(JournalError) -> String {
        let now = time(nil)
        var aside = "\(path)/journal.sqlite.damaged-\(now)"
        var copy = 1
        // A board without a clock may use the same time again after a boot. Never overwrite an earlier journal.
        while Self.suffixes.contains(where: { isFile(aside + $0) }) {
            copy += 1
            aside = "\(path)/journal.sqlite.damaged-\(now)-\(copy)"
        }
        for suffix in Self.suffixes { try move(database + suffix, to: aside + suffix) }
        removeOldDamaged()
        syncDirectory()
        return aside
    }

    private func move(_ source: String, to target: String) throws(JournalError) {
        if rename(source, target) != 0, errno != ENOENT { throw .directory(path, code: errno) }
    }

    /// How many damaged journals are kept, the newest ones: a failing card must not fill up with them.
    private static let mostDamaged = 3

    private func removeOldDamaged() {
        let prefix = "journal.sqlite.damaged-"
        let databases = names().filter { $0.hasPrefix(prefix) && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
        let dated = databases.map { (name: $0, changed: StoredFile("\(path)/\($0)")?.changed ?? 0) }
        for (name, _) in dated.sorted(by: { $0.changed > $1.changed }).dropFirst(Self.mostDamaged) {
            for suffix in Self.suffixes { unlink("\(path)/\(name)\(suffix)") }
        }
    }

    private func names() -> [String] {
        guard let listing = opendir(path) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            names.append(
                withUnsafePointer(to: entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    func isFile(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes a rename durable. A failure is ignored here, because the next write fails too.
    func syncDirectory() { fsync(handle.number) }
}

struct StoredFile {
    let bytes: Int64
    /// Seconds since 1970.
    let changed: Int64

    /// nil if there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        bytes = Int64(status.st_size)
        changed = Int64(status.st_mtim.tv_sec)
    }
}

func describe(_ code: CInt) -> String { String(cString: strerror(code)) }
