// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// The descriptors of a lying board, before its thread has them.
struct LyingBoardEnds: Sendable {
    /// The pseudo-terminal's master, or the listening socket.
    var main: CInt
    /// The slave, held open so that the line outlives a client; -1 over TCP.
    var slave: CInt = -1
    var path = ""
    var port: UInt16 = 0

    static func serial() throws(SystemError) -> LyingBoardEnds {
        let (master, path) = try PseudoTerminal.open()
        let slave = Glibc.open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else { throw SystemError("open \(path)") }
        // Between two clients nothing may be echoed to where it came from.
        var settings = termios()
        tcgetattr(slave, &settings)
        cfmakeraw(&settings)
        tcsetattr(slave, TCSANOW, &settings)
        return LyingBoardEnds(main: master, slave: slave, path: path)
    }

    static func tcp() throws(SystemError) -> LyingBoardEnds {
        let listening = try ListeningPort()
        return LyingBoardEnds(main: listening.takeDescriptor(), port: listening.port)
    }
}

/// The thread of a lying board: hears requests, and sends what was decided when its time has come.
final class LyingBoardLoop {
    enum Letter: Sendable {
        case stop
        case say([UInt8])
    }

    private struct Client {
        var descriptor: CInt
        var buffer: [UInt8] = []
        var isHalfOpen = false
        var deeds: [(at: ContinuousClock.Instant, latest: ContinuousClock.Instant, deed: Lie.Deed)] = []
    }

    private let ends: LyingBoardEnds
    private let wire: RawWire
    private let latest: Duration
    private let record: LyingBoardRecord
    private let mailbox: Mailbox<Letter>
    private var clients: [Client] = []

    init(
        _ ends: LyingBoardEnds, _ wire: RawWire, latest: Duration, record: LyingBoardRecord, mailbox: Mailbox<Letter>
    ) {
        self.ends = ends
        self.wire = wire
        self.latest = latest
        self.record = record
        self.mailbox = mailbox
        if wire == .serial { clients = [Client(descriptor: ends.main)] }
    }

    func run() {
        while true {
            for letter in mailbox.take() {
                switch letter {
                case .stop: return end()
                case .say(let bytes): for client in clients { send(bytes, to: client.descriptor) }
                }
            }
            doWhatIsDue()
            wait()
            if wire == .tcp { accept() }
            for index in clients.indices.reversed() { hear(index) }
        }
    }

    private func end() {
        for client in clients { close(client.descriptor) }
        if wire == .tcp { close(ends.main) }
        if ends.slave >= 0 { close(ends.slave) }
    }

    private func wait() {
        let descriptors = [mailbox.descriptor] + (wire == .tcp ? [ends.main] : []) + clients.map(\.descriptor)
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let next = clients.flatMap(\.deeds).map(\.at).min()
        let left = next.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
        poll(&polled, nfds_t(polled.count), left.map { CInt(($0 + .microseconds(999)) / .milliseconds(1)) } ?? -1)
    }

    private func accept() {
        var one = pollfd(fd: ends.main, events: Int16(POLLIN), revents: 0)
        guard poll(&one, 1, 0) > 0 else { return }
        let client = Glibc.accept(ends.main, nil, nil)
        guard client >= 0 else { return }
        var on: CInt = 1
        setsockopt(client, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        _ = fcntl(client, F_SETFL, O_NONBLOCK)
        clients.append(Client(descriptor: client))
        record.shared.withLock { $0.connections += 1 }
    }

    private func hear(_ index: Int) {
        var one = pollfd(fd: clients[index].descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&one, 1, 0) > 0 else { return }
        var piece = [UInt8](repeating: 0, count: 512)
        let count = read(one.fd, &piece, piece.count)
        guard count > 0 else {
            if wire == .tcp, count == 0 || errno != EAGAIN { drop(index) }
            return
        }
        let now = ContinuousClock.now
        clients[index].buffer += piece.prefix(count)
        var frames: [HeardFrame] = []
        while let frame = HeardFrame(takenFrom: &clients[index].buffer, wire: wire) { frames.append(frame) }
        for (position, frame) in frames.enumerated() {
            // On a serial line the next request means that this one was given up: this thread came to it too late.
            take(frame, isStale: wire == .serial && position < frames.count - 1, of: index, at: now)
        }
    }

    private func take(_ frame: HeardFrame, isStale: Bool, of index: Int, at now: ContinuousClock.Instant) {
        let (lie, deeds) = record.note(frame, isStale: isStale || clients[index].isHalfOpen)
        if lie == .halfOpen, wire == .tcp { clients[index].isHalfOpen = true }
        clients[index].deeds += deeds.map { (now + $0.after, now + latest, $0) }
    }

    private func doWhatIsDue() {
        for index in clients.indices.reversed() {
            let now = ContinuousClock.now
            let due = clients[index].deeds.filter { $0.at <= now }
            clients[index].deeds.removeAll { $0.at <= now }
            var isClosed = false
            for (_, latest, deed) in due.sorted(by: { $0.at < $1.at }) where ContinuousClock.now <= latest {
                send(deed.bytes, to: clients[index].descriptor)
                isClosed = isClosed || deed.closes && wire == .tcp
            }
            if isClosed { drop(index) }
        }
    }

    private func send(_ bytes: [UInt8], to descriptor: CInt) {
        guard !bytes.isEmpty else { return }
        // A client that does not read loses what it does not take.
        _ =
            wire == .tcp
            ? Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL)) : write(descriptor, bytes, bytes.count)
    }

    private func drop(_ index: Int) {
        close(clients[index].descriptor)
        clients.remove(at: index)
    }
}
