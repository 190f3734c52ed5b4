// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// The files of the machine that is looked at: those of this one, or of one whose root is a directory here.
package struct SystemFiles: Sendable {
    /// Stands before every path; empty for this machine.
    package let root: String

    /// - Parameter root: a directory, without a slash at the end; empty for `/`.
    package init(root: String = "") {
        self.root = root
    }

    /// Where `path` of the machine is, for this process.
    func path(_ path: String) -> String { root + path }

    /// The path on the machine of what is at `path` for this process.
    func name(of path: String) -> String {
        path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
    }

    /// A file's text, 4 MiB of it at most; nil where it cannot be read. The files of `/proc` have no size, so it is read
    /// to its end.
    func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// The same as bytes, by a path of this process.
    func bytes(_ path: String) -> [UInt8]? { Self.contents(of: self.path(path)) }

    /// What is in a file, by a path of this process; nil where it cannot be read.
    static func contents(of path: String) -> [UInt8]? {
        // O_NONBLOCK: a FIFO would otherwise wait for somebody to write.
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { return nil }
        let descriptor = Descriptor(owning: opened)
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 4 << 20 {
            let count = read(descriptor.number, &piece, piece.count)
            if count == 0 { return bytes }
            guard count > 0 else { return nil }
            bytes += piece.prefix(count)
        }
        return bytes
    }

    /// The names in a directory, sorted; none where it cannot be read.
    func names(in directory: String) -> [String] {
        guard let listing = opendir(path(directory)) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether there is something at `path`.
    func exists(_ path: String) -> Bool { FileStatus(self.path(path)) != nil }

    /// Where a symbolic link points, as it is written; nil for anything else.
    func link(_ path: String) -> String? {
        var room = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = room.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                // PATH_MAX bytes, so there is an address.
                text.baseAddress.map { readlink(self.path(path), $0, text.count) } ?? -1
            }
        }
        return count < 0 ? nil : String(decoding: room.prefix(count), as: UTF8.self)
    }

    /// The file that `path` leads to through every link, on the machine; nil where there is none.
    func resolved(_ path: String) -> String? {
        guard let found = realpath(self.path(path), nil) else { return nil }
        defer { free(found) }
        return name(of: String(cString: found))
    }
}

/// Whose a file is and who may use it (stat(2)).
struct FileStatus {
    private let raw: stat

    /// Follows links; nil where there is no file, or the way to it is barred.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        raw = status
    }

    var owner: uid_t { raw.st_uid }
    var group: gid_t { raw.st_gid }
    var size: Int64 { Int64(raw.st_size) }
    /// The last change of its contents, in seconds since 1970.
    var changed: Int { raw.st_mtim.tv_sec }
    /// The lowest nine bits of the mode, and the set-id ones.
    var permissions: mode_t { raw.st_mode & 0o7777 }
    var isDirectory: Bool { raw.st_mode & S_IFMT == S_IFDIR }
    var isCharacterDevice: Bool { raw.st_mode & S_IFMT == S_IFCHR }
    /// Of a device: which driver.
    var major: Int { Int((raw.st_rdev >> 8) & 0xFFF) }
    var minor: Int { Int((raw.st_rdev & 0xFF) | ((raw.st_rdev >> 12) & 0xFFF00)) }

    /// As `ls -l` without the letters would show it: `0660`.
    var octal: String {
        let digits = String(permissions, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
