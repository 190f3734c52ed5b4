// SPDX-License-Identifier: Apache-2.0
import CSQLite
import CrashVFS

/// One thing that happened to the files of a directory, or a mark of the test.
package struct Operation: Sendable {
    package enum Kind: Sendable {
        /// The file was opened and was not known.
        case open
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
        /// The file's bytes and size are on disk.
        case sync
        /// What was written since the last sync may never arrive: the kernel takes it for written.
        case syncFailed
        case delete
        /// The file takes this name, and what had it is gone.
        case rename(to: String)
        /// The names in the directory are on disk.
        case directorySync
        /// The test's own mark.
        case note(Int)
    }

    package let kind: Kind
    /// The file's name in the recorded directory; empty for a note.
    package let name: String
}

/// What SQLite does to the files of one directory, recorded by the crash VFS. One recording at a time in a process.
package enum Recording {
    /// Makes the crash VFS the default one of this process.
    package static func install() {
        precondition(crashvfs_register(1) == 0, "SQLite takes no VFS")
    }

    /// Begins with nothing; the directory as it stands is taken for durable.
    package static func begin(in directory: String) { crashvfs_begin(directory + "/") }

    /// Adds a mark, from any thread.
    package static func note(_ number: Int) { crashvfs_note(Int64(number)) }

    /// What of the disk fails.
    package enum Fault: CaseIterable, Sendable {
        case writeRefused, writeFull, syncRefused
    }

    /// Lets the disk fail for so many calls, after so many that go well.
    package static func fail(_ fault: Fault, after: Int, times: Int) {
        let (kind, code): (Int, Int32) =
            switch fault {
            case .writeRefused: (CRASHVFS_WRITE, SQLITE_IOERR | 3 << 8)
            case .writeFull: (CRASHVFS_WRITE, SQLITE_FULL)
            case .syncRefused: (CRASHVFS_SYNC, SQLITE_IOERR | 4 << 8)
            }
        crashvfs_fail(CInt(kind), Int64(after), Int64(times), code)
    }

    /// How many calls failed since then.
    package static var faults: Int { Int(crashvfs_faults()) }

    /// How many operations there are so far.
    package static var count: Int { Int(crashvfs_count()) }

    /// Ends the recording.
    package static func end() { crashvfs_end() }

    /// What was recorded, in order.
    package static func operations(in directory: String) -> [Operation] {
        var found: [Operation] = []
        var next = crashvfs_operation()
        while crashvfs_get(Int64(found.count), &next) != 0 {
            found.append(
                Operation(kind: kind(of: next, in: directory), name: name(ofFile: Int(next.file), in: directory)))
        }
        return found
    }

    private static func name(ofFile file: Int, in directory: String) -> String {
        let path = crashvfs_path(CInt(file)).map { String(cString: $0) } ?? ""
        return String(path.dropFirst(directory.utf8.count + 1))
    }

    private static func kind(of operation: crashvfs_operation, in directory: String) -> Operation.Kind {
        switch Int(operation.kind) {
        case CRASHVFS_OPEN: .open
        case CRASHVFS_WRITE:
            .write(
                offset: Int(operation.offset),
                bytes: Array(UnsafeBufferPointer(start: operation.bytes, count: Int(operation.length))))
        case CRASHVFS_TRUNCATE: .truncate(size: Int(operation.offset))
        case CRASHVFS_SYNC: .sync
        case CRASHVFS_SYNC_FAILED: .syncFailed
        case CRASHVFS_DELETE: .delete
        case CRASHVFS_RENAME: .rename(to: name(ofFile: Int(operation.offset), in: directory))
        case CRASHVFS_DIRECTORY_SYNC: .directorySync
        default: .note(Int(operation.offset))
        }
    }
}
