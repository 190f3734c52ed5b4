// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Synchronization

/// A line between a client and a server on 127.0.0.1 that takes its time, and that can forget what goes over it: an
/// open connection then stays open and carries nothing more, as behind an address translator (NAT) that lost it.
package final class TCPProxy: Sendable {
    package let port: UInt16
    private let shared: Shared
    private let thread: WorkerThread

    fileprivate final class Shared: Sendable {
        let bell: WakeUp
        let accepted = Mutex(0)
        /// Connections below this number carry nothing.
        let forgotten = Mutex(0)
        let isStopping = Mutex(false)

        init() throws(SystemError) { bell = try WakeUp() }
    }

    /// Listens from now on.
    ///
    /// - Parameter delay: how long bytes take, each way.
    package init(to server: UInt16, delay: Duration = .zero) throws {
        let (listener, port) = try listen()
        let shared = try Shared()
        self.port = port
        self.shared = shared
        thread = try WorkerThread(name: "proxy") {
            Traffic(listener: listener, server: server, delay: delay, shared: shared).run()
        }
    }

    /// Connections so far.
    package var accepted: Int { shared.accepted.withLock { $0 } }

    /// Forgets the connections that are there. New ones are served.
    package func forget() {
        let count = accepted
        shared.forgotten.withLock { $0 = count }
    }

    /// Closes everything.
    package func stop() {
        shared.isStopping.withLock { $0 = true }
        shared.bell.ring()
        thread.join(milliseconds: 5000)
    }
}

private func listen() throws -> (descriptor: CInt, port: UInt16) {
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { throw SystemError("socket") }
    var address = loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
            bind(listener, raw, size) == 0 && Glibc.listen(listener, 16) == 0
                && getsockname(listener, raw, &size) == 0
        }
    }
    guard code else {
        let error = SystemError("listen")
        close(listener)
        throw error
    }
    return (listener, UInt16(bigEndian: address.sin_port))
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

/// What the proxy's thread does: one poll for all sockets, bytes waiting for their time.
private final class Traffic {
    private struct Piece {
        var bytes: [UInt8]
        var due: ContinuousClock.Instant
    }

    private struct Way {
        let from: CInt
        let to: CInt
        /// Of the connection that it belongs to.
        let number: Int
        var pieces: [Piece] = []
        /// Whether `from` has ended.
        var isOver = false
        /// Whether `to` was told so.
        var isClosed = false
    }

    private let listener: CInt
    private let server: UInt16
    private let delay: Duration
    private let shared: TCPProxy.Shared
    private let clock = ContinuousClock()
    private var ways: [Way] = []

    init(listener: CInt, server: UInt16, delay: Duration, shared: TCPProxy.Shared) {
        self.listener = listener
        self.server = server
        self.delay = delay
        self.shared = shared
    }

    func run() {
        while !shared.isStopping.withLock({ $0 }) {
            var polled = [
                pollfd(fd: shared.bell.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            polled += ways.map { pollfd(fd: $0.isOver ? -1 : $0.from, events: Int16(POLLIN), revents: 0) }
            poll(&polled, nfds_t(polled.count), CInt(clamping: millisecondsToNext()))
            for index in ways.indices where polled[index + 2].revents != 0 { read(ways[index].from, into: index) }
            if polled[1].revents != 0 { accept() }
            deliver()
        }
        for way in ways { close(way.from) }
        close(listener)
    }

    private func millisecondsToNext() -> Int {
        let next = ways.compactMap { $0.pieces.first?.due }.min()
        guard let next else { return 60_000 }
        return max(0, Int((next - clock.now) / .milliseconds(1)) + 1)
    }

    private func accept() {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return }
        let other = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port: server)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(other, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(client)
            close(other)
            return
        }
        for socket in [client, other] {
            var one: CInt = 1
            setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
        }
        let number = shared.accepted.withLock { count in
            count += 1
            return count - 1
        }
        ways.append(Way(from: client, to: other, number: number))
        ways.append(Way(from: other, to: client, number: number))
    }

    private func read(_ socket: CInt, into index: Int) {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket, &bytes, bytes.count, 0)
        if count > 0 {
            ways[index].pieces.append(Piece(bytes: Array(bytes[..<count]), due: clock.now + delay))
        } else {
            ways[index].isOver = true
        }
    }

    /// Passes on what is due; of what is forgotten, nothing, not even its end.
    private func deliver() {
        let now = clock.now
        let forgotten = shared.forgotten.withLock { $0 }
        for index in ways.indices {
            if ways[index].number < forgotten { ways[index].pieces = [] }
            while let piece = ways[index].pieces.first, piece.due <= now {
                ways[index].pieces.removeFirst()
                send(piece.bytes, to: ways[index].to)
            }
            let isEnd = ways[index].isOver && ways[index].pieces.isEmpty && ways[index].number >= forgotten
            if isEnd, !ways[index].isClosed {
                ways[index].isClosed = true
                shutdown(ways[index].to, CInt(SHUT_WR))
            }
        }
    }

    private func send(_ bytes: [UInt8], to socket: CInt) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
