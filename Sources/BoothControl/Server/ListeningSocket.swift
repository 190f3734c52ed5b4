// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// The control socket in the file system: mode 0660, group `booth` if the system has that group.
final class ListeningSocket: Sendable {
    let descriptor: CInt
    let path: String
    /// The file's inode, so that another agent's socket is not removed.
    private let inode: ino_t

    /// Makes the socket, and its directory with mode 0750 if it does not exist. Replaces the socket of an agent that
    /// died.
    ///
    /// - Throws: `SystemError`: `EADDRINUSE` if an agent answers on it, `EEXIST` if another kind of file is there.
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

    /// Removes the socket's file, unless another one has replaced it.
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
        } catch {
            switch error.code {
            case ECONNREFUSED:
                unlink(path)
                return
            case ENOENT: return
            case EAGAIN: break
            default: throw error
            }
        }
        throw SystemError("control socket \(path)", code: EADDRINUSE)
    }

    /// - Returns: the inode of the new file.
    private static func bind(_ socket: CInt, to path: String) throws(SystemError) -> ino_t {
        // The file gets its mode from the socket, less the umask. The umask is not changed, because it belongs to the
        // whole process and would affect files of other threads.
        guard fchmod(socket, 0o660) == 0 else { throw SystemError("fchmod \(path)") }
        try UnixSocket.bind(socket, to: path)
        if let group = PeerCredentials.group(named: "booth") {
            // This fails for a user outside that group. Such a user still owns the socket.
            _ = lchown(path, uid_t.max, group)
        }
        guard chmod(path, 0o660) == 0 else { throw SystemError("chmod \(path)") }
        guard listen(socket, 64) == 0 else { throw SystemError("listen \(path)") }
        var status = stat()
        guard lstat(path, &status) == 0 else { throw SystemError("stat \(path)") }
        return status.st_ino
    }
}
