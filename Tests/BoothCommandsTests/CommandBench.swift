// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Testing

@testable import BoothCommands

/// An agent's control socket with a booth behind it that never changes, and `boothctl` against it.
final class CommandBench {
    let folder: String
    let server: ControlServer

    init(call: @escaping @Sendable (ControlCall, ControlReplier) -> Void = CommandBench.script) throws {
        var template = Array("/tmp/booth-commands-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        server = try ControlServer(path: folder + "/control", version: "1.2.3", call: call)
        try server.start()
    }

    deinit {
        server.stop()
        rmdir(folder)
    }

    struct Outcome {
        var code: BoothCommand.ExitCode
        var output: String
        var errors: String
    }

    func run(_ arguments: String..., interruption: CInt? = nil) throws -> Outcome {
        try Self.run(arguments, socket: server.path, interruption: interruption)
    }

    static func run(
        _ arguments: [String], socket: String, interruption: CInt? = nil
    ) throws -> Outcome {
        let output = try Capture()
        let errors = try Capture()
        let command = BoothCommand(
            output: Output(output.descriptor), errors: Output(errors.descriptor), socket: socket, language: .english,
            interruption: interruption)
        let code = command.run(arguments)
        return Outcome(code: code, output: output.text, errors: errors.text)
    }

    // MARK: The booth

    static let id = EventID(key: 0x19AA_0000_0001, random: 7)

    static let points = [
        PointStatus(
            PointConfiguration(
                id: "help-1", kind: .helpButton, name: "门口求助按钮",
                source: .gpio(GPIOSource(chip: "booth-io", line: .name("HELP1"))), debounce: .zero, classification: nil),
            reading: Reading(
                point: "help-1", state: .active, value: 0, quality: .good, at: BootTime(nanoseconds: 0)),
            since: "2026-11-21T08:15:30.120+08:00"),
        PointStatus(
            PointConfiguration(
                id: "room-door", kind: .roomDoor, source: .gpio(GPIOSource(chip: "booth-io", line: .offset(1))),
                debounce: .zero, classification: nil), reading: nil, since: nil),
    ]

    static var incident: Incident {
        // 2026-11-21T08:15:30.120+08:00
        let moment = Moment(
            boot: BootTime(nanoseconds: 1), wallMilliseconds: 1_795_220_130_120, in: Zone(offset: 28_800),
            clock: .synced, bootID: "b")
        var incident = Incident(
            id: id, opening: id, point: "help-1", classification: Classification(.help, .police, .help),
            opened: Stamp(moment), targets: ["police", "grid"])
        incident.count = 2
        incident.state = .accepted
        incident.restored = Stamp(moment)
        incident.targets[0].delivery = .accepted
        incident.targets[0].ticket = "JQ20261121-0007"
        return incident
    }

    /// The same one, as it ended.
    static var closed: Incident {
        var closed = incident
        let stamp = closed.opened
        closed.accepted = stamp
        closed.escalations = 2
        closed.handovers = 1
        closed.targets[1].isHandedOver = true
        closed.acknowledged = Incident.Act(by: .officer("zhang"), at: stamp)
        closed.steps = [
            Incident.Step(.dispatched, Incident.Act(by: .platform("police"), at: stamp), note: "二号车"),
            Incident.Step(.handled, Incident.Act(by: .platform("police"), at: stamp)),
        ]
        closed.state = .closed
        closed.closing = Incident.Closing(Incident.Act(by: .officer("zhang"), at: stamp), outcome: "误报，已复位")
        return closed
    }

    static func status(_ state: StatusReply.State, _ reasons: [Message], hints: [Message] = []) -> StatusReply {
        StatusReply(
            booth: "B0001", name: "城关一号警务室", state: state, inService: true, reasons: reasons, hints: hints,
            bootID: "b", version: "1.2.3", uptimeSeconds: 61, clock: .synced,
            storage: StatusReply.Storage(state: .ok, bytes: 1 << 20, limit: 256 << 20), points: points, open: 1,
            targets: [
                TargetStatus(id: "police", state: .ok, queued: 0, rejected: 0, lastError: nil),
                TargetStatus(id: "grid", state: .retrying, queued: 12, rejected: 1, lastError: reasons.first),
            ])
    }

    static let event =
        #"{"specversion":"1.0","type":"cn.boothd.incident.raised.v1","time":"2026-11-21T08:15:30.120+08:00","#
        + #""subject":"help-1","data":{"category":"help","count":2,"state":"raised","x":1.50}}"#

    @Sendable static func script(_ call: ControlCall, _ replier: ControlReplier) {
        switch call {
        case .status:
            replier.answer(.status(status(.degraded, [Message(zh: "grid 无应答", en: "grid does not answer")])))
        case .points: replier.answer(.points(PointsReply(points: points)))
        case .incidents(let id?, _) where id != Self.id: replier.answer(.refused(.noSuchIncident(id)))
        case .incidents: replier.answer(.incidents(IncidentsReply(incidents: [IncidentStatus(incident)])))
        case .queue:
            let item = TargetQueue.Item(
                id: id, type: "cn.boothd.incident.raised.v1", incident: id, sequence: "00000100000000000001",
                delivery: .sent, attempts: 3, reason: nil)
            replier.answer(
                .queue(QueueReply(targets: [TargetQueue(target: "grid", queued: 12, rejected: 1, items: [item])])))
        case .events: replier.answer(.events([RecentEvent(key: 1, json: event), RecentEvent(key: 2, json: "{}")]))
        case .lendBus: replier.answer(.lent)
        case .act(.acknowledge), .act(.close): replier.answer(.incident(IncidentStatus(closed)))
        case .act(.arm):
            replier.answer(.attendance(AttendanceStatus(Attendance(isAttended: false, cause: .armed), in: .ofProcess)))
        case .act(.disarm(let until)):
            let attendance = Attendance(isAttended: true, cause: .disarmed, until: until)
            replier.answer(.attendance(AttendanceStatus(attendance, in: .ofProcess)))
        case .act(.retry(let id?)): replier.answer(.refused(.noSuchEvent(id)))
        case .act(.retry(nil)): replier.answer(.retried([RetriedTarget(target: "grid", events: 3)]))
        case .report: replier.answer(.refused(.unavailable(Message(zh: "无", en: "none"))))
        case .verify: replier.answer(.refused(.unavailable(Message(zh: "无", en: "none"))))
        case .test(let point): replier.answer(.refused(.noSuchPoint(point?.rawValue ?? "")))
        case .readModbus(let read) where read.address == 9: replier.answer(.refused(.readFailed(.exception(2))))
        case .readModbus(let read): replier.answer(.values((0..<read.count).map { 0x105 + UInt16($0) }))
        }
    }
}

/// A file without a name that a command writes to.
final class Capture {
    let descriptor: CInt

    init() throws {
        var template = Array("/tmp/booth-capture-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        unlink(template)
    }

    deinit { close(descriptor) }

    var text: String {
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
