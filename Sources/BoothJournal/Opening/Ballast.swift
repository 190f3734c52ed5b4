// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file of nothing beside the journal, which is given up when the disk is full: without it a full disk could not even be
/// told to forget something, since the write-ahead log has to grow first.
struct Ballast {
    private let path: String
    private static let bytes: Int64 = 256 << 10
    /// A disk with less free is left alone: 2 MiB have to be enough to be in service.
    private static let leastFree: UInt = 4 << 20

    init(in directory: String) {
        path = "\(directory)/journal.reserve"
    }

    /// Gives the room back to the disk.
    ///
    /// - Returns: whether there was any.
    func release() -> Bool { unlink(path) == 0 }

    /// Takes room while there is enough of it; a file that is there stays.
    func arm() {
        guard access(path, F_OK) != 0 else { return }
        var disk = statvfs()
        let directory = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        guard statvfs(directory, &disk) == 0 else { return }
        let (free, isOver) = UInt(disk.f_bavail).multipliedReportingOverflow(by: UInt(disk.f_frsize))
        guard isOver || free >= Self.leastFree else { return }
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        // Half of it would be no reserve.
        if posix_fallocate(file, 0, off_t(Self.bytes)) != 0 { unlink(path) }
    }
}
