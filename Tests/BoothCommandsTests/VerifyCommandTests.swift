// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Testing

@testable import BoothCommands

@Suite struct VerifyCommandTests {
    private static let head = ChainHead(head: String(repeating: "9f86d081", count: 8), events: 1024)
    private static let told = ChainHead(head: String(repeating: "0a", count: 32), events: 1000)

    private static func reply(
        full: Bool = true, _ problem: VerifyReply.Problem? = nil, at: Int64? = nil
    ) -> VerifyReply {
        VerifyReply(
            full: full, problem: problem, at: at,
            oldest: .init(event: 1, time: "2026-11-21T08:15:30.120+08:00"),
            newest: .init(event: 1024, time: "2026-11-22T09:00:00.000+08:00"), checked: 1024, head: head,
            reports: 3, reported: told)
    }

    private func bench(_ problem: VerifyReply.Problem? = nil, at: Int64? = nil) throws -> CommandBench {
        try CommandBench { call, replier in
            guard case .verify(let full) = call else { return }
            replier.answer(.verified(Self.reply(full: full, problem, at: at)))
        }
    }

    @Test("says that all is what was recorded, and exits 0")
    func intact() throws {
        let outcome = try bench().run("verify", "--full")
        #expect(outcome.code == .done && outcome.errors == "")
        #expect(
            outcome.output == """
                Checked  all that is kept
                Oldest   1  2026-11-21 08:15:30
                Newest   1024  2026-11-22 09:00:00
                Events   1024 looked at
                Head     1024  \(Self.head.head)
                Reports  3 agree
                         the last: 1000  \(Self.told.head)
                Result   all of it is what was recorded

                """)
        #expect(try bench().run("verify").output.hasPrefix("Checked  since the last daily report\n"))
    }

    @Test("speaks Chinese")
    func chinese() throws {
        let outcome = try bench(.missing, at: 7).run("--lang=zh", "verify", "--full")
        #expect(outcome.code == .failed && outcome.errors == "")
        #expect(
            outcome.output == """
                范围     保存的全部
                最早     1  2026-11-21 08:15:30
                最新     1024  2026-11-22 09:00:00
                消息     查了 1024 条
                链头     1024  \(Self.head.head)
                日报     3 份相符
                         最近一份：1000  \(Self.told.head)
                结论     缺少第 7 条，也可能更多
                → boothd 会把它移为 journal.sqlite.damaged-TIME，取回能读出的，并告知平台；保留该文件，查磁盘、电源和谁能写它

                """)
        #expect(try bench().run("--lang=zh", "verify").output.contains("\n结论     与当初的记录一致\n"))
    }

    @Test(
        "says what is wrong and what to do, and exits 1",
        arguments: [
            (VerifyReply.Problem.changed, "event 7 is not what was recorded", "boothd sets it aside"),
            (.missing, "event 7 is missing, and maybe more", "boothd sets it aside"),
            (.unreadable, "from event 7 on a page is damaged", "boothd sets it aside"),
            (.contradicted, "event 7 has another hash than a daily report told", "ask the platform"),
        ])
    func problems(problem: VerifyReply.Problem, verdict: String, next: String) throws {
        let outcome = try bench(problem, at: 7).run("verify", "--full")
        #expect(outcome.code == .failed)
        #expect(outcome.output.contains("\nResult   \(verdict)"), "\(outcome.output)")
        #expect(outcome.output.contains("\n→ \(next)"), "\(outcome.output)")
    }

    @Test("gives programs the reply as it came, with the same exit code")
    func json() throws {
        let outcome = try bench(.changed, at: 7).run("verify", "--json")
        #expect(outcome.code == .failed)
        #expect(
            try ControlClient.decode(VerifyReply.self, from: outcome.output) == Self.reply(full: false, .changed, at: 7)
        )
        #expect(outcome.output.contains(#""problem":"changed""#))
    }

    @Test("a journal that cannot be read now is a failure, and none of an agent that is not there is 3")
    func unreadable() throws {
        let outcome = try CommandBench().run("verify")
        #expect(outcome.code == .failed && outcome.output == "" && outcome.errors == "boothctl: none\n")
        #expect(try CommandBench.run(["verify"], socket: "/tmp/booth-none/control").code == .notRunning)
        #expect(try CommandBench().run("status", "--full").code == .usage)
    }

    @Test("status says how far back history reaches, and for how many days there is room")
    func history() throws {
        func status(_ days: Int?) throws -> CommandBench {
            var reply = CommandBench.status(.inService, [])
            reply.storage.historyFrom = "2026-11-21T08:15:30.120+08:00"
            reply.storage.daysLeft = days
            let status = reply
            return try CommandBench { $1.answer(.status(status)) }
        }
        let known = try status(400)
        #expect(
            try known.run("status").output.contains(
                "\nHistory  from 2026-11-21 08:15:30, room for 400 days more at today's rate\n"))
        #expect(
            try known.run("--lang=zh", "status").output.contains(
                "\n历史     自 2026-11-21 08:15:30，按目前速度还可存 400 天\n"))
        #expect(try known.run("--json", "status").output.contains(#""days_left":400"#))
        let unknown = try status(nil)
        #expect(try unknown.run("status").output.contains("\nHistory  from 2026-11-21 08:15:30\n"))
        #expect(try unknown.run("--json", "status").output.contains(#""days_left":null"#))
    }
}
