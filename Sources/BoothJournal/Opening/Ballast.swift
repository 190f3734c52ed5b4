// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A spare file beside the journal that holds nothing. It is deleted when the disk is full, to free room. Without it
/// the journal could not even delete events on a full disk, because a delete makes the write-ahead log grow first.
struct Ballast {
    private let path: String
    private static let bytes: Int64 = 256 << 10
    /// The file is not made on a disk with fewer free bytes than this: the service must run with 2 MiB.
    private static let leastFree: UInt = 4 << 20

    init(in directory: String) {
        path = "\(directory)/journal.reserve"
    }

    /// Deletes the file.
    ///
    /// - Returns: whether there was one.
    func release() -> Bool { unlink(path) == 0 }

    /// Makes the file if the disk has enough room; an existing file stays.
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
        // Half of the size would be no reserve.
        if posix_fallocate(file, 0, off_t(Self.bytes)) != 0 { unlink(path) }
    }
}
