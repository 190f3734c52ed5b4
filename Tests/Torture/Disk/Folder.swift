// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Rehearsal

/// A directory whose files are replaced as a whole.
package final class Folder {
    private let workspace: Workspace
    package let path: String
    private var links = 0

    /// A file's inode, kept alive by a hard link. A journal in a newer inode would be a copy, and a power cut makes no
    /// copies.
    package struct Birth: Sendable {
        fileprivate let link: String

        package init(link: String) { self.link = link }
    }

    private static let journal = "journal.sqlite"

    /// In memory if possible: syncs are free there, and `Disk` computes what a real disk would hold.
    package init() throws {
        if getenv("TMPDIR") == nil, access("/dev/shm", W_OK) == 0 { setenv("TMPDIR", "/dev/shm", 1) }
        workspace = try Workspace(named: "torture")
        path = try workspace.makeDirectory("state")
    }

    /// A path beside the directory, for the mark in memory.
    package var markInMemory: String { workspace.file("mark") }

    /// Keeps the inode of the current journal; nil if there is none.
    package func birth() throws -> Birth? {
        links += 1
        let birth = Birth(link: workspace.file("birth-\(links)"))
        return try Self.keepBirth(of: path, in: birth) ? birth : nil
    }

    /// - Returns: whether there is a journal in the directory.
    package static func keepBirth(of directory: String, in birth: Birth) throws -> Bool {
        if link("\(directory)/\(journal)", birth.link) == 0 { return true }
        if errno == ENOENT { return false }
        throw SystemError("link \(birth.link)")
    }

    /// Makes the directory hold exactly these files.
    ///
    /// - Parameter birth: the journal is written into this inode; nil: into a new one, as in a copy.
    package func hold(_ image: [String: [UInt8]], in birth: Birth? = nil) throws {
        try Self.clear(path)
        if let birth, image[Self.journal] != nil, link(birth.link, "\(path)/\(Self.journal)") != 0 {
            throw SystemError("link \(path)/\(Self.journal)")
        }
        for (name, bytes) in image { try Self.write(bytes, to: "\(path)/\(name)") }
    }

    /// Deletes every file of a directory.
    package static func clear(_ directory: String) throws {
        for name in try names(in: directory) where unlink("\(directory)/\(name)") != 0 {
            throw SystemError("unlink \(directory)/\(name)")
        }
    }

    /// The files of a directory, by name. Left out are SQLite's shared memory, which a power cut removes, and the spare
    /// file, which holds nothing.
    package static func image(of directory: String) throws -> [String: [UInt8]] {
        var image: [String: [UInt8]] = [:]
        for name in try names(in: directory) where !name.hasSuffix("-shm") && name != "journal.reserve" {
            image[name] = try read("\(directory)/\(name)")
        }
        return image
    }

    package static func names(in directory: String) throws -> [String] {
        guard let listing = opendir(directory) else { throw SystemError("open \(directory)") }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package static func read(_ path: String) throws -> [UInt8] {
        let opened = open(path, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw SystemError("open \(path)") }
        defer { close(opened) }
        var status = stat()
        guard fstat(opened, &status) == 0 else { throw SystemError("stat \(path)") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(opened, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            guard count > 0 else { throw SystemError("read \(path)") }
            done += count
        }
        return bytes
    }

    package static func write(_ bytes: [UInt8], to path: String) throws {
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw SystemError("open \(path)") }
        let descriptor = Descriptor(owning: opened)
        // A typed throw straight through the closure crashes the compiler of Swift 6.3.
        let outcome = bytes.withUnsafeBytes { all in
            Result { () throws(SystemError) in try all.write(to: descriptor.number) }
        }
        try outcome.get()
    }
}
