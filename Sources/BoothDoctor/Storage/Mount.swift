// SPDX-License-Identifier: Apache-2.0

/// A mounted file system (proc(5), `/proc/PID/mountinfo`).
struct Mount: Hashable {
    /// `MAJOR:MINOR`.
    var device: String
    var point: String
    /// `ext4`, `tmpfs`.
    var type: String
    /// `/dev/mmcblk0p2`.
    var source: String
    /// Options of the mount and of the file system, and ext4's effective options, superblock defaults included.
    var options: Set<String>

    /// Parses one line; nil if it is not valid.
    init?(line: Substring) {
        let words = line.split(separator: " ").map { Self.unescaped($0) }
        // Optional fields come before a hyphen; three fields follow it.
        guard words.count >= 10, let hyphen = words[6...].firstIndex(of: "-"), words.count > hyphen + 3 else {
            return nil
        }
        device = words[2]
        point = words[4]
        type = words[hyphen + 1]
        source = words[hyphen + 2]
        options = Set((words[5] + "," + words[hyphen + 3]).split(separator: ",").map(String.init))
    }

    /// The mount that holds `path`; nil if the table cannot be read.
    ///
    /// - Parameter path: an absolute path on the machine without symbolic links.
    init?(holding path: String, in system: SystemFiles) {
        let lines = (system.text("/proc/self/mountinfo") ?? "").split(separator: "\n")
        let mounts = lines.compactMap { Mount(line: $0) }.filter { mount in
            mount.point == "/" || path == mount.point || path.hasPrefix(mount.point + "/")
        }
        // If several are mounted at one point, the last one hides the others.
        guard var found = mounts.max(by: { $0.point.utf8.count < $1.point.utf8.count }),
            let last = mounts.last(where: { $0.point == found.point })
        else { return nil }
        found = last
        found.options.formUnion(Self.effective(found, in: system))
        self = found
    }

    /// The value of `name=value`.
    func value(_ name: String) -> String? {
        options.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// ext4's effective options. A superblock's defaults (tune2fs(8), `-o journal_data_writeback`) are not in the mount
    /// table.
    private static func effective(_ mount: Mount, in system: SystemFiles) -> [String] {
        let name =
            system.link("/sys/dev/block/\(mount.device)")?.split(separator: "/").last
            ?? mount.source.split(separator: "/").last
        guard let name else { return [] }
        return (system.text("/proc/fs/\(mount.type)/\(name)/options") ?? "").split(separator: "\n").map(String.init)
    }

    /// Blanks and backslashes are escaped as three octal digits.
    private static func unescaped(_ word: Substring) -> String {
        guard word.contains("\\") else { return String(word) }
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(3), as: UTF8.self)
            if byte == UInt8(ascii: "\\"), digits.utf8.count == 3, let code = UInt8(digits, radix: 8) {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
