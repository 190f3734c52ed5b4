// SPDX-License-Identifier: Apache-2.0

/// A mounted file system (proc(5), `/proc/PID/mountinfo`).
struct Mount: Hashable {
    /// `MAJOR:MINOR`.
    var device: String
    /// Where it is mounted.
    var point: String
    /// `ext4`, `tmpfs`.
    var type: String
    /// `/dev/mmcblk0p2`.
    var source: String
    /// Of the mount, of the file system, and what ext4 says it goes by, its superblock's defaults included.
    var options: Set<String>

    /// One line; nil for what is none.
    init?(line: Substring) {
        let words = line.split(separator: " ").map { Self.unescaped($0) }
        // Optional fields stand before a hyphen; three more follow it.
        guard words.count >= 10, let hyphen = words[6...].firstIndex(of: "-"), words.count > hyphen + 3 else {
            return nil
        }
        device = words[2]
        point = words[4]
        type = words[hyphen + 1]
        source = words[hyphen + 2]
        options = Set((words[5] + "," + words[hyphen + 3]).split(separator: ",").map(String.init))
    }

    /// The one that `path` is on; nil where the table cannot be read.
    ///
    /// - Parameter path: on the machine, absolute and without links.
    init?(holding path: String, in system: SystemFiles) {
        let lines = (system.text("/proc/self/mountinfo") ?? "").split(separator: "\n")
        let mounts = lines.compactMap { Mount(line: $0) }.filter { mount in
            mount.point == "/" || path == mount.point || path.hasPrefix(mount.point + "/")
        }
        // Of several on one point, the last covers the others.
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

    /// A superblock's defaults (tune2fs(8), `-o journal_data_writeback`) are in no table of mounts, but here.
    private static func effective(_ mount: Mount, in system: SystemFiles) -> [String] {
        let name =
            system.link("/sys/dev/block/\(mount.device)")?.split(separator: "/").last
            ?? mount.source.split(separator: "/").last
        guard let name else { return [] }
        return (system.text("/proc/fs/\(mount.type)/\(name)/options") ?? "").split(separator: "\n").map(String.init)
    }

    /// Blanks and backslashes are written as three octal digits.
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
