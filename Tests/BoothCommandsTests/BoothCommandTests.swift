// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Testing

@testable import BoothCommands

@Suite struct BoothCommandTests {
    @Test("shows the booth on one screen and exits 1 while it is degraded")
    func status() throws {
        let outcome = try CommandBench().run("status")
        #expect(outcome.code == .failed)
        #expect(outcome.errors == "")
        #expect(
            outcome.output == """
                B0001 城关一号警务室 · boothd 1.2.3
                in service, degraded:
                  - grid does not answer

                Running  1 min
                Clock    synced
                Storage  ok, 1024 KiB of 256 MiB
                Open     1

                Points
                  POINT      KIND         NAME          STATE    VALUE  QUALITY  SINCE
                  help-1     help-button  门口求助按钮  active       0  good     2026-11-21 08:15:30
                  room-door  room-door    room-door     unknown      –  stale    –

                Targets
                  TARGET  STATE     QUEUED  REJECTED  REASON
                  police  ok             0         0
                  grid    retrying      12         1  grid does not answer

                """)
    }

    @Test("speaks Chinese where asked, and exits 0 in service")
    func chinese() throws {
        let bench = try CommandBench { $1.answer(.status(CommandBench.status(.inService, []))) }
        let outcome = try bench.run("--lang", "zh", "status")
        #expect(outcome.code == .done)
        #expect(outcome.output.contains("\n在用\n"))
        #expect(outcome.output.contains("\n  点位       类型      名称          状态  原值  质量  自\n"))
        #expect(outcome.output.contains("\n  help-1     求助按钮  门口求助按钮  动作     0  可信  2026-11-21 08:15:30\n"))
    }

    @Test("shows what somebody should do, and that is no trouble")
    func hints() throws {
        let hint = Message(zh: "help-1 请试一次", en: "try help-1 once")
        let bench = try CommandBench { $1.answer(.status(CommandBench.status(.inService, [], hints: [hint]))) }
        let outcome = try bench.run("status")
        #expect(outcome.code == .done)
        #expect(outcome.output.contains("\nin service\nhints:\n  - try help-1 once\n\nRunning"))
        #expect(try bench.run("--lang", "zh", "status").output.contains("\n在用\n提示：\n  - help-1 请试一次\n"))
        let json = try bench.run("--json", "status").output
        #expect(json.contains(#""hints":["try help-1 once"]"#) && json.contains(#""hints_zh":["help-1 请试一次"]"#))
        #expect(json.contains(#""last_active":null"#) && json.contains(#""untested":false"#))
    }

    @Test("lists incidents with their tickets")
    func incidents() throws {
        let outcome = try CommandBench().run("incidents")
        #expect(outcome.code == .done)
        #expect(
            outcome.output == """
                INCIDENT                              OPENED               CATEGORY  FROM    PRI  COUNT  STATE               DELIVERY
                \(CommandBench.id)  2026-11-21 08:15:30  help      help-1    1      2  accepted, restored  police accepted JQ20261121-0007, grid queued

                """)
    }

    @Test("shows what a target has not taken")
    func queue() throws {
        let outcome = try CommandBench().run("queue")
        #expect(
            outcome.output == """
                grid: 12 queued, 1 rejected
                  ID                                    TYPE    SEQUENCE              DELIVERY  ATTEMPTS  REASON
                  \(CommandBench.id)  raised  00000100000000000001  sent             3

                """)
    }

    @Test(
        "gives programs every key of the contract",
        arguments: [
            (
                "points",
                #"{"points":[{"id":"help-1","kind":"help-button","last_active":null,"name":"门口求助按钮","quality":"good","since":"2026-11-21T08:15:30.120+08:00","state":"active","untested":false,"value":0},{"id":"room-door","kind":"room-door","last_active":null,"name":"room-door","quality":"stale","since":null,"state":"unknown","untested":false,"value":null}],"units":[]}"#
            ),
            (
                "queue",
                #"{"targets":[{"items":[{"attempts":3,"delivery":"sent","id":"ID","incident":"ID","reason":null,"sequence":"00000100000000000001","type":"cn.boothd.incident.raised.v1"}],"queued":12,"rejected":1,"target":"grid"}]}"#
            ),
            (
                "incidents",
                #"{"incidents":[{"accepted":null,"acknowledged":null,"by":null,"category":"help","class":"police","closed":null,"count":2,"device":null,"escalations":0,"handovers":0,"incident":"ID","missed":null,"opened":"2026-11-21T08:15:30.120+08:00","outcome":null,"point":"help-1","priority":1,"restored":true,"restored_at":"2026-11-21T08:15:30.120+08:00","state":"accepted","steps":[],"targets":[{"delivery":"accepted","handed_over":false,"target":"police","ticket":"JQ20261121-0007"},{"delivery":"queued","handed_over":false,"target":"grid","ticket":null}],"test":false}]}"#
            ),
        ])
    func json(verb: String, expected: String) throws {
        let outcome = try CommandBench().run(verb, "--json")
        #expect(outcome.code == .done)
        let id = CommandBench.id.description
        #expect(outcome.output == expected.split(separator: "\"ID\"").joined(separator: "\"\(id)\"") + "\n")
    }

    @Test("gives programs the status with the reasons in both languages")
    func statusJSON() throws {
        let outcome = try CommandBench().run("--json", "status")
        #expect(outcome.code == .failed)
        let back = try ControlClient.decode(StatusReply.self, from: outcome.output)
        #expect(back == CommandBench.status(.degraded, [Message(zh: "grid 无应答", en: "grid does not answer")]))
        #expect(outcome.output.contains(#""reasons":["grid does not answer"],"reasons_zh":["grid 无应答"]"#))
        #expect(outcome.output.contains(#""last_error":null,"last_error_zh":null"#))
    }

    @Test("shows an event on a line, and as it stands to programs")
    func events() throws {
        let bench = try CommandBench()
        let lines = try bench.run("events").output
        #expect(lines == "2026-11-21 08:15:30  raised      help-1          help  ×2  raised\n{}\n")
        #expect(try bench.run("events", "--json").output == CommandBench.event + "\n{}\n")
    }

    @Test("follows events until it is interrupted, and exits 0")
    func follow() throws {
        let bench = try CommandBench()
        let interruption = try WakeUp()
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        let codes = try Mailbox<BoothCommand.ExitCode>()
        let path = bench.server.path
        let thread = try WorkerThread(name: "boothctl") {
            let command = BoothCommand(
                output: Output(writing), errors: Output(STDERR_FILENO), socket: path, language: .english,
                interruption: interruption.descriptor
            )
            codes.post(command.run(["events", "--follow", "--json"]))
            close(writing)
        }
        #expect(Self.read(reading, until: "{}\n") == CommandBench.event + "\n{}\n")
        bench.server.publish("[3]", key: 3)
        #expect(Self.read(reading, until: "[3]\n") == "[3]\n")
        interruption.ring()
        #expect(thread.join(milliseconds: 10_000))
        #expect(codes.take() == [.done])
    }

    @Test("a reader that has stopped reading does not keep an interruption waiting")
    func stoppedReader() throws {
        let bench = try CommandBench()
        let interruption = try WakeUp()
        var ends: [CInt] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        let path = bench.server.path
        let thread = try WorkerThread(name: "boothctl") {
            let command = BoothCommand(
                output: Output(writing), errors: Output(STDERR_FILENO), socket: path, language: .english,
                interruption: interruption.descriptor
            )
            _ = command.run(["events", "--follow", "--json"])
            close(writing)
        }
        #expect(Self.read(reading, until: "{}\n") == CommandBench.event + "\n{}\n")
        // More than the pipe takes, as one event and as several.
        let filler = String(repeating: "x", count: 300_000)
        for key in 3...6 { bench.server.publish("[\"\(filler)\"]", key: Int64(key)) }
        var one = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        #expect(poll(&one, 1, 10_000) == 1)
        interruption.ring()
        #expect(thread.join(milliseconds: 10_000))
    }

    /// What comes out of `pipe` up to `end`, or in 10 s.
    private static func read(_ pipe: CInt, until end: String) -> String {
        var text = ""
        var room = [UInt8](repeating: 0, count: 4096)
        var one = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        while !text.hasSuffix(end), poll(&one, 1, 10_000) > 0 {
            let count = Glibc.read(pipe, &room, room.count)
            guard count > 0 else { break }
            text += String(decoding: room.prefix(count), as: UTF8.self)
        }
        return text
    }

    @Test("stops quietly when the reader of its output is gone")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        var ends: [CInt] = [0, 0]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let bench = try CommandBench()
        let command = BoothCommand(
            output: Output(ends[1]), errors: Output(ends[1]), socket: bench.server.path, language: .english
        )
        #expect(command.run(["events", "--follow"]) == .done)
    }

    @Test("says what to do when the agent is not there")
    func notRunning() throws {
        let outcome = try CommandBench.run(["status"], socket: "/tmp/booth-none/control")
        #expect(outcome.code == .notRunning)
        #expect(outcome.output == "")
        #expect(outcome.errors.contains("systemctl start boothd, or name its socket with --socket"))
    }

    @Test("exits 1 for an incident that is not there, 64 for one that cannot be")
    func noSuchIncident() throws {
        let bench = try CommandBench()
        let id = EventID(key: 5, random: 5)
        let absent = try bench.run("incidents", id.description)
        #expect(absent.code == .failed)
        #expect(absent.errors.hasPrefix("boothctl: there is no incident \(id);"))
        #expect(try bench.run("incidents", "7").code == .usage)
        #expect(try bench.run("sing").code == .usage)
    }

    @Test("prints help and version without an agent")
    func help() throws {
        for arguments in [["help"], ["--help"], ["-h"], ["status", "--help"], ["help", "status"]] {
            let outcome = try CommandBench.run(arguments, socket: "/nowhere")
            #expect(outcome.code == .done)
            #expect(outcome.output == Help.text.en)
        }
        #expect(try CommandBench.run(["--version"], socket: "/nowhere").output == "boothctl \(Product.version)\n")
    }
}
