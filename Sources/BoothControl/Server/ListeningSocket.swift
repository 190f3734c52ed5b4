// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// The control socket in the file system: mode 0660, group `booth` where the system has it.
final class ListeningSocket: Sendable {
    let descriptor: CInt
    let path: String
    /// Which file it is, so that a successor's is not removed.
    private let inode: ino_t

    /// Makes the socket, and its folder with mode 0750 where it is missing. The socket of an agent that died is replaced.
    ///
    /// - Throws: `SystemError`: `EADDRINUSE` where an agent answers on it, `EEXIST` where something else is in its place.
    init(path: String) throws(SystemError) {
        self.path = path
        try Self.makeFolder(of: path)
        try Self.removeStale(path)
        descriptor = try UnixSocket.make()
        do {
            inode = try Self.bind(descriptor, to: path)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        close(descriptor)
    }

    /// Removes the socket's file, unless another has taken its place.
    func remove() {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_ino == inode else { return }
        unlink(path)
    }

    private static func makeFolder(of path: String) throws(SystemError) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        let folder = String(path[..<slash])
        guard mkdir(folder, 0o750) != 0 else { return }
        let code = errno
        guard code == EEXIST else { throw SystemError("mkdir \(folder)", code: code) }
    }

    private static func removeStale(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw SystemError("control socket \(path)", code: EEXIST) }
        let probe = try UnixSocket.make()
        defer { close(probe) }
        do {
            try UnixSocket.connect(probe, to: path)
        } catch where error.code == ECONNREFUSED {
            unlink(path)
            return
        } catch where error.code == ENOENT {
            return
        } catch where error.code != EAGAIN {
            throw error
        }
        throw SystemError("control socket \(path)", code: EADDRINUSE)
    }

    /// - Returns: the inode of the new file.
    private static func bind(_ socket: CInt, to path: String) throws(SystemError) -> ino_t {
        // The file takes its mode from the socket, less the umask. A umask of our own would be the whole process's, and
        // would reach the files that other threads make meanwhile.
        guard fchmod(socket, 0o660) == 0 else { throw SystemError("fchmod \(path)") }
        try UnixSocket.bind(socket, to: path)
        if let group = PeerCredentials.group(named: "booth") {
            // Refused to a user outside that group, who then reaches the socket as its owner.
            _ = lchown(path, uid_t.max, group)
        }
        guard chmod(path, 0o660) == 0 else { throw SystemError("chmod \(path)") }
        guard listen(socket, 64) == 0 else { throw SystemError("listen \(path)") }
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SystemError("stat \(path)") }
        return status.st_ino
    }
}
