// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import HTTPServer
import ReferencePlatform
import TestSupport
import Testing

/// A dispatcher's lines, the tasks that a booth gets by them over HTTP, and what the platform's book says then.
@Suite struct DispatcherTests {
    let folder = TemporaryFolder()
    let platform: ReferencePlatform

    init() throws {
        platform = try ReferencePlatform(database: folder.file("platform.sqlite"))
        try platform.start(listen: ListenAddress("127.0.0.1:0"))
    }

    private func take(_ body: String) throws -> RawClient.Answer {
        let client = RawClient(port: try #require(platform.port))
        client.post("/v1/events", headers: ["Content-Type: application/cloudevents+json"], body: body)
        return try #require(client.answer())
    }

    private func done(_ number: Int, task: String, result: String = #""result":"done""#) -> String {
        Sample.taskDone(number, #""task":"\#(task)","kind":"incident","target":"police",\#(result)"#)
    }

    static let goodLines: [(String, String, String)] = [
        (
            "accept last", "kind=incident booth=B0001 incident=\(Sample.id(1000)) state=accepted",
            #""kind":"incident","expires":"…","incident":"\#(Sample.id(1000))","state":"accepted","ticket":"TICKET""#
        ),
        ("accept TICKET JQ-7", "state=accepted", #""state":"accepted","ticket":"JQ-7""#),
        ("dispatch last", "state=dispatched", #""state":"dispatched","ticket":"TICKET"}"#),
        (
            "dispatch TICKET 2 officers,  5 min", "state=dispatched",
            #""state":"dispatched","ticket":"TICKET","note":"2 officers,  5 min""#
        ),
        ("handle \(Sample.id(1000)) seen", "state=handled", #""state":"handled","ticket":"TICKET","note":"seen""#),
        ("close last 误报", "state=closed", #""state":"closed","ticket":"TICKET","note":"误报""#),
        (
            "reroute last community", "kind=reroute booth=B0001 incident=\(Sample.id(1000)) class=community",
            #""kind":"reroute","expires":"…","incident":"\#(Sample.id(1000))","class":"community""#
        ),
        ("arm", "kind=arm booth=B0001", #""kind":"arm","expires":"…"}"#),
        (
            "disarm 2026-11-21T12:00:00+08:00", "kind=disarm",
            #""kind":"disarm","expires":"…","until":"2026-11-21T12:00:00+08:00""#
        ),
        ("disarm 2h", "kind=disarm", #""until":"20"#),
        (
            "output siren on 10s", "kind=output",
            #""kind":"output","expires":"…","output":"siren","on":true,"for":"10s""#
        ),
        ("output siren off", "kind=output", #""output":"siren","on":false}"#),
        ("test", "kind=test booth=B0001", #""kind":"test","expires":"…"}"#),
        (
            #"task {"id":"t1","kind":"dance"}"#, "task id=t1 kind=dance booth=B0001",
            #"{"tasks":[{"id":"t1","kind":"dance"}],"cursor":"1"}"#
        ),
    ]

    @Test("each line is a task at once for the booth that waits", arguments: goodLines)
    func line(line: String, printed: String, body: String) throws {
        let receipt = try take(Sample.incident(1))
        let ticket = try #require(receipt.body.components(between: "\"ticket\":\"", and: "\""))
        let waiting = RawClient(port: try #require(platform.port))
        waiting.get("/v1/tasks?booth=B0001&wait=50")
        let words = try #require(try platform.command(line.replacing("TICKET", ticket)))
        #expect(words.hasPrefix("task id="))
        #expect(words.contains(printed))
        let answer = try #require(waiting.answer()).body
        let expires = answer.components(between: "\"expires\":\"", and: "\"") ?? "-"
        #expect(answer.replacing(expires, "…").contains(body.replacing("TICKET", ticket)), "\(answer)")
        platform.stop()
    }

    @Test("a case goes from its ticket to its outcome, and never back")
    func life() throws {
        _ = try take(Sample.incident(1))
        let ticket = try #require(try platform.incidents().first?.ticket)
        let found = try platform.incidents()
        #expect(found.map(\.state) == ["accepted"])
        #expect(found.map(\.source) == ["urn:booth:330225:B0001"])
        for (line, state) in [("dispatch \(ticket)", "dispatched"), ("handle last", "handled")] {
            try platform.command(line)
            #expect(try platform.incidents().map(\.state) == [state])
        }
        #expect(throws: DispatcherLineError.self) { try platform.command("dispatch last") }
        // The booth counts on while it has not heard of it.
        _ = try take(Sample.incident(2, type: "updated", count: 3, more: #""reason":"repeat","#))
        #expect(try platform.incidents().map(\.state) == ["handled"])
        #expect(try platform.incidents().map(\.count) == [3])
        try platform.command("close last 已处置，无人受伤")
        #expect(throws: DispatcherLineError.self) { try platform.command("close last again") }
        let closed = try #require(try platform.incidents().first)
        #expect(closed.state == "closed" && closed.outcome == "已处置，无人受伤" && closed.by == "dispatcher")
        #expect(closed.ticket == ticket && !closed.isTest)
        #expect(try platform.tasks().count == 3)
        platform.stop()
    }

    @Test("a local officer's close is in the book, with who and how")
    func closedAtTheBooth() throws {
        _ = try take(Sample.incident(1))
        let more = #""outcome":"false alarm","by":"local:li","#
        let closed = Sample.incident(2, type: "closed", more: more).replacing(
            #""state":"raised""#, #""state":"closed""#)
        #expect(try take(closed).status == 200)
        let found = try #require(try platform.incidents().first)
        #expect(found.state == "closed" && found.outcome == "false alarm" && found.by == "local:li")
        platform.stop()
    }

    static let wrongLines: [(String, String)] = [
        ("dance", "“dance” is no line"), ("accept", "accept needs an incident"),
        ("dispatch JQ1", "ticket or incident id"),
        ("close last", "close needs an outcome"), ("reroute last", "reroute needs a class"),
        ("reroute last army", "“army” is no class"), ("disarm tomorrow", "“tomorrow” is no time"),
        ("output", "output needs a name"), ("output siren", "on or off is missing"),
        ("output siren up", "“up” is neither on nor off"), ("output siren on soon", "“soon” is no span"),
        ("task", "task needs a JSON object"), ("task [1]", "a task is a JSON object"),
        ("task {\"id\":", "a task is a JSON object"), ("expires", "expires needs a span"),
        ("expires soon", "“soon” is no span"), ("hand-over", "hand-over needs a class"),
        ("receipts", "later or now is missing"), ("receipts never", "“never” is neither"),
        ("test 5", "“5” is too much"),
        ("accept last \(Sample.id(2)) x", "“x” is too much"), ("booth", "booth needs its code"),
    ]

    @Test("a line that is wrong says so and changes nothing", arguments: wrongLines)
    func wrong(line: String, words: String) throws {
        _ = try take(Sample.incident(1))
        let before = try platform.incidents()
        #expect {
            try platform.command(line)
        } throws: { error in
            let said = (error as? DispatcherLineError)?.description ?? ""
            return said.contains(words) && said.contains("; ")
        }
        #expect(try platform.tasks().isEmpty)
        #expect(try platform.incidents() == before)
        platform.stop()
    }

    @Test("an empty line and a comment are nothing; help lists every line")
    func noLine() throws {
        #expect(try platform.command("") == nil)
        #expect(try platform.command("  # dispatch last") == nil)
        let help = try #require(try platform.command("help"))
        let verbs = [
            "accept", "dispatch", "handle", "close", "reroute", "arm", "disarm", "output", "test", "task", "booth",
            "expires", "hand-over", "receipts", "silent",
        ]
        for verb in verbs { #expect(help.contains("\n  \(verb)"), "\(verb)") }
        platform.stop()
    }

    @Test("without an incident the booth is the only one, or the one that was named")
    func booths() throws {
        #expect(throws: DispatcherLineError.self) { try platform.command("arm") }
        #expect(try take(Sample.status(1)).status == 200)
        #expect(try platform.command("arm")?.hasSuffix("booth=B0001") == true)
        let other = Sample.status(2).replacing("B0001", "B0002")
        #expect(try take(other).status == 200)
        #expect {
            try platform.command("arm")
        } throws: { error in
            (error as? DispatcherLineError)?.problem == "booths B0001, B0002 report"
        }
        #expect(try platform.command("booth B0002") == "booth code=B0002")
        #expect(try platform.command("arm")?.hasSuffix("booth=B0002") == true)
        #expect(try platform.tasks().map(\.booth) == ["B0001", "B0002"])
        platform.stop()
    }

    @Test("tasks are good for an hour, or as long as was said")
    func validity() throws {
        try platform.command("booth B0001")
        let before = WallTime(milliseconds: Int64(time(nil)) * 1000)
        for line in ["test", "expires 0s", "test", "expires never", "test"] { try platform.command(line) }
        let expiries = try platform.tasks().map { task in
            task.body.components(between: "\"expires\":\"", and: "\"").flatMap { WallTime(rfc3339: $0) }
        }
        #expect(expiries.count == 3)
        let hour = try #require(expiries[0])
        let now = try #require(expiries[1])
        #expect(hour.milliseconds - before.milliseconds >= 3_600_000)
        #expect(hour.milliseconds - now.milliseconds <= 3_600_000)
        #expect(expiries[2] == nil)
        platform.stop()
    }

    @Test("a booth's answer is kept with its task; a reroute that was done leaves the case to others")
    func answers() throws {
        _ = try take(Sample.incident(1))
        try platform.command("reroute last community")
        try platform.command("dispatch last")
        let ids = try platform.tasks().compactMap { $0.body.components(between: "\"id\":\"", and: "\"") }
        #expect(try platform.incidents().map(\.handed) == [nil])
        let refused = #""result":"refused","reason":"closed""#
        #expect(try take(done(2, task: ids[1], result: refused)).status == 200)
        #expect(try platform.incidents().map(\.handed) == [nil])
        #expect(try take(done(3, task: ids[0])).status == 200)
        #expect(try platform.incidents().map(\.handed) == ["community"])
        #expect(try platform.tasks().map(\.result) == ["done", "refused"])
        #expect(try platform.tasks().map(\.reason) == [nil, "closed"])
        #expect(try take(done(3, task: ids[0])).body.contains("duplicate"))
        #expect(try platform.tasks().map(\.answers) == [1, 1])
        platform.stop()
    }
}
