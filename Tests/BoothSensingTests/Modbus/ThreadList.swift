// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The threads of this process (proc(5), /proc/self/task).
enum ThreadList {
    /// Those whose name, which the kernel cuts to 15 bytes, begins with `name`.
    static func identifiers(named name: String) -> [pid_t] {
        guard let folder = opendir("/proc/self/task") else { return [] }
        defer { closedir(folder) }
        var found: [pid_t] = []
        while let entry = readdir(folder) {
            let identifier = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { pid_t(String(cString: $0)) }
            }
            if let identifier, Self.name(of: identifier)?.hasPrefix(name.prefix(15)) == true {
                found.append(identifier)
            }
        }
        return found
    }

    private static func name(of thread: pid_t) -> String? {
        guard let file = fopen("/proc/self/task/\(thread)/comm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 32)
        guard fgets(&line, 32, file) != nil else { return nil }
        return String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
