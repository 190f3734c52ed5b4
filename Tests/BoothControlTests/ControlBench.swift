// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Testing

/// A server on a socket of its own, in a folder of its own; both are gone with this value.
final class ControlBench {
    let folder: String
    let server: ControlServer
    var path: String { server.path }

    init(
        limits: ControlServer.Limits = .init(),
        call: @escaping @Sendable (ControlCall, ControlReplier) -> Void = ControlBench.script,
        ended: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws {
        var template = Array("/tmp/booth-control-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        server = try ControlServer(
            path: folder + "/run/control", version: "1.2.3", limits: limits, call: call, ended: ended)
        try server.start()
    }

    deinit {
        server.stop()
        unlink(folder + "/run/control")
        rmdir(folder + "/run")
        rmdir(folder)
    }

    @Sendable static func script(_ call: ControlCall, _ replier: ControlReplier) {
        switch call {
        case .points: replier.answer(.points(PointsReply(points: [])))
        case .queue: replier.answer(.queue(QueueReply(targets: [])))
        case .incidents(let id?, _): replier.answer(.refused(.noSuchIncident(id)))
        case .incidents(nil, _): replier.answer(.incidents(IncidentsReply(incidents: [])))
        case .events: replier.answer(.events([event(1), event(2)]))
        case .lendBus: replier.answer(.refused(.permissionDenied))
        case .readModbus(let read): replier.answer(.values((0..<read.count).map { UInt16(read.address + $0) }))
        case .act(.acknowledge(let id)), .act(.close(let id, _)): replier.answer(.refused(.incidentClosed(id)))
        case .act(.retry(let id?)): replier.answer(.refused(.noSuchEvent(id)))
        case .act(.retry(nil)): replier.answer(.retried([RetriedTarget(target: "grid", events: 3)]))
        case .act(.arm):
            replier.answer(.attendance(AttendanceStatus(Attendance(isAttended: false, cause: .armed), in: .ofProcess)))
        case .act(.disarm(let until)):
            let attendance = Attendance(isAttended: true, cause: .disarmed, until: until)
            replier.answer(.attendance(AttendanceStatus(attendance, in: .ofProcess)))
        case .report: replier.answer(.refused(.unavailable(Message(zh: "无", en: "none"))))
        case .verify: replier.answer(.refused(.unavailable(Message(zh: "无", en: "none"))))
        case .test(let point): replier.answer(.refused(.noSuchPoint(point?.rawValue ?? "")))
        case .status: replier.answer(.refused(.unavailable(Message(zh: "正在启动", en: "starting"))))
        }
    }

    static func event(_ key: Int64) -> RecentEvent { RecentEvent(key: key, json: "{ \"n\" :\(key).0}") }
}

/// A client that writes bytes, as `socat` does, and waits 10 s at most for what it reads.
final class RawClient {
    let socket: CInt
    private var input = MessageBuffer(limit: 64 << 20)

    init(_ path: String) throws {
        socket = try UnixSocket.make()
        try UnixSocket.connect(socket, to: path)
    }

    deinit { close(socket) }

    func write(_ bytes: some Sequence<UInt8>) {
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            if sent > 0 { rest = rest.dropFirst(sent) } else if errno != EAGAIN || !wait(POLLOUT) { return }
        }
    }

    func call(_ json: String) { write(Array(json.utf8) + [0]) }
    func endWriting() { shutdown(socket, CInt(SHUT_WR)) }

    /// The next message; nil when the server ended the connection, or nothing came.
    func read() throws -> String? {
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let message = try input.next() { return String(decoding: message, as: UTF8.self) }
            guard wait(POLLIN) else { return nil }
            let count = recv(socket, &room, room.count, 0)
            guard count > 0 else { return nil }
            input.append(room.prefix(count))
        }
    }

    /// Whether the server ended the connection, within 10 s.
    func isEnded() -> Bool {
        var room = [UInt8](repeating: 0, count: 65_536)
        while wait(POLLIN) {
            if recv(socket, &room, room.count, 0) <= 0 { return true }
        }
        return false
    }

    private func wait(_ events: Int32) -> Bool {
        var one = pollfd(fd: socket, events: Int16(events), revents: 0)
        return poll(&one, 1, 10_000) > 0
    }
}
