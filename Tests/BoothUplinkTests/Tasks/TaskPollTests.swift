// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import BoothUplink
import HTTPServer
import Testing

/// Promise: tasks are asked for one answer after the other, and no answer makes a busy loop or stops the asking.
@Suite struct TaskPollTests {
    @Test("begins without a cursor, and goes on with the newest")
    func cursor() throws {
        let platform = try ScriptedTasks { asked in
            switch asked.after {
            case nil: ScriptedTasks.tests(["a", "b"], cursor: "1+/=& é")
            case "1+/=& é": ScriptedTasks.tests(["c"], cursor: "2")
            default: ScriptedTasks.hold
            }
        }
        platform.wait("a third poll") { $0.asked.count == 3 }
        let state = platform.now
        #expect(state.asked.map(\.after) == [nil, "1+/=& é", "2"])
        #expect(state.asked.allSatisfy { $0.booth == "B 0001" && $0.wait == "50" })
        #expect(state.batches.map(\.cursor) == ["1+/=& é", "2"])
        let ids = state.batches.map { batch in
            batch.tasks.compactMap { if case .task(let task) = $0 { task.id } else { nil } }
        }
        #expect(ids == [["a", "b"], ["c"]])
        #expect(state.links == [.ok])
        platform.end()
    }

    @Test("begins where the journal says, and asks nothing new before the last answer was kept")
    func kept() throws {
        let platform = try ScriptedTasks(after: "41", keeps: false) { asked in
            asked.after == "41" ? ScriptedTasks.tests(["a"], cursor: "42") : ScriptedTasks.hold
        }
        platform.wait("tasks") { $0.batches.count == 1 }
        let pulse = Pulse()
        platform.uplink.order(.prove(pulse))
        platform.uplink.order(.tasksKept)
        platform.wait("the next poll") { $0.asked.count == 2 }
        #expect(platform.now.asked.map(\.after) == ["41", "42"])
        #expect(pulse.answers == 1)
        platform.end()
    }

    @Test("reports receipts that come as a task")
    func receipts() throws {
        let list = #"[{"id":"\#(eventID(1))","result":"accepted","ticket":"T"}]"#
        let platform = try ScriptedTasks(hasAuthority: false) { asked in
            asked.after != nil
                ? ScriptedTasks.hold
                : ScriptedPlatform.json(
                    200, #"{"tasks":[{"id":"r","kind":"receipt","receipts":\#(list)}],"cursor":"1"}"#)
        }
        platform.wait("receipts") { $0.batches.count == 1 }
        #expect(platform.now.batches[0].tasks == [.receipts([Receipt(id: eventID(1), result: .accepted(ticket: "T"))])])
        platform.end()
    }

    @Test("asks again with the same cursor after nothing, without haste and without a report")
    func nothing() throws {
        let platform = try ScriptedTasks(after: "7") { $0.number < 3 ? HTTPResponse(status: 204) : ScriptedTasks.hold }
        platform.wait("a third poll") { $0.asked.count == 3 }
        let asked = platform.now.asked
        #expect(asked.map(\.after) == ["7", "7", "7"])
        #expect(asked[1].at - asked[0].at >= .milliseconds(990) && asked[2].at - asked[1].at >= .milliseconds(990))
        #expect(platform.now.batches.isEmpty && platform.now.links == [.ok])
        platform.end()
    }

    private static let instant: [String] = [
        #"{"tasks":[],"cursor":"7"}"#, #"{"tasks":[{"id":"a","kind":"test"}],"cursor":"7"}"#,
        #"{"tasks":[7],"cursor":"7"}"#,
    ]

    @Test("slows down where the same is answered at once, again and again", arguments: instant)
    func same(body: String) throws {
        let platform = try ScriptedTasks(after: "7") { _ in ScriptedPlatform.json(200, body) }
        platform.wait("a third poll") { $0.asked.count == 3 }
        let asked = platform.now.asked
        #expect(asked[2].at - asked[0].at >= .milliseconds(1980))
        platform.end()
    }

    @Test("a backlog is fetched answer by answer, four a second")
    func backlog() throws {
        let platform = try ScriptedTasks { asked in
            asked.number < 5 ? ScriptedTasks.tests(["t\(asked.number)"], cursor: "\(asked.number)") : ScriptedTasks.hold
        }
        platform.wait("the end of it") { $0.asked.count == 5 }
        let asked = platform.now.asked
        #expect(asked[4].at - asked[0].at >= .milliseconds(990))
        #expect(platform.now.batches.map(\.cursor) == ["1", "2", "3", "4"])
        platform.end()
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var isRefused: Bool
        var answer: HTTPResponse
    }

    static let lies: [Lie] =
        [201, 202, 301, 307, 400, 401, 403, 404, 410, 422, 495, 501, 511].map {
            Lie(testDescription: "status \($0)", isRefused: true, answer: HTTPResponse(status: $0))
        }
        + [408, 409, 425, 429, 500, 502, 503, 504].map {
            Lie(testDescription: "status \($0)", isRefused: false, answer: HTTPResponse(status: $0))
        } + [
            Lie(
                testDescription: "captive portal", isRefused: true,
                answer: HTTPResponse(status: 200, body: Array("<html>Sign in</html>".utf8))),
            Lie(
                testDescription: "receipts", isRefused: true, answer: ScriptedPlatform.json(200, #"{"receipts":[]}"#)),
            Lie(
                testDescription: "no cursor", isRefused: true,
                answer: ScriptedPlatform.json(200, #"{"tasks":[{"id":"a","kind":"test"}]}"#)),
            Lie(
                testDescription: "deep JSON", isRefused: true,
                answer: ScriptedPlatform.json(200, String(repeating: #"{"tasks":["#, count: 50_000))),
            Lie(
                testDescription: "endless body", isRefused: true,
                answer: HTTPResponse(status: 200, body: [UInt8](repeating: 32, count: 3 << 20))),
            Lie(testDescription: "closed connection", isRefused: false, answer: .hangUp),
            Lie(testDescription: "silence", isRefused: false, answer: HTTPResponse(status: 200, delay: .seconds(60))),
        ]

    @Test("says how the channel stands, asks again, and takes tasks once the platform is honest", arguments: lies)
    func lie(_ lie: Lie) throws {
        let platform = try ScriptedTasks(wait: .zero, timeout: .milliseconds(300)) { _ in lie.answer }
        platform.wait("three attempts") { $0.asked.count >= 3 }
        #expect(platform.now.batches.isEmpty && platform.now.links.count == 1)
        let isRefused = if case .refused = platform.now.links[0] { true } else { false }
        #expect(isRefused == lie.isRefused && platform.now.links[0] != .ok)
        platform.answer { $0.after == nil ? ScriptedTasks.tests(["a"], cursor: "1") : ScriptedTasks.hold }
        platform.wait("tasks") { $0.batches.count == 1 && $0.links.count >= 2 }
        #expect(platform.now.links[1] == .ok)
        platform.end()
    }

    @Test("a target without authority may have no task channel", arguments: [404, 405, 410, 501])
    func absent(status: Int) throws {
        let platform = try ScriptedTasks(hasAuthority: false) { _ in HTTPResponse(status: status) }
        platform.wait("an answer") { !$0.links.isEmpty }
        let pulse = Pulse()
        platform.uplink.order(.tasksKept)
        platform.uplink.order(.prove(pulse))
        platform.wait("a round after it") { _ in pulse.answers == 1 }
        #expect(platform.now.links == [.ok] && platform.now.asked.count == 1)
        platform.end()
    }

    @Test("waits as long as Retry-After says")
    func retryAfter() throws {
        let platform = try ScriptedTasks { asked in
            asked.number == 1
                ? ScriptedPlatform.json(503, "{}", headers: [HTTPField("Retry-After", "1")]) : ScriptedTasks.hold
        }
        platform.wait("a second poll") { $0.asked.count == 2 }
        let asked = platform.now.asked
        #expect(asked[1].at - asked[0].at >= .milliseconds(990))
        platform.end()
    }

    @Test("a platform may hold a poll for longer than a whole answer may otherwise take")
    func longPoll() throws {
        let platform = try ScriptedTasks(wait: .seconds(10), timeout: .seconds(1)) { asked in
            guard asked.number == 1 else { return ScriptedTasks.hold }
            var answer = ScriptedTasks.tests(["late"], cursor: "1")
            answer.delay = .milliseconds(1500)
            return answer
        }
        platform.wait("the late task") { $0.batches.count == 1 && !$0.links.isEmpty }
        #expect(platform.now.links == [.ok] && platform.now.asked[0].wait == "10")
        platform.end()
    }

    @Test("stops at once: during a poll, during a wait, and while an answer waits to be kept")
    func stops() throws {
        // Each `end` expects the thread to be gone within a second.
        let held = try ScriptedTasks { _ in ScriptedTasks.hold }
        held.wait("a poll") { $0.asked.count == 1 }
        held.end()
        let waiting = try ScriptedTasks(retryMost: .seconds(600)) { _ in HTTPResponse(status: 403) }
        waiting.wait("refused") { $0.links.count == 1 }
        waiting.end()
        let unkept = try ScriptedTasks(keeps: false) { _ in ScriptedTasks.tests(["a"], cursor: "1") }
        unkept.wait("tasks") { $0.batches.count == 1 }
        unkept.end()
    }
}
