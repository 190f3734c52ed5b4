// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// The files of the examined machine: this one, or one whose root is a directory here.
package struct SystemFiles: Sendable {
    /// The prefix of every path; empty for this machine.
    package let root: String

    /// - Parameter root: a directory without a trailing slash; empty for `/`.
    package init(root: String = "") {
        self.root = root
    }

    /// The path for this process of `path` on the machine.
    func path(_ path: String) -> String { root + path }

    /// The path on the machine of `path` for this process.
    func name(of path: String) -> String {
        path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
    }

    /// A file's text, at most 4 MiB; nil if it cannot be read. Files in `/proc` have no size, so it is read to its end.
    func text(_ path: String) -> String? { bytes(path).map { String(decoding: $0, as: UTF8.self) } }

    /// A file's bytes, by its path on the machine.
    func bytes(_ path: String) -> [UInt8]? { Self.contents(of: self.path(path)) }

    /// A file's bytes, by its path for this process; nil if it cannot be read.
    static func contents(of path: String) -> [UInt8]? {
        // O_NONBLOCK: opening a FIFO would otherwise wait for a writer.
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

    /// The sorted names in a directory; empty if it cannot be read.
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

    func exists(_ path: String) -> Bool { FileStatus(self.path(path)) != nil }

    /// The target of a symbolic link, as written; nil for other files.
    func link(_ path: String) -> String? {
        var room = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = room.withUnsafeMutableBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                // The buffer has PATH_MAX bytes, so it has an address.
                text.baseAddress.map { readlink(self.path(path), $0, text.count) } ?? -1
            }
        }
        return count < 0 ? nil : String(decoding: room.prefix(count), as: UTF8.self)
    }

    /// The path on the machine after following all symbolic links; nil if there is no such file.
    func resolved(_ path: String) -> String? {
        guard let found = realpath(self.path(path), nil) else { return nil }
        defer { free(found) }
        return name(of: String(cString: found))
    }
}

/// A file's owner and permissions (stat(2)).
struct FileStatus {
    private let raw: stat

    /// Follows symbolic links; nil if there is no file or no access.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        raw = status
    }

    var owner: uid_t { raw.st_uid }
    var group: gid_t { raw.st_gid }
    var size: Int64 { Int64(raw.st_size) }
    /// When its contents last changed, in seconds since 1970.
    var changed: Int { raw.st_mtim.tv_sec }
    /// The permission bits and the set-id bits of the mode.
    var permissions: mode_t { raw.st_mode & 0o7777 }
    var isDirectory: Bool { raw.st_mode & S_IFMT == S_IFDIR }
    var isCharacterDevice: Bool { raw.st_mode & S_IFMT == S_IFCHR }
    /// For a device: the major number, which identifies the driver.
    var major: Int { Int((raw.st_rdev >> 8) & 0xFFF) }
    var minor: Int { Int((raw.st_rdev & 0xFF) | ((raw.st_rdev >> 12) & 0xFFF00)) }

    /// The mode in octal: `0660`.
    var octal: String {
        let digits = String(permissions, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
