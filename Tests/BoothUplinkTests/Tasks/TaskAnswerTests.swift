// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP
import Testing

@testable import BoothUplink

/// The tasks of an answer with just this one.
private func read(_ task: String) -> ReceivedTask? {
    TaskAnswer(Array(#"{"tasks":[\#(task)],"cursor":"c"}"#.utf8))?.tasks.first
}

private func malformed(_ task: String) -> (id: String, kind: String, reason: String)? {
    guard case .task(let task) = read(task), case .malformed(let reason) = task.order else { return nil }
    return (task.id, task.kind, reason)
}

@Suite struct TaskAnswerTests {
    private static let incident = eventID(7)

    private static let good: [(String, PlatformTask.Order)] = [
        (
            #""kind":"incident","incident":"\#(incident)","state":"dispatched","ticket":"JQ-7","note":"一组出警""#,
            .incident(incident, state: .dispatched, ticket: "JQ-7", note: "一组出警")
        ),
        (
            #""kind":"incident","incident":"\#(incident)","state":"closed","note":"a\nb\tc ","ticket":null"#,
            .incident(incident, state: .closed, ticket: nil, note: "a b c")
        ),
        (
            #""kind":"incident","incident":"\#(incident)","state":"raised","ticket":"","note":"  ""#,
            .incident(incident, state: .raised, ticket: nil, note: nil)
        ),
        (
            #""kind":"reroute","incident":"\#(incident)","class":"community","x":{"y":[1]}"#,
            .reroute(incident, .community)
        ),
        (#""kind":"arm""#, .arm(until: nil)),
        (#""kind":"arm","until":"1970-01-01t00:00:01.5z""#, .arm(until: WallTime(milliseconds: 1500))),
        (#""kind":"disarm","until":"1970-01-01T08:00:00+08:00""#, .disarm(until: WallTime(milliseconds: 0))),
        (#""kind":"output","output":"siren","on":true"#, .output("siren", isOn: true, span: nil)),
        (
            #""kind":"output","output":"siren","on":false,"for":"90s""#,
            .output("siren", isOn: false, span: .seconds(90))
        ),
        (#""kind":"output","output":"siren","on":true,"for":30"#, .output("siren", isOn: true, span: .seconds(30))),
        (#""kind":"output","output":"siren","on":true,"for":null"#, .output("siren", isOn: true, span: nil)),
        (#""kind":"test""#, .test),
        (#""kind":"reboot","until":7"#, .unknownKind),
        (#""kind":"Test""#, .unknownKind),
    ]

    @Test("reads each kind with its fields, and passes over what it does not know", arguments: good)
    func kinds(fields: String, order: PlatformTask.Order) {
        guard case .task(let task) = read(#"{"id":"t 1",\#(fields),"expires":"1970-01-01T00:00:09Z","more":[]}"#) else {
            Issue.record("no task")
            return
        }
        #expect(task.id == "t 1" && task.expires == WallTime(milliseconds: 9000))
        #expect(task.order == order)
    }

    private static let wrong = [
        #""kind":"incident","state":"closed""#, #""kind":"incident","incident":"7","state":"closed""#,
        #""kind":"incident","incident":"\#(incident)""#, #""kind":"incident","incident":"\#(incident)","state":"done""#,
        #""kind":"incident","incident":"\#(incident)","state":"closed","note":7"#,
        #""kind":"incident","incident":"\#(incident)","state":"closed","note":"a\u001b[2J""#,
        #""kind":"incident","incident":"\#(incident)","state":"closed","ticket":"a\nb""#,
        #""kind":"incident","incident":"\#(incident)","state":"closed","ticket":"\#(String(repeating: "号", count: 257))""#,
        #""kind":"incident","incident":"\#(incident)","state":"closed","note":"\#(String(repeating: "a", count: 1001))""#,
        #""kind":"reroute","incident":"\#(incident)""#, #""kind":"reroute","incident":"\#(incident)","class":"fire""#,
        #""kind":"reroute","class":"police""#, #""kind":"arm","until":"tomorrow""#, #""kind":"arm","until":1795220130"#,
        #""kind":"disarm","until":"2026-11-21T08:15:30""#, #""kind":"output","on":true"#,
        #""kind":"output","output":"siren""#, #""kind":"output","output":"siren","on":1"#,
        #""kind":"output","output":"siren","on":"true""#, #""kind":"output","output":7,"on":true"#,
        #""kind":"output","output":"siren","on":true,"for":0"#, #""kind":"output","output":"siren","on":true,"for":-5"#,
        #""kind":"output","output":"siren","on":true,"for":1.5"#,
        #""kind":"output","output":"siren","on":true,"for":"30""#,
        #""kind":"output","output":"siren","on":true,"for":"0s""#,
        #""kind":"output","output":"siren","on":true,"for":[]"#,
        #""kind":"output","output":"siren","on":true,"for":9223372036854775807"#,
        #""kind":"receipt""#, #""kind":"receipt","receipts":{}"#, #""kind":"test","expires":"soon""#,
        #""kind":"test","expires":7"#,
    ]

    @Test(
        "calls a task malformed where a field is missing or not as it should be, under its id and kind",
        arguments: wrong)
    func malformedFields(fields: String) throws {
        let task = try #require(malformed(#"{"id":"t1",\#(fields)}"#))
        #expect(task.id == "t1" && fields.contains(#""kind":"\#(task.kind)""#) && !task.reason.isEmpty)
    }

    private static let nameless = [
        (#"{"kind":"test"}"#, "", "test"), (#"{"id":"","kind":"test"}"#, "", "test"),
        (#"{"id":7,"kind":"test"}"#, "", "test"), (#"{"id":"a\u0000","kind":"test"}"#, "", "test"),
        (#"{"id":"a\u202eb","kind":"test"}"#, "", "test"),
        (#"{"id":"\#(String(repeating: "a", count: 129))","kind":"test"}"#, "", "test"),
        (#"{"id":"t1"}"#, "t1", ""), (#"{"id":"t1","kind":7}"#, "t1", ""), ("7", "", ""), ("null", "", ""),
        (#""test""#, "", ""), ("[]", "", ""), ("{}", "", ""),
    ]

    @Test("keeps no id and no kind that cannot be used", arguments: nameless)
    func unusable(task: String, id: String, kind: String) throws {
        let found = try #require(malformed(task))
        #expect(found.id == id && found.kind == kind)
    }

    @Test("takes ids of 128 characters")
    func longestID() {
        let id = String(repeating: "号", count: 128)
        #expect(read(#"{"id":"\#(id)","kind":"test"}"#) == .task(PlatformTask(id: id, kind: "test", order: .test)))
    }

    @Test("takes receipts as receipts, with or without an id or a time, one for each event")
    func receipts() {
        let list = """
            [{"id":"\(eventID(1))","result":"accepted","ticket":"T"},{"id":"\(eventID(1))","result":"rejected"},7,
            {"id":"\(eventID(2))","result":"rejected","reason":"reroute:community"},{"id":"x","result":"accepted"}]
            """
        let expected = ReceivedTask.receipts([
            Receipt(id: eventID(1), result: .accepted(ticket: "T")),
            Receipt(id: eventID(2), result: .rejected(reason: "reroute:community")),
        ])
        #expect(read(#"{"id":"r1","kind":"receipt","receipts":\#(list)}"#) == expected)
        #expect(read(#"{"kind":"receipt","receipts":\#(list),"expires":"once"}"#) == expected)
        #expect(read(#"{"id":"r1","kind":"receipt","receipts":[]}"#) == .receipts([]))
    }

    @Test("a task that cannot be read leaves those beside it as they are")
    func amongGoodOnes() throws {
        let body = #"""
            {"cursor":"9","more":1,"tasks":[{"id":"a","kind":"test"},7,{"id":"b","kind":"arm","until":"never"},
            {"id":"c","kind":"dance"},{"id":"d","kind":"arm"}]}
            """#
        let answer = try #require(TaskAnswer(Array(body.utf8)))
        let tasks = answer.tasks.compactMap { if case .task(let task) = $0 { task } else { nil } }
        #expect(tasks.map(\.id) == ["a", "", "b", "c", "d"])
        #expect(tasks[0].order == .test && tasks[3].order == .unknownKind && tasks[4].order == .arm(until: nil))
        #expect(answer.cursor == "9")
    }

    private static let foreignBodies = [
        "", "null", "[]", "{}", "<html>", #"{"tasks":[]}"#, #"{"cursor":"1"}"#, #"{"tasks":{},"cursor":"1"}"#,
        #"{"tasks":null,"cursor":"1"}"#, #"{"tasks":[],"cursor":7}"#, #"{"tasks":[],"cursor":null}"#,
        #"{"receipts":[]}"#, #"{"tasks":["#, String(repeating: #"{"tasks":["#, count: 20_000),
        #"{"tasks":[],"cursor":"\#(String(repeating: "c", count: 1025))"}"#,
        #"{"tasks":[\#(String(repeating: "1,", count: 1000))1],"cursor":"1"}"#,
    ]

    @Test("is not an answer without a list of tasks and a cursor", arguments: foreignBodies)
    func foreign(body: String) {
        #expect(TaskAnswer(Array(body.utf8)) == nil)
    }

    @Test("a rejection with reroute:CLASS, and no other, hands over")
    func handover() {
        let reasons: [(String, IncidentClass?)] = [
            ("reroute:police", .police), ("reroute:community", .community), ("reroute:fault", .fault),
            ("reroute:", nil), ("reroute:fire", nil), ("reroute: police", nil), ("Reroute:police", nil),
            ("police", nil),
        ]
        for (reason, handover) in reasons { #expect(Receipt.Result.rejected(reason: reason).handover == handover) }
        #expect(Receipt.Result.accepted(ticket: "reroute:police").handover == nil)
    }
}

@Suite struct TaskVerdictTests {
    private static let words = HTTPWords(.init(url: "https://county.example:8443"))
    private let words = Self.words
    private let reader = AnswerReader(words)

    private func reply(_ status: Int, _ body: String = "") -> Reply { Reply(status: status, body: Array(body.utf8)) }

    /// How a channel stands after `status`, from the target with authority or from another.
    private func link(after status: Int, hasAuthority: Bool) -> LinkState? {
        let target = TargetConfiguration(
            id: "police", accepts: [.police], hasAuthority: hasAuthority, endpoint: .init(url: "http://127.0.0.1"))
        let now = BootTime(nanoseconds: 1)
        var fetcher = TaskFetcher(target, wait: .seconds(50), startSpread: .zero, after: nil, at: now)
        #expect(fetcher.advance(at: now).count == 1)
        return fetcher.apply(reader.taskVerdict(on: reply(status)), at: now).lazy.compactMap { step in
            if case .report(.taskLink(_, let state)) = step { state } else { nil }
        }.first
    }

    @Test("reads every status as the table has it, from the target with authority and from others")
    func table() {
        for status in 0...999 {
            for hasAuthority in [true, false] {
                let expected: LinkState =
                    switch status {
                    case 204: .ok
                    case 404, 405, 410, 501:
                        hasAuthority ? .refused(words.taskSentence(.status(status, title: nil))) : .ok
                    case 408, 409, 425, 429,
                        500...599 where status != 511:
                        .retrying(words.sentence(.busy(status)))
                    case 300...399: .refused(words.sentence(.redirect(status)))
                    case 401, 403, 495...497, 511: .refused(words.taskSentence(.status(status, title: nil)))
                    case 400...499: .refused(words.taskSentence(.intercepted(status)))
                    default: .refused(words.taskSentence(.foreign(status)))
                    }
                #expect(link(after: status, hasAuthority: hasAuthority) == expected, "status \(status)")
            }
        }
    }

    @Test("takes tasks from 200 alone")
    func tasksByStatus() {
        for status in 0...999 {
            let verdict = reader.taskVerdict(on: reply(status, #"{"tasks":[],"cursor":"1"}"#))
            let isTasks = if case .tasks = verdict { true } else { false }
            #expect(isTasks == (status == 200), "status \(status)")
        }
    }

    @Test("says what is wrong with a task channel in two languages, the same way each time")
    func sentences() {
        for status in 0...999 {
            guard case .refused(let sentence) = reader.taskVerdict(on: reply(status)) else { continue }
            #expect(sentence.en.hasPrefix("county.example:8443: ") && sentence.zh.hasPrefix("county.example:8443："))
            #expect(!sentence.en.contains("events") && !sentence.zh.contains("回执"), "status \(status)")
            #expect(reader.taskVerdict(on: reply(status)) == .refused(sentence))
        }
    }
}

@Suite struct TaskPaceTests {
    private var random = FixedRandom(state: 7)
    private let start = BootTime(nanoseconds: 1_000_000_000_000)

    @Test("asks again at once after a poll that was held")
    mutating func held() {
        var pace = TaskPace()
        pace.ended(began: start, at: start + .milliseconds(10), hasNews: false, using: &random)
        #expect(pace.opens != nil)
        pace.ended(began: start, at: start + TaskPace.held, hasNews: false, using: &random)
        #expect(pace.opens == nil)
    }

    @Test("slows down to one poll in ten seconds or less where each is answered at once with nothing")
    mutating func hasty() {
        var pace = TaskPace()
        var now = start
        var waits: [Duration] = []
        for _ in 0..<200 {
            pace.ended(began: now, at: now + .milliseconds(5), hasNews: false, using: &random)
            let next = pace.opens ?? now
            waits.append(next - now)
            now = next
        }
        #expect(waits.allSatisfy { $0 >= TaskPace.least && $0 <= TaskPace.most + .milliseconds(5) })
        #expect((now - start) / waits.count > .seconds(4))
        // What was asked for comes, and the wait begins anew.
        pace.ended(began: now, at: now + .milliseconds(5), hasNews: true, using: &random)
        #expect(pace.opens == now + .milliseconds(5) + TaskPace.draining)
        pace.ended(began: now, at: now + .milliseconds(5), hasNews: false, using: &random)
        #expect(pace.opens == now + .milliseconds(5) + TaskPace.least)
    }
}

@Suite struct TaskRequestTests {
    @Test("encodes what a query may not carry, and leaves out a cursor that there is none of")
    func query() {
        let url = TaskRequest.poll("https://h/p", booth: "B 1", after: nil, wait: .seconds(50)).url
        #expect(url == "https://h/p/v1/tasks?booth=B%201&wait=50")
        let next = TaskRequest.poll("https://h", booth: "B", after: "a+b/=&é\n", wait: .seconds(1)).url
        #expect(next == "https://h/v1/tasks?booth=B&after=a%2Bb%2F%3D%26%C3%A9%0A&wait=1")
        #expect(TaskRequest.poll("u", booth: "B", after: "", wait: .zero).url == "u/v1/tasks?booth=B&after=&wait=0")
        #expect(TaskRequest.percentEncoded("azAZ09-._~") == "azAZ09-._~")
    }
}
