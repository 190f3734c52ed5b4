// SPDX-License-Identifier: Apache-2.0
import CSQLite
import Glibc

/// A file that may be absent, short, or partly unreadable; closed with this value.
final class FileReader {
    private let descriptor: CInt
    /// Bytes when the file was opened; 0 if it is absent.
    let size: Int

    /// - Throws: `SQLiteError` if the file exists and cannot be opened.
    init(path: String) throws(SQLiteError) {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        let code = opened < 0 ? errno : 0
        guard opened >= 0 || code == ENOENT else {
            throw SQLiteError(
                .open, extendedCode: SQLITE_CANTOPEN, message: String(cString: strerror(code)), systemCode: code)
        }
        descriptor = opened
        var status = stat()
        size = fstat(descriptor, &status) == 0 ? max(0, Int(status.st_size)) : 0
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Reads `count` bytes at `offset` into the start of `buffer`.
    ///
    /// - Returns: whether all of them could be read.
    func read(_ count: Int, at offset: Int, into buffer: inout [UInt8]) -> Bool {
        guard descriptor >= 0, offset >= 0, count >= 0, count <= buffer.count else { return false }
        var done = 0
        while done < count {
            let result = buffer.withUnsafeMutableBytes { bytes in
                pread(descriptor, bytes.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { return false }
            done += result
        }
        return true
    }
}

/// A set of page numbers; one bit for each.
struct PageSet {
    private var words: [UInt64]

    /// - Parameter count: the highest number that the set can hold.
    init(upTo count: Int) {
        words = [UInt64](repeating: 0, count: count / 64 + 1)
    }

    func contains(_ page: UInt32) -> Bool {
        let word = Int(page / 64)
        return word < words.count && words[word] & 1 << UInt64(page % 64) != 0
    }

    /// Ignores numbers that are too high.
    mutating func insert(_ page: UInt32) {
        let word = Int(page / 64)
        if word < words.count { words[word] |= 1 << UInt64(page % 64) }
    }
}
