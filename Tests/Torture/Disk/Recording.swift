// SPDX-License-Identifier: Apache-2.0
import CSQLite
import CrashVFS

/// One operation on the files of a directory, or a mark of the test.
package struct Operation: Sendable {
    package enum Kind: Sendable {
        /// A file was opened that was not known yet.
        case open
        case write(offset: Int, bytes: [UInt8])
        case truncate(size: Int)
        /// The file's bytes and size are on disk.
        case sync
        /// Data written since the last sync may never reach the disk; the kernel believes that it is written.
        case syncFailed
        case delete
        /// The file gets this name; a file that had the name before is gone.
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

/// SQLite's operations on the files of one directory, recorded by the crash VFS. Only one recording at a time in a
/// process.
package enum Recording {
    /// Makes the crash VFS this process's default.
    package static func install() {
        precondition(crashvfs_register(1) == 0, "SQLite takes no VFS")
    }

    /// Begins an empty recording; the present files count as durable.
    package static func begin(in directory: String) { crashvfs_begin(directory + "/") }

    /// Adds a mark, from any thread.
    package static func note(_ number: Int) { crashvfs_note(Int64(number)) }

    /// Which calls fail.
    package enum Fault: CaseIterable, Sendable {
        case writeRefused, writeFull, syncRefused
    }

    /// Makes the next `times` calls fail, after `after` calls that succeed.
    package static func fail(_ fault: Fault, after: Int, times: Int) {
        let (kind, code): (Int, Int32) =
            switch fault {
            case .writeRefused: (CRASHVFS_WRITE, SQLITE_IOERR | 3 << 8)
            case .writeFull: (CRASHVFS_WRITE, SQLITE_FULL)
            case .syncRefused: (CRASHVFS_SYNC, SQLITE_IOERR | 4 << 8)
            }
        crashvfs_fail(CInt(kind), Int64(after), Int64(times), code)
    }

    /// How many calls failed since `fail`.
    package static var faults: Int { Int(crashvfs_faults()) }

    /// How many operations were recorded so far.
    package static var count: Int { Int(crashvfs_count()) }

    /// Ends the recording.
    package static func end() { crashvfs_end() }

    /// The recorded operations, in order.
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
