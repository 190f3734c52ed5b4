// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CLinux
import Glibc

/// The directory that one agent owns as long as this value lives.
///
/// The lock is on the directory itself (flock(2)): no lock file to clean away, and nothing that SQLite's own locks on
/// the database file could be upset by.
final class StateDirectory {
    let path: String
    private let handle: Descriptor

    /// Makes the directory, mode 0700, where it is missing, and takes it.
    ///
    /// - Throws: `JournalError.inUse` when another process has it, `.directory` when it cannot be used.
    init(_ path: String) throws(JournalError) {
        let code = mkdir(path, 0o700) == 0 ? 0 : errno
        let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else {
            // Where it could not be made, the reason for that is the one to know.
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
    /// What was committed and is not in the database yet.
    var log: String { journal + "-wal" }
    /// A copy of the log that is to take its place.
    var renewedLog: String { journal + "-wal.renewed" }
    /// How far the journal had come.
    var mark: String { "\(path)/journal.mark" }
    /// A journal that was set aside and is not read out yet.
    var salvage: String { "\(path)/journal.sqlite.salvage" }

    /// Makes a file, for this user alone, before SQLite would make it for whoever the umask allows; SQLite gives the
    /// files beside it the same mode. Never touches a file that is there: closing it would drop SQLite's locks.
    func makePrivate(_ file: String) throws(JournalError) {
        let made = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard made >= 0 else {
            if errno == EEXIST { return }
            throw .directory(path, code: errno)
        }
        close(made)
    }

    /// Whether this is still the directory that its path names: it may be deleted, renamed or mounted over.
    var isInPlace: Bool {
        var named = stat()
        var held = stat()
        guard stat(path, &named) == 0, fstat(handle.number, &held) == 0 else { return false }
        return named.st_ino == held.st_ino && named.st_dev == held.st_dev
    }

    /// Room to be given up when the disk is full.
    var ballast: Ballast { Ballast(in: path) }

    /// When the file at the journal's path was made, in nanoseconds since 1970; 0: not known.
    var birthOfJournal: Int64 { clinux_birth_time(journal) }

    /// Bytes that the journal takes on disk, its write-ahead log included.
    var bytesUsed: Int64 { (StoredFile(journal)?.bytes ?? 0) + (StoredFile(log)?.bytes ?? 0) }

    // MARK: A log that is written anew

    /// Lets the copy take the log's place. Only while no connection is open.
    func putRenewedLogInPlace() throws(JournalError) {
        try move(renewedLog, to: log)
        // What is committed from now on is in the new file: its name has to be on disk before that.
        guard fsync(handle.number) == 0 else { throw .directory(path, code: errno) }
    }

    /// Removes a copy that a crash left unfinished.
    func removeRenewedLog() { unlink(renewedLog) }

    // MARK: Journals that are set aside

    private static let suffixes = ["-wal", "-shm", ""]

    /// Moves the journal out of the way, to be read out: its files together, the database last. The database alone would
    /// be another damage. Only while no connection is open.
    ///
    /// What a crash interrupted is continued. Where there is a log without a database, an empty one is put in its place, so
    /// that the database being there says that all is moved.
    func setJournalAside() throws(JournalError) {
        for suffix in Self.suffixes { try move(journal + suffix, to: salvage + suffix) }
        if !isFile(salvage) { try makePrivate(salvage) }
        syncDirectory()
    }

    /// Whether a journal waits to be read out.
    var hasSalvage: Bool { isFile(salvage) }

    /// Whether a crash came while a journal was moved out of the way.
    var isHalfAside: Bool { !isFile(salvage) && isFile(salvage + "-wal") }

    /// Whether there is anything of a journal that could be opened: a database with bytes in it, or a log.
    var hasJournal: Bool {
        (StoredFile(journal)?.bytes ?? 0) > 0 || (StoredFile(log)?.bytes ?? 0) > 0
    }

    /// Gives what was read out its name for good, `journal.sqlite.damaged-TIME`, for whoever can read more of it.
    ///
    /// - Returns: the database's new path.
    func keepSalvaged() throws(JournalError) -> String {
        let now = time(nil)
        var aside = "\(path)/journal.sqlite.damaged-\(now)"
        var copy = 1
        // A board without a clock begins each boot at the same time: an earlier one is never overwritten.
        while Self.suffixes.contains(where: { isFile(aside + $0) }) {
            copy += 1
            aside = "\(path)/journal.sqlite.damaged-\(now)-\(copy)"
        }
        for suffix in Self.suffixes { try move(salvage + suffix, to: aside + suffix) }
        removeOldDamaged()
        syncDirectory()
        return aside
    }

    private func move(_ source: String, to target: String) throws(JournalError) {
        if rename(source, target) != 0, errno != ENOENT { throw .directory(path, code: errno) }
    }

    /// So many damaged journals are kept, the newest: a card that goes bad page by page must not fill itself with them.
    private static let mostDamaged = 3

    private func removeOldDamaged() {
        let prefix = "journal.sqlite.damaged-"
        let databases = names().filter { $0.hasPrefix(prefix) && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }
        let dated = databases.map { (name: $0, changed: StoredFile("\(path)/\($0)")?.changed ?? 0) }
        for (name, _) in dated.sorted(by: { $0.changed > $1.changed }).dropFirst(Self.mostDamaged) {
            for suffix in Self.suffixes { unlink("\(path)/\(name)\(suffix)") }
        }
    }

    /// The names in the directory.
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

    /// A rename is certain once the directory is on disk. Where that is refused, the next write will tell.
    func syncDirectory() { fsync(handle.number) }
}

/// What the file system says of a file.
struct StoredFile {
    let bytes: Int64
    /// Seconds since 1970.
    let changed: Int64

    /// nil where there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        bytes = Int64(status.st_size)
        changed = Int64(status.st_mtim.tv_sec)
    }
}

/// The system's words for an `errno`.
func describe(_ code: CInt) -> String { String(cString: strerror(code)) }
