// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Stream sockets in the file system (unix(7)): non-blocking and close-on-exec.
package enum UnixSocket {
    /// A new socket that is not bound or connected yet. The caller closes it.
    ///
    /// - Throws: `SystemError` when the process has no descriptor left.
    package static func make() throws(SystemError) -> CInt {
        let flags = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let made = socket(AF_UNIX, CInt(flags), 0)
        guard made >= 0 else { throw SystemError("socket") }
        return made
    }

    /// Binds `socket` to `path`.
    ///
    /// - Throws: `SystemError`: `ENAMETOOLONG` for a path of more than 107 bytes, `EADDRINUSE` if the file exists.
    package static func bind(_ socket: CInt, to path: String) throws(SystemError) {
        let code = try withAddress(of: path) { Glibc.bind(socket, $0, $1) }
        guard code == 0 else { throw SystemError("bind \(path)", code: code) }
    }

    /// Connects `socket` to `path`. The result is known at once, as always with Unix sockets.
    ///
    /// - Throws: `SystemError`: `ENOENT` or `ECONNREFUSED` if nobody listens, `EAGAIN` if the listener's queue is full.
    package static func connect(_ socket: CInt, to path: String) throws(SystemError) {
        let code = try withAddress(of: path) { Glibc.connect(socket, $0, $1) }
        guard code == 0 else { throw SystemError("connect \(path)", code: code) }
    }

    /// Accepts one connection of `listener`; nil when none waits. The caller closes it.
    ///
    /// - Throws: `SystemError`: `EMFILE` or `ENFILE` when there is no descriptor left; the connection keeps waiting.
    package static func accept(from listener: CInt) throws(SystemError) -> CInt? {
        while true {
            let accepted = clinux_accept(listener)
            if accepted >= 0 { return accepted }
            let code = errno
            if code == EAGAIN { return nil }
            guard code == EINTR || code == ECONNABORTED else { throw SystemError("accept", code: code) }
        }
    }

    /// - Returns: 0, or `errno` of `call`.
    private static func withAddress(
        of path: String, _ call: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) throws(SystemError) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw SystemError("bind or connect \(path)", code: ENAMETOOLONG) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                call(pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 ? 0 : errno
            }
        }
    }
}
