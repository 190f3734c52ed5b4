// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc

/// Logging to journald with fields, not only lines (sd_journal_sendv(3)).
package enum JournalStream {
    /// Whether standard error goes to journald, and not to a file or terminal. `$JOURNAL_STREAM` names journald's
    /// stream by device and inode (systemd.exec(5)).
    package static var isStandardError: Bool {
        guard let variable = getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        guard fstat(2, &status) == 0 else { return false }
        return String(cString: variable) == "\(status.st_dev):\(status.st_ino)"
    }

    /// Sends one entry. Blocks when journald does not keep up.
    ///
    /// - Parameter fields: names of upper-case letters, digits and underscores; one of them is `MESSAGE`.
    /// - Throws: `JournalStreamError` when journald refuses it.
    package static func send(_ fields: [(name: String, value: String)]) throws(JournalStreamError) {
        var text: [UInt8] = []
        var lengths: [Int] = []
        for field in fields {
            let bytes = Array("\(field.name)=\(field.value)".utf8)
            text += bytes
            lengths.append(bytes.count)
        }
        let result = text.withUnsafeMutableBytes { all in
            var start = 0
            let vectors = lengths.map { length in
                defer { start += length }
                return iovec(iov_base: all.baseAddress.map { $0 + start }, iov_len: length)
            }
            return sd_journal_sendv(vectors, CInt(vectors.count))
        }
        guard result >= 0 else { throw JournalStreamError(code: -result) }
    }
}

/// journald refused an entry.
package struct JournalStreamError: Error, Equatable, CustomStringConvertible {
    /// An `errno` value.
    package let code: CInt

    package var description: String { "systemd: send to journald: \(String(cString: strerror(code)))" }
}
