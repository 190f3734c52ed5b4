// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import CLinux
import Glibc

/// Gateways over TCP on this machine: each answers for every unit, one request at a time, after a fixed time.
final class Gateways: Sendable {
    /// From a request to its answer.
    static let answerTime = Duration.milliseconds(5)

    let ports: [UInt16]
    let log: CallLog
    private let stopping: WakeUp
    private let thread: WorkerThread

    /// - Throws: `SystemError` when there is no port, descriptor or thread left.
    init(_ count: Int) throws {
        let (listeners, stopping, calls) = (try (0..<count).map { _ in try Listener() }, try WakeUp(), CallLog())
        log = calls
        ports = listeners.map(\.port)
        self.stopping = stopping
        thread = try WorkerThread(name: "gateways") {
            var gateways = GatewayLoop(listeners: listeners, log: calls)
            gateways.run(until: stopping)
        }
    }

    deinit {
        stopping.ring()
        thread.join(milliseconds: 1000)
    }
}

/// A listening socket on 127.0.0.1, its port the kernel's choice.
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

/// The gateways' side; lives on their thread.
private struct GatewayLoop {
    fileprivate struct Client {
        let gateway: Int
        var bytes: [UInt8] = []
    }

    private struct Answer {
        let at: BootTime
        let descriptor: CInt
        let bytes: [UInt8]
    }

    let log: CallLog
    private let epoll: CInt
    /// By descriptor; each is the gateway of its place.
    private let gateways: [CInt: Int]
    private let isAlone: Bool
    private let listeners: [Listener]
    private var clients: [CInt: Client] = [:]
    private var answers: [Answer] = []
    /// When each gateway is free for the next request.
    private var freeAt: [BootTime]
    private var ready = [epoll_event](repeating: epoll_event(), count: 64)

    init(listeners: [Listener], log: CallLog) {
        self.listeners = listeners
        self.log = log
        epoll = epoll_create1(clinux_epoll_close_on_exec)
        gateways = Dictionary(uniqueKeysWithValues: listeners.enumerated().map { ($1.descriptor, $0) })
        isAlone = listeners.count == 1
        freeAt = listeners.map { _ in BootTime(nanoseconds: 0) }
    }

    mutating func run(until stopping: WakeUp) {
        defer { for descriptor in [epoll] + clients.keys { close(descriptor) } }
        for descriptor in [stopping.descriptor] + gateways.keys { watch(descriptor) }
        while true {
            let count = wait()
            send(dueAt: .now())
            for event in ready.prefix(count) {
                let descriptor = event.data.fd
                if descriptor == stopping.descriptor { return }
                if let gateway = gateways[descriptor] { accept(gateway) } else { read(descriptor) }
            }
        }
    }

    private func watch(_ descriptor: CInt) {
        var event = epoll_event()
        event.events = clinux_readable
        event.data.fd = descriptor
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }

    /// Until something can be read or an answer is due, to the nanosecond.
    ///
    /// - Returns: how many of `ready` are.
    private mutating func wait() -> Int {
        guard let next = answers.map(\.at).min() else { return Int(max(0, epoll_wait(epoll, &ready, 64, -1))) }
        let away = max(0, (next - .now()).nanoseconds)
        var span = timespec(tv_sec: Int(away / 1_000_000_000), tv_nsec: Int(away % 1_000_000_000))
        return Int(max(0, epoll_pwait2(epoll, &ready, 64, &span, nil)))
    }

    private mutating func send(dueAt now: BootTime) {
        for answer in answers where answer.at <= now {
            Glibc.send(answer.descriptor, answer.bytes, answer.bytes.count, CInt(MSG_NOSIGNAL))
        }
        answers.removeAll { $0.at <= now }
    }

    private mutating func accept(_ gateway: Int) {
        let client = Glibc.accept(listeners[gateway].descriptor, nil, nil)
        guard client >= 0 else { return }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        var on: CInt = 1
        setsockopt(client, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        clients[client] = Client(gateway: gateway)
        watch(client)
    }

    private mutating func read(_ descriptor: CInt) {
        var room = [UInt8](repeating: 0, count: 512)
        let count = recv(descriptor, &room, room.count, 0)
        guard count > 0, var client = clients[descriptor] else {
            close(descriptor)
            clients[descriptor] = nil
            answers.removeAll { $0.descriptor == descriptor }
            return
        }
        client.bytes += room.prefix(count)
        while let frame = client.nextFrame() { hear(frame, of: client.gateway, on: descriptor, at: .now()) }
        clients[descriptor] = client
    }

    private mutating func hear(_ frame: [UInt8], of gateway: Int, on descriptor: CInt, at now: BootTime) {
        let body = UnitAnswer.to(frame[7...])
        let due = max(now, freeAt[gateway]) + Gateways.answerTime
        freeAt[gateway] = due
        let head = Array(frame[0..<4]) + [0, UInt8(clamping: body.count + 1), frame[6]]
        answers.append(Answer(at: due, descriptor: descriptor, bytes: head + body))
        log.add(Call(unit: isAlone ? Int(frame[6]) : gateway + 1, at: now, isEarly: false, isAnswered: true))
    }
}

extension GatewayLoop.Client {
    /// The next whole frame: transaction, protocol, length, unit, request (Modbus Messaging on TCP/IP 1.0b, 3.1.3).
    fileprivate mutating func nextFrame() -> [UInt8]? {
        guard bytes.count > 7 else { return nil }
        let length = 6 + (Int(bytes[4]) << 8 | Int(bytes[5]))
        guard length > 7, bytes.count >= length else { return nil }
        let frame = Array(bytes.prefix(length))
        bytes.removeFirst(length)
        return frame
    }
}
