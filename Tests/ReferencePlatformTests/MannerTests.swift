// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ReferencePlatform
import SQLite
import TestSupport
import Testing

/// What a platform may do to a booth besides giving receipts at once.
@Suite struct MannerTests {
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

    @Test("receipts later: 202, and the receipts come as a task; heartbeats are answered at once")
    func later() throws {
        let waiting = RawClient(port: try #require(platform.port))
        waiting.get("/v1/tasks?booth=B0001&wait=50")
        #expect(try platform.command("receipts later") == "receipts later")
        let taken = try take(Sample.incident(1))
        #expect(taken.status == 202)
        #expect(!taken.body.contains("receipts"))
        let task = try #require(waiting.answer()).body
        let receipt = #"{"tasks":[{"receipts":[{"id":"\#(Sample.id(1))","result":"accepted","ticket":"JQ"#
        #expect(task.hasPrefix(receipt), "\(task)")
        #expect(task.contains(#""kind":"receipt""#))
        #expect(try take(Sample.status(2)).status == 200)
        // It is sent again when the booth has waited for long enough.
        #expect(try take(Sample.incident(1)).status == 202)
        #expect(try platform.tasks().count == 2)
        #expect(try platform.tasks().last?.body.contains("duplicate") == true)
        #expect(try platform.command("receipts now") == "receipts now")
        #expect(try take(Sample.incident(1)).status == 200)
        platform.stop()
    }

    @Test("hand-over: the next event of an incident is rejected for another class, and so whenever it comes again")
    func handOver() throws {
        #expect(try platform.command("hand-over community") == "hand-over class=community")
        #expect(try take(Sample.status(9)).body.contains("accepted"))
        let rejected = #""result":"rejected","reason":"reroute:community""#
        #expect(try take(Sample.incident(1)).body.contains(rejected))
        #expect(try take(Sample.incident(1)).body.contains(rejected))
        let handed = try #require(try platform.incidents().first)
        #expect(handed.ticket == nil && handed.handed == "community" && handed.state == "raised")
        #expect(try platform.events().map(\.ticket) == [nil])
        #expect(try platform.gaps().isEmpty)
        let other = try take(Sample.incident(2, incident: 1001))
        #expect(other.body.contains(#""result":"accepted","ticket":"JQ"#))
        platform.stop()
    }

    @Test("what is on its way after a hand-over gets no ticket; what brings the incident back does")
    func comesBack() throws {
        try platform.command("hand-over community")
        _ = try take(Sample.incident(1))
        let count = try take(Sample.incident(2, type: "updated", count: 2, more: #""reason":"repeat","#))
        #expect(count.body.contains("accepted") && !count.body.contains("ticket"))
        let back = try take(Sample.incident(3, type: "updated", count: 2, more: #""reason":"reclassified","#))
        #expect(back.body.contains(#""result":"accepted","ticket":"JQ"#))
        let found = try #require(try platform.incidents().first)
        #expect(found.handed == nil && found.state == "accepted" && found.count == 2)
        platform.stop()
    }

    @Test("silent: 503 for events and for those who wait for tasks, until it speaks")
    func silence() throws {
        let waiting = RawClient(port: try #require(platform.port))
        waiting.get("/v1/tasks?booth=B0001&wait=50")
        let other = RawClient(port: try #require(platform.port))
        other.get("/v1/tasks?booth=B0002&wait=0")
        #expect(other.answer()?.status == 204)
        #expect(try platform.command("silent") == "silent")
        #expect(waiting.answer()?.status == 503)
        #expect(try take(Sample.incident(1)).status == 503)
        #expect(try platform.counts().isEmpty)
        #expect(try platform.command("speak") == "speak")
        #expect(try take(Sample.incident(1)).status == 200)
        platform.stop()
    }

    @Test("a file of another version is refused in words")
    func otherVersion() throws {
        let path = folder.file("older.sqlite")
        try Connection(path: path).execute("CREATE TABLE event (id); PRAGMA user_version = 1")
        #expect {
            try ReferencePlatform(database: path)
        } throws: { error in
            (error as? SQLiteError)?.message.contains("version 1, not 2") == true
        }
        platform.stop()
    }
}
