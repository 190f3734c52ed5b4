// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Testing

@testable import BoothCommands

@Suite struct ActCommandTests {
    private static let time = "2026-11-21 08:15:30"

    @Test("close shows the whole life of what it ended")
    func close() throws {
        let outcome = try CommandBench().run("close", CommandBench.id.description, "--outcome", "误报，已复位")
        #expect(outcome.code == .done && outcome.errors == "")
        #expect(
            outcome.output == """
                \(CommandBench.id)  help-1  help
                State      closed, restored
                Class      police, priority 1
                Count      2
                Opened     \(Self.time)
                Escalated  2 steps
                Handed on  1 time
                Accepted   \(Self.time)
                Seen       \(Self.time)  local:zhang
                Dispatched \(Self.time)  police: 二号车
                Handled    \(Self.time)  police
                Restored   \(Self.time)
                Closed     \(Self.time)  local:zhang
                Outcome    误报，已复位

                TARGET  DELIVERY  TICKET
                police  accepted  JQ20261121-0007
                grid    queued    –                handed on

                """)
    }

    @Test("an incident may be named by how its id begins, and that has to be one")
    func beginnings() throws {
        let bench = try CommandBench()
        let id = CommandBench.id.description
        for verb in [["incidents", String(id.prefix(8))], ["ack", id.prefix(12).uppercased()]] {
            let outcome = try CommandBench.run(verb, socket: bench.server.path)
            #expect(outcome.code == .done && outcome.output.hasPrefix("\(id)  help-1  help\n"), "\(outcome)")
        }
        let absent = try bench.run("ack", "ffffffff")
        #expect(absent.code == .failed && absent.errors.contains("no incident begins with ffffffff;"))
        for wrong in ["0000000", "nothexatall", "-"] {
            #expect(try bench.run("ack", wrong).code == .usage)
            #expect(try bench.run("incidents", wrong).code == .usage)
        }
        let several = try CommandBench { call, replier in
            guard case .incidents = call else { return replier.answer(.refused(.permissionDenied)) }
            var other = CommandBench.incident
            other = Incident(
                id: EventID(key: 0x19AA_0000_0002, random: 7), opening: other.opening, point: other.point,
                classification: Classification(.help, .police, .help), opened: other.opened, targets: [])
            replier.answer(
                .incidents(IncidentsReply(incidents: [CommandBench.incident, other].map(IncidentStatus.init))))
        }
        let ambiguous = try several.run("close", String(id.prefix(8)), "--outcome", "x")
        #expect(ambiguous.code == .failed && ambiguous.output == "")
        #expect(ambiguous.errors.contains("2 incidents begin with \(id.prefix(8));"))
        #expect(ambiguous.errors.contains("\n\(id)  "), "the candidates are listed")
    }

    @Test("arm and disarm show what the booth goes by now")
    func attendance() throws {
        let bench = try CommandBench()
        #expect(try bench.run("arm").output == "attended: no, armed\n")
        let until = try bench.run("disarm", "--until", "2026-11-21T17:00Z", "--json").output
        let local = CivilTime(wallMilliseconds: 1_795_280_400_000).rfc3339
        #expect(until == "{\"attendance\":{\"attended\":true,\"cause\":\"disarmed\",\"until\":\"\(local)\"}}\n")
        #expect(try bench.run("--lang", "zh", "disarm").output == "值守：有人，已撤防\n")
    }

    @Test("retry says what is offered again, and to whom")
    func retry() throws {
        let bench = try CommandBench()
        #expect(try bench.run("retry", "--all").output == "grid: 3 offered again, tried at once\n")
        let refused = try bench.run("retry", CommandBench.id.description)
        #expect(refused.code == .failed && refused.errors.contains("boothctl queue lists them"))
    }

    /// Command lines that cannot be meant, and a part of what is said.
    private static let wrong: [([String], String)] = [
        (["report", "--date", "21.11.2026"], "a date such as 2026-11-21"),
        (["report", "--day", "--week"], "one of --day, --week and --month"),
        (["ack"], "ack needs an incident's id"), (["close"], "close needs an incident's id"),
        (["close", "0123456789"], "close needs how it ended"),
        (["close", "0123456789", "--outcome", " "], "one line of 1 to 1000 characters"),
        (["close", "0123456789", "--outcome", "a\tb"], "one line of 1 to 1000 characters"),
        (["disarm", "--until", "later"], "--until later: 17:00"),
        (["disarm", "--until", "25:00"], "--until 25:00: 17:00"),
        (["disarm", "--until", "2026-02-30 08:00"], "is expected"), (["retry"], "retry needs an event's id or --all"),
        (["retry", "x"], "x is not an event's id"),
        (["retry", "00019aa0-0000-7001-8000-000000000007", "--all"], "not both"),
    ]

    @Test("what makes no sense ends with 64 before anybody is asked", arguments: wrong)
    func usage(arguments: [String], says: String) throws {
        let outcome = try CommandBench.run(arguments, socket: "/nowhere")
        #expect(outcome.code == .usage && outcome.errors.contains(says), "\(outcome)")
        #expect(outcome.output == "")
    }

    /// What the agent refuses, and a part of what is said of it.
    private static let refusals: [(ControlError, String)] = [
        (.permissionDenied, "group booth-operator"), (.incidentClosed(CommandBench.id), "is closed already"),
        (.noSuchIncident(CommandBench.id), "boothctl incidents --all"),
        (.invalidParameter("until"), "within 7 days"), (.unavailable(Message(zh: "满", en: "disk full")), "disk full"),
    ]

    @Test("what the agent refuses ends with 1 and the next step", arguments: refusals)
    func refused(error: ControlError, says: String) throws {
        let bench = try CommandBench { $1.answer(.refused(error)) }
        for verb in [["ack", CommandBench.id.description], ["arm"], ["disarm"], ["retry", "--all"], ["test"]] {
            if case .invalidParameter = error, verb == ["test"] { continue }
            let outcome = try CommandBench.run(verb, socket: bench.server.path)
            #expect(outcome.code == .failed && outcome.errors.contains(says), "\(verb) \(outcome)")
        }
        for verb in ["arm", "test"] {
            #expect(try CommandBench.run([verb], socket: "/nowhere/control").code == .notRunning)
        }
    }

    @Test("a time of day is the next one, in the zone of this process")
    func times() throws {
        // 2026-11-21 08:15 UTC on a Saturday.
        let now = WallTime(milliseconds: 1_795_248_900_000)
        func shown(_ text: String) -> String? {
            LocalTime.instant(text, now: now).map { CivilTime(wallMilliseconds: $0.milliseconds) }
                .map { String($0.rfc3339.prefix(16)) }
        }
        let today = CivilTime(wallMilliseconds: now.milliseconds)
        let minute = today.minuteOfDay
        let later = try #require(shown("23:59"))
        #expect(later.hasSuffix("T23:59"))
        let same = "\(minute / 60):" + (minute % 60 < 10 ? "0" : "") + "\(minute % 60)"
        // That minute has begun already: tomorrow's.
        let tomorrow = WallTime(milliseconds: now.milliseconds + 86_400_000)
        #expect(LocalTime.instant(same, now: now) == tomorrow)
        #expect(shown("2026-11-22 09:30") == "2026-11-22T09:30" && shown("2026-11-22T09:30") == "2026-11-22T09:30")
        let exact = WallTime(milliseconds: 1_795_251_600_000)
        for text in ["2026-11-21T17:00+08:00", "2026-11-21T17:00:00+08:00", "2026-11-21T09:00Z"] {
            #expect(LocalTime.instant(text, now: now) == exact)
        }
        for text in [
            "", "9", "9:5", "24:00", "12:60", "x:00", "2026-11-31 09:00", "2026-11-21", "2026-11-21 9", "٩:٠٠",
        ] {
            #expect(LocalTime.instant(text, now: now) == nil)
        }
    }

    @Test("status says whether somebody is taken to be in")
    func status() throws {
        var status = CommandBench.status(.inService, [])
        let silent = try CommandBench { [status] in $1.answer(.status(status)) }
        let plain = try silent.run("status").output
        #expect(!plain.contains("Attended"))
        let until = WallTime(milliseconds: 1_795_251_600_000)
        status.attendance = AttendanceStatus(
            Attendance(isAttended: false, cause: .closed, until: until), in: .ofProcess)
        let text = CivilTime(wallMilliseconds: until.milliseconds).rfc3339
        let bench = try CommandBench { [status] in $1.answer(.status(status)) }
        let shown = "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) \(text.suffix(6))"
        #expect(try bench.run("status").output.contains("Attended no, a closed day, until \(shown)\n"))
        #expect(try bench.run("status", "--lang", "zh").output.contains("值守     无人，停班日，至 \(shown)\n"))
    }
}
