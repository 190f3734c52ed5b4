// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import ReferencePlatform
import Synchronization
import TestSupport
import Testing

@Suite struct ServingTests {
    let folder = TemporaryFolder()
    let platform: ReferencePlatform

    init() throws {
        platform = try ReferencePlatform(database: folder.file("platform.sqlite"))
    }

    @Test("answers over a socket, stops, and takes its port back")
    func plain() throws {
        try platform.start(listen: ListenAddress("127.0.0.1:0"))
        let address = try #require(platform.address)
        let type = "Content-Type: application/cloudevents+json"
        let client = RawClient(port: address.port)
        client.post("/v1/events", headers: [type], body: Sample.incident(1))
        #expect(client.answer()?.body.contains("accepted") == true)
        client.post("/v1/events", headers: [type], body: Sample.incident(2))
        #expect(client.answer()?.status == 200)
        platform.stop()
        #expect(client.answer() == nil)
        #expect(platform.port == nil)

        try platform.start(listen: address)
        let later = RawClient(port: address.port)
        later.post("/v1/events", headers: [type], body: Sample.incident(2))
        #expect(later.answer()?.body.contains("duplicate") == true)
        platform.stop()
    }

    @Test("takes events over mutual TLS")
    func mutualTLS() throws {
        let certificates = makeCertificates()
        let tls = try HTTPServerTLS(
            certificate: certificates.file("platform.pem"), key: certificates.file("platform.key"),
            clientAuthority: certificates.file("ca.pem"))
        try platform.start(listen: ListenAddress("127.0.0.1:0"), tls: tls)
        let port = try #require(platform.port)
        func post(_ options: String) -> String {
            answerOverTLS(
                port: port, certificates: certificates, options: options,
                header: ["POST /v1/events HTTP/1.1", "Content-Type: application/cloudevents+json"],
                body: Sample.incident(1))
        }
        #expect(post("").hasPrefix("HTTP/1.1 403 "))
        #expect(try platform.counts().isEmpty)
        let accepted = post("-cert booth.pem -key booth.key")
        #expect(accepted.hasPrefix("HTTP/1.1 200 ") && accepted.contains("\"result\":\"accepted\""))
        platform.stop()
    }

    @Test("a long poll answers as soon as there is a task, with a cursor that leaves it behind")
    func tasks() throws {
        try platform.start(listen: ListenAddress("127.0.0.1:0"))
        let client = RawClient(port: try #require(platform.port))
        client.get("/v1/tasks?booth=B0001&wait=50")
        try platform.addTask(#"{"id":"t0","kind":"test"}"#, for: "B0002")
        try platform.addTask(#"{"id":"t1","kind":"test"}"#, for: "B0001")
        #expect(client.answer()?.body == #"{"tasks":[{"id":"t1","kind":"test"}],"cursor":"2"}"#)
        #expect(platform.answer(Sample.tasks([("booth", "B0001"), ("after", "2")])).status == 204)
        #expect(platform.answer(Sample.tasks([("booth", "B0001"), ("after", "1")])).status == 200)
        platform.stop()
    }

    @Test("a long poll sees a task that another program put into the table")
    func taskByOther() throws {
        try platform.start(listen: ListenAddress("127.0.0.1:0"))
        let client = RawClient(port: try #require(platform.port))
        client.get("/v1/tasks?booth=B0001&wait=50")
        let other = try ReferencePlatform(database: folder.file("platform.sqlite"))
        try other.addTask(#"{"id":"t1","kind":"test"}"#, for: "B0001")
        #expect(client.answer()?.body.contains("t1") == true)
        platform.stop()
    }

    @Test("a stop ends long polls at once", .timeLimit(.minutes(1)))
    func stopLongPoll() throws {
        try platform.start(listen: ListenAddress("127.0.0.1:0"))
        let clients = try (0..<4).map { _ in RawClient(port: try #require(platform.port)) }
        for client in clients { client.get("/v1/tasks?booth=B0001&wait=60") }
        let clock = ContinuousClock()
        let span = clock.measure { platform.stop() }
        #expect(span < .seconds(5))
    }

    @Test("a query that is wrong is refused", arguments: [[], [("booth", "")], [("booth", "B"), ("after", "x")]])
    func query(items: [(String, String)]) {
        #expect(platform.answer(Sample.tasks(items)).status == 400)
    }

    @Test("several connections at once get each its receipts, and tickets differ")
    func concurrency() throws {
        try platform.start(listen: ListenAddress("127.0.0.1:0"))
        let port = try #require(platform.port)
        let clients = (0..<8).map { _ in RawClient(port: port) }
        for round in 0..<10 {
            for (index, client) in clients.enumerated() {
                let number = round * 8 + index + 1
                client.post(
                    "/v1/events", headers: ["Content-Type: application/cloudevents+json"],
                    body: Sample.incident(number, incident: 1000 + number))
            }
            for client in clients { #expect(client.answer()?.body.contains("accepted") == true) }
        }
        let events = try platform.events()
        #expect(Set(events.map(\.ticket)).count == 80)
        #expect(try platform.gaps().isEmpty)
        platform.stop()
    }
}
