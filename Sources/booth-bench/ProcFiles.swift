// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Rehearsal

/// The text of a small file, for example in /proc; empty if it cannot be read.
func readText(_ path: String) -> String {
    let opened = open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { return "" }
    let descriptor = Descriptor(owning: opened)
    var text: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = read(descriptor.number, &bytes, bytes.count)
        guard count > 0 else { return String(decoding: text, as: UTF8.self) }
        text += bytes.prefix(count)
    }
}

/// A process as the kernel shows it (proc(5)).
struct ProcessFiles {
    let processID: pid_t

    /// The value in bytes of a line such as `Rss:    1234 kB` in smaps_rollup.
    ///
    /// - Throws: `RehearsalError` when the kernel does not show it.
    func memory(_ name: String) throws -> Int {
        let line = readText("/proc/\(processID)/smaps_rollup").split(separator: "\n").first { $0.hasPrefix(name + ":") }
        guard let words = line?.split(separator: " "), words.count > 1, let kibibytes = Int(words[1]) else {
            throw RehearsalError("/proc/\(processID)/smaps_rollup does not show \(name)")
        }
        return kibibytes * 1024
    }

    /// The ids of its threads.
    var threads: [String] {
        guard let directory = opendir("/proc/\(processID)/task") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    /// The processor time of all threads so far, in nanoseconds.
    ///
    /// - Throws: `RehearsalError` when the kernel does not count it (CONFIG_SCHED_INFO).
    func processorNanoseconds() throws -> Int64 {
        try threads.reduce(0) { sum, thread in
            let fields = readText("/proc/\(processID)/task/\(thread)/schedstat").split(separator: " ")
            guard let time = fields.first.flatMap({ Int64($0) }) else {
                throw RehearsalError("/proc/\(processID)/task/\(thread)/schedstat cannot be read")
            }
            return sum + time
        }
    }

    /// The bytes that the thread called `name` has passed to write calls.
    ///
    /// - Throws: `RehearsalError` when there is no such thread or the kernel does not count (CONFIG_TASK_IO_ACCOUNTING).
    func bytesWritten(byThread name: String) throws -> Int {
        for thread in threads where readText("/proc/\(processID)/task/\(thread)/comm").trimmed == name {
            let counts = readText("/proc/\(processID)/task/\(thread)/io").split(separator: "\n")
            let line = counts.first { $0.hasPrefix("wchar: ") }
            if let bytes = line.flatMap({ Int($0.dropFirst("wchar: ".count)) }) { return bytes }
        }
        throw RehearsalError("/proc/\(processID) does not show what the thread \(name) writes")
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
