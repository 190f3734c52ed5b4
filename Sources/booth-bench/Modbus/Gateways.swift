// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// TCP gateways on this machine, each on its own thread. A gateway answers for every unit, and handles one request of
/// one client at a time, for a fixed time.
final class Gateways: Sendable {
    /// The time from a request to its answer.
    static let answerTime = Duration.milliseconds(5)

    let ports: [UInt16]
    let log: CallLog
    private let stopping: WakeUp
    private let threads: [WorkerThread]

    /// - Throws: `SystemError` when there is no port, descriptor or thread left.
    init(_ count: Int) throws {
        let (listeners, stopping, calls) = (try (0..<count).map { _ in try Listener() }, try WakeUp(), CallLog())
        ports = listeners.map(\.port)
        log = calls
        self.stopping = stopping
        threads = try listeners.enumerated().map { index, listener in
            try WorkerThread(name: "gateway") {
                // A single gateway logs its units. Of several gateways, each has only one unit and logs its own number.
                var loop = GatewayLoop(listener: listener, number: count == 1 ? nil : index + 1, log: calls)
                loop.run(until: stopping)
            }
        }
    }

    deinit {
        stopping.ring()
        for thread in threads { thread.join(milliseconds: 1000) }
    }
}

/// A listening socket on 127.0.0.1 with a port chosen by the kernel.
private final class Listener: Sendable {
    let descriptor: CInt
    let port: UInt16

    init() throws(SystemError) {
        descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { [descriptor] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && listen(descriptor, 16) == 0
                    ? getsockname(descriptor, generic, &length) : -1
            }
        }
        guard result == 0 else {
            let failure = SystemError("listen on 127.0.0.1")
            close(descriptor)
            throw failure
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(descriptor)
    }
}

/// The loop of one gateway; runs on its thread.
private struct GatewayLoop {
    let listener: Listener
    let log: CallLog
    private let number: Int?
    /// -1 if there is no client.
    private var client: CInt = -1
    private var bytes: [UInt8] = []
    private var room = [UInt8](repeating: 0, count: 512)

    /// - Parameter number: logged instead of the unit.
    init(listener: Listener, number: Int?, log: CallLog) {
        self.listener = listener
        self.number = number
        self.log = log
    }

    mutating func run(until stopping: WakeUp) {
        defer { close(client) }
        while true {
            let next = client >= 0 ? client : listener.descriptor
            var waiting = [stopping.descriptor, next].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, 2, -1) > 0 else { continue }
            if waiting[0].revents != 0 { return }
            if client < 0 { accept() } else { read() }
        }
    }

    private mutating func accept() {
        client = Glibc.accept(listener.descriptor, nil, nil)
        guard client >= 0 else { return }
        bytes = []
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        var on: CInt = 1
        setsockopt(client, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
    }

    private mutating func read() {
        let count = recv(client, &room, room.count, 0)
        guard count > 0 else {
            close(client)
            client = -1
            return
        }
        bytes += room.prefix(count)
        var now = BootTime.now()
        while let frame = nextFrame() {
            log.add(Call(unit: number ?? Int(frame[6]), at: now, isEarly: false, isAnswered: true))
            let body = UnitAnswer.to(frame[7...])
            let answer = Array(frame[0..<4]) + [0, UInt8(clamping: body.count + 1), frame[6]] + body
            now = now + Gateways.answerTime
            sleep(until: now)
            send(client, answer, answer.count, CInt(MSG_NOSIGNAL))
        }
    }

    /// The next complete frame: transaction, protocol, length, unit, request (Modbus Messaging on TCP/IP 1.0b, 3.1.3).
    private mutating func nextFrame() -> [UInt8]? {
        guard bytes.count > 7 else { return nil }
        let length = 6 + (Int(bytes[4]) << 8 | Int(bytes[5]))
        guard length > 7, bytes.count >= length else { return nil }
        let frame = Array(bytes.prefix(length))
        bytes.removeFirst(length)
        return frame
    }
}
