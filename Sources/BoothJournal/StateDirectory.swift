// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CLinux
import Glibc

/// The directory that one agent owns as long as this value lives.
///
/// The lock is on the directory itself (flock(2)): no lock file to clean away, and nothing that SQLite's own locks on
/// the database file could be upset by.
struct StateDirectory: ~Copyable {
    let path: String
    /// Whether the database was there without a byte in it: somebody, or a bad disk, has cut it off.
    let foundEmptyJournal: Bool
    private let handle: Descriptor

    /// Makes the directory, mode 0700, where it is missing, and takes it.
    ///
    /// - Throws: `JournalError.inUse` when another process has it, `.directory` when it cannot be used.
    init(_ path: String) throws(JournalError) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .directory(path, code: errno) }
        let opened = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { throw .directory(path, code: errno) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(opened)
            throw code == EWOULDBLOCK ? .inUse(directory: path) : .directory(path, code: code)
        }
        handle = Descriptor(owning: opened)
        self.path = path
        var status = stat()
        foundEmptyJournal = stat("\(path)/journal.sqlite", &status) == 0 && status.st_size == 0
        Self.makePrivate(journal)
    }

    /// Makes the file, for this user alone, before SQLite would make it for whoever the umask allows; SQLite gives the
    /// files beside it the same mode. Never touches a file that is there: closing it would drop SQLite's locks.
    private static func makePrivate(_ file: String) {
        let made = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if made >= 0 { close(made) }
    }

    /// The database; SQLite puts `-wal` and `-shm` beside it.
    var journal: String { "\(path)/journal.sqlite" }

    /// Moves a damaged journal out of the way, its files together: the database alone would be another damage.
    ///
    /// Only while no connection is open. The files stay for whoever can read more of them.
    /// - Returns: the database's new path.
    /// - Throws: `JournalError.directory` when the directory refuses.
    func setJournalAside() throws(JournalError) -> String {
        let now = time(nil)
        var aside = "\(path)/journal.sqlite.damaged-\(now)"
        var copy = 1
        // A board without a clock begins each boot at the same time: an earlier one is never overwritten.
        while access(aside, F_OK) == 0 {
            copy += 1
            aside = "\(path)/journal.sqlite.damaged-\(now)-\(copy)"
        }
        for suffix in ["-wal", "-shm", ""] where rename(journal + suffix, aside + suffix) != 0 && errno != ENOENT {
            throw .directory(path, code: errno)
        }
        Self.makePrivate(journal)
        return aside
    }

    /// How many damaged journals lie here.
    func damagedJournals() -> Int {
        guard let listing = opendir(path) else { return 0 }
        defer { closedir(listing) }
        var count = 0
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("journal.sqlite.damaged-"), !name.hasSuffix("-wal"), !name.hasSuffix("-shm") {
                count += 1
            }
        }
        return count
    }

    /// Bytes that the journal takes on disk, its write-ahead log included.
    var bytesUsed: Int64 { Self.size(of: journal) + Self.size(of: journal + "-wal") }

    private static func size(of file: String) -> Int64 {
        var status = stat()
        return stat(file, &status) == 0 ? Int64(status.st_size) : 0
    }
}

/// The system's words for an `errno`.
func describe(_ code: CInt) -> String { String(cString: strerror(code)) }
