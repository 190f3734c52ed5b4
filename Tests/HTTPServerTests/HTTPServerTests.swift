// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import HTTPServer
import TestSupport
import Testing

private func plainServer(
    bodyLimit: Int = 1 << 20, handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
) throws -> HTTPServer {
    try HTTPServer(listen: ListenAddress("127.0.0.1:0"), bodyLimit: bodyLimit, handler: handler)
}

private func echo(_ request: HTTPRequest) -> HTTPResponse {
    let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
    let text = "\(request.method) \(request.path) [\(query)] \(request.header("x-mark") ?? "-") "
    return HTTPResponse(
        status: 200, headers: [HTTPField("Content-Type", "text/plain")], body: Array(text.utf8) + request.body)
}

@Suite struct HTTPServerTests {
    @Test("gives the handler method, path, query, headers and body, and keeps the connection alive")
    func request() throws {
        let server = try plainServer(handler: echo)
        let client = RawClient(port: server.port)
        client.get("/v1/tasks?booth=B0001&note=%E6%B1%82%20x&flag")
        let first = try #require(client.answer())
        #expect(first.status == 200)
        #expect(first.body == "GET /v1/tasks [booth=B0001&note=求 x&flag=] - ")
        client.post("/v1/events", headers: ["X-Mark: 7"], body: String(repeating: "y", count: 100_000))
        let second = try #require(client.answer())
        #expect(second.body == "POST /v1/events [] 7 " + String(repeating: "y", count: 100_000))
        server.stop()
    }

    @Test("answers 413 to a body over the limit, and the handler does not see it")
    func tooLarge() throws {
        let server = try plainServer(bodyLimit: 1000) { _ in HTTPResponse(status: 500) }
        let client = RawClient(port: server.port)
        client.post("/", body: String(repeating: "x", count: 300_000))
        let answer = try #require(client.answer())
        #expect(answer.status == 413)
        #expect(answer.headers.contains("Content-Type: application/problem+json"))
        server.stop()
    }

    @Test("closes the connection without an answer when the handler asks for that")
    func hangUp() throws {
        let server = try plainServer { _ in .hangUp }
        let client = RawClient(port: server.port)
        client.get("/")
        #expect(client.answer() == nil)
        server.stop()
    }

    @Test("cuts an answer in its body")
    func cut() throws {
        let server = try plainServer { _ in
            HTTPResponse(status: 200, body: Array("0123456789".utf8), delivery: .cut(afterBodyBytes: 4))
        }
        let client = RawClient(port: server.port)
        client.get("/")
        let answer = try #require(client.answer())
        #expect(answer.headers.contains("Content-Length: 10"))
        #expect(answer.body == "0123")
        server.stop()
    }

    @Test("trickles a body to its end, with the status and the headers that it was given")
    func trickle() throws {
        let server = try plainServer { _ in
            HTTPResponse(
                status: 429, headers: [HTTPField("Retry-After", "7")], body: Array("abcdef".utf8),
                delivery: .trickled(bytes: 1, interval: .milliseconds(1)))
        }
        let client = RawClient(port: server.port)
        client.get("/")
        let answer = try #require(client.answer())
        #expect(answer.status == 429)
        #expect(answer.headers.contains("Retry-After: 7"))
        #expect(answer.body == "abcdef")
        server.stop()
    }

    @Test("a handler that blocks holds up no other connection")
    func concurrency() throws {
        let gate = try WakeUp()
        let server = try plainServer { request in
            if request.path == "/slow" { gate.wait() }
            return HTTPResponse(status: 204)
        }
        let slow = RawClient(port: server.port)
        slow.get("/slow")
        let quick = RawClient(port: server.port)
        quick.get("/quick")
        #expect(quick.answer()?.status == 204)
        gate.ring()
        #expect(slow.answer()?.status == 204)
        server.stop()
    }

    @Test("a stop ends a delay at once and closes idle connections", .timeLimit(.minutes(1)))
    func stop() throws {
        let entered = try WakeUp()
        let server = try plainServer { _ in
            entered.ring()
            return HTTPResponse(status: 200, delay: .seconds(3600))
        }
        let client = RawClient(port: server.port)
        client.get("/")
        entered.wait()
        let idle = RawClient(port: server.port)
        server.stop()
        #expect(client.answer() == nil)
        #expect(idle.answer() == nil)
    }

    @Test("a port that is taken is named in the error")
    func portTaken() throws {
        let server = try plainServer(handler: echo)
        #expect(throws: HTTPServerError(.listen, "127.0.0.1:\(server.port)", reason: "Address already in use")) {
            try HTTPServer(listen: server.address, handler: echo)
        }
        server.stop()
    }

    @Test("takes HOST:PORT and nothing else", arguments: ["", "8443", "host", "host:", ":1", "host:65536", "::1:80"])
    func address(text: String) {
        #expect(throws: HTTPServerError.self) { try ListenAddress(text) }
    }
}

@Suite struct HTTPServerTLSTests {
    private static func get(_ server: HTTPServer, _ folder: TemporaryFolder, _ options: String) -> String {
        answerOverTLS(port: server.port, certificates: folder, options: options, header: ["GET / HTTP/1.1"])
    }

    @Test("knows a client by its certificate and refuses others with 403")
    func clientCertificate() throws {
        let folder = makeCertificates()
        let tls = try HTTPServerTLS(
            certificate: folder.file("platform.pem"), key: folder.file("platform.key"),
            clientAuthority: folder.file("ca.pem"))
        let server = try HTTPServer(listen: ListenAddress("127.0.0.1:0"), tls: tls) { request in
            HTTPResponse(status: 200, body: Array("\(request.client)".utf8))
        }
        let known = Self.get(server, folder, "-cert booth.pem -key booth.key")
        #expect(known.hasPrefix("HTTP/1.1 200 ") && known.hasSuffix(#"authenticated(commonName: "B0001")"#))
        let older = Self.get(server, folder, "-tls1_2 -cert booth.pem -key booth.key")
        #expect(older.hasPrefix("HTTP/1.1 200 "))
        let nobody = Self.get(server, folder, "")
        #expect(nobody.hasPrefix("HTTP/1.1 403 ") && nobody.contains("client certificate required"))
        let stranger = Self.get(server, folder, "-cert stranger.pem -key stranger.key")
        #expect(stranger.hasPrefix("HTTP/1.1 403 ") && stranger.contains("client certificate not trusted"))
        let wrongPurpose = Self.get(server, folder, "-cert platform.pem -key platform.key")
        #expect(wrongPurpose.hasPrefix("HTTP/1.1 403 ") && wrongPurpose.contains("client certificate not trusted"))
        let tooOld = Self.get(
            server, folder, "-tls1_1 -cipher DEFAULT@SECLEVEL=0 -cert booth.pem -key booth.key")
        #expect(tooOld.isEmpty)
        server.stop()
    }

    @Test("says which file is wrong")
    func badFiles() throws {
        let folder = makeCertificates()
        #expect(throws: HTTPServerError(.readFile, "/nowhere.pem", reason: "No such file or directory")) {
            try HTTPServerTLS(certificate: "/nowhere.pem", key: folder.file("platform.key"))
        }
        #expect(throws: HTTPServerError.self) {
            try HTTPServerTLS(certificate: folder.file("platform.pem"), key: folder.file("booth.key"))
        }
    }
}
