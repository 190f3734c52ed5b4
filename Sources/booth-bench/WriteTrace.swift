// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Rehearsal

/// The writes and syncs of a program in a folder, recorded by strace(1) in one log for each thread.
final class WriteTrace {
    struct Totals {
        var bytes = 0
        var syncs = 0

        static func - (later: Totals, earlier: Totals) -> Totals {
            Totals(bytes: later.bytes - earlier.bytes, syncs: later.syncs - earlier.syncs)
        }
    }

    private static let writes = ["write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate"]
    private static let syncs = ["fsync", "fdatasync", "sync_file_range", "msync"]

    private let folder: String
    private let watched: String
    private var totals = Totals()
    private var offsets: [String: Int] = [:]

    /// - Parameters:
    ///   - folder: for strace's logs; must exist and be empty.
    ///   - watched: count only files below this folder.
    init(logs folder: String, watching watched: String) {
        self.folder = folder
        self.watched = watched
    }

    /// The path of strace; nil if it is not installed.
    static var program: String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin"
        return path.split(separator: ":").map { "\($0)/strace" }.first { access($0, X_OK) == 0 }
    }

    /// The command line before the traced program's own. The tracer runs as a grandchild, so the program stays our
    /// child.
    func command(_ program: String) -> [String] {
        let calls = (Self.writes + Self.syncs).joined(separator: ",")
        return [
            program, "-D", "-ff", "-y", "-s", "0", "-e", "trace=\(calls)", "-e", "signal=none", "-o", "\(folder)/log",
        ]
    }

    /// All writes so far. If a thread wrote something before it sent this process a message, it is included.
    func read() throws -> Totals {
        guard let directory = opendir(folder) else { throw SystemError("open \(folder)") }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix("log.") { readNewLines(of: name) }
        }
        return totals
    }

    private func readNewLines(of name: String) {
        let text = Array(readText("\(folder)/\(name)").utf8)
        let start = offsets[name, default: 0]
        guard let end = text.lastIndex(of: 0x0a), end >= start else { return }
        offsets[name] = end + 1
        for line in text[start...end].split(separator: 0x0a) { apply(String(decoding: line, as: UTF8.self)) }
    }

    /// `pwrite64(8</state/journal.sqlite-wal>, ""..., 1024, 32) = 1024`
    private func apply(_ line: String) {
        guard line.contains("<\(watched)/"), let bracket = line.firstIndex(of: "(") else { return }
        let call = String(line[..<bracket])
        if Self.syncs.contains(call) {
            totals.syncs += 1
        } else if Self.writes.contains(call), let equals = line.lastIndex(of: "=") {
            totals.bytes += Int(String(line[line.index(after: equals)...]).trimmed) ?? 0
        }
    }
}
