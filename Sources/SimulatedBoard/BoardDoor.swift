// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Modbus

/// Where clients connect: a listening socket, or one serial line. Created on any thread; used and closed by the board's
/// thread.
struct BoardDoor: Sendable {
    enum Kind: Sendable {
        /// A listening socket.
        case tcp
        /// A serial line, or the master of a pseudo-terminal. Clients open its slave by `link`.
        case serial(heldSlave: CInt?, link: String?)
    }

    let descriptor: CInt
    let kind: Kind
    /// The address for clients: `127.0.0.1:1502`, `/tmp/bus`.
    let name: String
    let port: UInt16

    var framing: ModbusServer.Framing {
        if case .tcp = kind { .tcp } else { .rtu }
    }

    static func open(_ place: SimulatedBoard.Place) throws -> BoardDoor {
        switch place {
        case .tcp(let host, let port): try listen(host, port)
        case .serial(let path): try isTerminal(path) ? openLine(path) : makePseudoTerminal(path)
        }
    }

    func shut() {
        close(descriptor)
        guard case .serial(let heldSlave, let link) = kind else { return }
        if let heldSlave { close(heldSlave) }
        if let link { unlink(link) }
    }

    /// Removes the exclusive mode (TIOCEXCL) that a killed client left. The board holds the slave open, so there is no
    /// last close that would remove it.
    static func endExclusion(of slave: CInt) {
        _ = ioctl(slave, UInt(TIOCNXCL))
    }

    private static func listen(_ host: String, _ port: UInt16) throws(ModbusError) -> BoardDoor {
        let listening = try ModbusListener.listen(host: host, port: port)
        let shown = host.contains(":") ? "[\(host)]" : host
        return BoardDoor(
            descriptor: listening.descriptor, kind: .tcp, name: "\(shown):\(listening.port)", port: listening.port)
    }

    /// Whether a terminal exists at `path`. A link into /dev/pts is removed first: a killed board left it, and it may
    /// now lead to somebody's terminal.
    private static func isTerminal(_ path: String) throws(SystemError) -> Bool {
        var target = [CChar](repeating: 0, count: 4096)
        if readlink(path, &target, target.count - 1) > 0, strncmp(target, "/dev/pts/", 9) == 0 {
            unlink(path)
            return false
        }
        guard access(path, F_OK) == 0 else { return false }
        let descriptor = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        defer { close(descriptor) }
        guard isatty(descriptor) == 1 else { throw SystemError("\(path) is there already and no serial line: open") }
        return true
    }

    private static func openLine(_ path: String) throws(SystemError) -> BoardDoor {
        let descriptor = Glibc.open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open \(path)") }
        guard makeRaw(descriptor) else {
            let failure = SystemError("set \(path)")
            close(descriptor)
            throw failure
        }
        return BoardDoor(descriptor: descriptor, kind: .serial(heldSlave: nil, link: nil), name: path, port: 0)
    }

    /// Keeps the slave open. Without any client the master would be hung up, and epoll would return at once all the
    /// time.
    private static func makePseudoTerminal(_ path: String) throws(SystemError) -> BoardDoor {
        let pair = try PseudoTerminal.open()
        let slave = Glibc.open(pair.slavePath, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard slave >= 0, makeRaw(slave), symlink(pair.slavePath, path) == 0 else {
            let failure = SystemError("link \(path)")
            close(slave)
            close(pair.master)
            throw failure
        }
        return BoardDoor(
            descriptor: pair.master, kind: .serial(heldSlave: slave, link: path), name: path, port: 0)
    }

    /// Sets 9600 8N1, no echo, raw bytes.
    private static func makeRaw(_ descriptor: CInt) -> Bool {
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else { return false }
        cfmakeraw(&settings)
        cfsetspeed(&settings, speed_t(B9600))
        return tcsetattr(descriptor, TCSANOW, &settings) == 0
    }
}
