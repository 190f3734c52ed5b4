// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// A temporary directory, removed with its contents when this object is released.
package final class Workspace: Sendable {
    /// Absolute, without a trailing slash, mode 0700. Short enough for the path of a Unix socket in it.
    package let path: String

    /// - Throws: `SystemError` when `$TMPDIR`, or else `/tmp`, cannot be written to.
    package init(named name: String = "booth") throws(SystemError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("create a directory in \(parent)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        removeTree(path)
    }

    /// The path of `name` in this directory, which need not exist.
    package func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Creates a directory in this one, mode 0700.
    ///
    /// - Returns: its path.
    /// - Throws: `SystemError` when it is there already or the disk refuses.
    @discardableResult
    package func makeDirectory(_ name: String) throws(SystemError) -> String {
        guard mkdir(file(name), 0o700) == 0 else { throw SystemError("mkdir \(file(name))") }
        return file(name)
    }

    /// Writes a file, mode 0600, replacing what was there.
    ///
    /// - Returns: its path.
    /// - Throws: `SystemError` when the disk refuses.
    @discardableResult
    package func write(_ text: String, to name: String) throws(SystemError) -> String {
        let opened = open(file(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw SystemError("open \(file(name))") }
        let descriptor = Descriptor(owning: opened)
        var text = text
        let outcome = text.withUTF8 { bytes in
            Result { () throws(SystemError) in try UnsafeRawBufferPointer(bytes).write(to: descriptor.number) }
        }
        if case .failure(let error) = outcome { throw SystemError("write \(file(name))", code: error.code) }
        return file(name)
    }
}

/// Removes a directory with its contents, without following symbolic links. Files that cannot be removed stay.
private func removeTree(_ path: String) {
    if let directory = opendir(path) {
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let child = "\(path)/\(name)"
            // unlink(2) fails for a directory, and removes a symbolic link itself.
            if unlink(child) != 0 { removeTree(child) }
        }
        closedir(directory)
    }
    rmdir(path)
}
