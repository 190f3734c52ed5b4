// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import HTTP
import HTTPServer
import Synchronization
import TestSupport
import Testing

/// Waits for the outcome of one request, at most 20 s.
func outcome(
    _ client: HTTPClient, _ request: OutgoingRequest, also mailbox: Mailbox<Int>? = nil
) throws -> HTTPClient.Outcome? {
    let never = try Mailbox<Int>()
    do throws(HTTPFailure) { try client.begin(request) } catch { return .failure(error) }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(20)
    while clock.now < end {
        if let outcome = client.turn(waitingFor: (mailbox ?? never).descriptor, milliseconds: 1000) { return outcome }
        if let mailbox, !mailbox.take().isEmpty { return nil }
    }
    Issue.record("no outcome within 20 s")
    return nil
}

func cause(_ client: HTTPClient, _ url: String) throws -> HTTPFailure.Cause? {
    guard case .failure(let failure) = try outcome(client, OutgoingRequest(url: url)) else { return nil }
    return failure.cause
}

private func plainServer(_ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse) throws -> HTTPServer {
    try HTTPServer(listen: ListenAddress("127.0.0.1:0"), handler: handler)
}

private func client(timeout: Duration = .seconds(10), bodyLimit: Int = 1 << 20) throws -> HTTPClient {
    try HTTPClient(HTTPSettings(userAgent: "boothd/0.1", timeout: timeout, bodyLimit: bodyLimit))
}

@Suite struct HTTPClientTests {
    @Test("posts body and headers, and gives back status, type, body and Retry-After")
    func post() throws {
        let server = try plainServer { request in
            let seen =
                "\(request.method) \(request.path) \(request.header("x-mark") ?? "") "
                + "\(request.header("user-agent") ?? "") \(request.header("expect") ?? "-") "
            return HTTPResponse(
                status: 503, headers: [HTTPField("Content-Type", "text/plain"), HTTPField("Retry-After", "7")],
                body: Array(seen.utf8) + request.body)
        }
        defer { server.stop() }
        let request = OutgoingRequest(
            url: "http://127.0.0.1:\(server.port)/v1/events", headers: [("X-Mark", "1")], body: Array("求助".utf8))
        let reply = try #require(try outcome(try client(), request)?.get())
        #expect(reply.status == 503)
        #expect(reply.contentType == "text/plain")
        #expect(reply.retryAfter == .seconds(7))
        #expect(String(decoding: reply.body, as: UTF8.self) == "POST /v1/events 1 boothd/0.1 - 求助")
    }

    @Test("keeps its connection for the next request, and an empty body stays a POST")
    func reuse() throws {
        let requests = Mutex<[HTTPRequest]>([])
        let server = try plainServer { request in
            requests.withLock { $0.append(request) }
            return HTTPResponse(status: 200)
        }
        defer { server.stop() }
        let client = try client()
        let url = "http://127.0.0.1:\(server.port)/"
        _ = try outcome(client, OutgoingRequest(url: url, body: []))
        _ = try outcome(client, OutgoingRequest(url: url))
        _ = try outcome(client, OutgoingRequest(url: url, body: [1]))
        #expect(requests.withLock { $0.map(\.method) } == ["POST", "GET", "POST"])
        #expect(requests.withLock { $0.map(\.body.count) } == [0, 0, 1])
    }

    @Test("does not follow a redirect")
    func redirect() throws {
        let asked = Mutex(0)
        let server = try plainServer { request in
            asked.withLock { $0 += 1 }
            return HTTPResponse(status: 302, headers: [HTTPField("Location", "/elsewhere")])
        }
        defer { server.stop() }
        let url = "http://127.0.0.1:\(server.port)/"
        let reply = try #require(try outcome(try client(), OutgoingRequest(url: url))?.get())
        #expect(reply.status == 302)
        #expect(asked.withLock { $0 } == 1)
    }

    @Test("cuts an answer off at its limit, and takes one of exactly the limit")
    func bodyLimit() throws {
        let server = try plainServer { request in
            HTTPResponse(status: 200, body: [UInt8](repeating: 32, count: request.path == "/fits" ? 1000 : 1001))
        }
        defer { server.stop() }
        let client = try client(bodyLimit: 1000)
        let url = "http://127.0.0.1:\(server.port)"
        #expect(try cause(client, "\(url)/") == .tooLarge)
        #expect(try outcome(client, OutgoingRequest(url: "\(url)/fits"))?.get().body.count == 1000)
    }

    @Test("names a broken, a silent and a slow answer")
    func badAnswers() throws {
        let server = try plainServer { request in
            switch request.path {
            case "/cut": HTTPResponse(status: 200, body: [1, 2, 3], delivery: .cut(afterBodyBytes: 1))
            case "/silent": HTTPResponse(status: 200, delay: .seconds(60))
            case "/slow":
                HTTPResponse(
                    status: 200, body: [UInt8](repeating: 32, count: 1000),
                    delivery: .trickled(bytes: 1, interval: .milliseconds(50)))
            default: .hangUp
            }
        }
        defer { server.stop() }
        let client = try client(timeout: .milliseconds(300))
        let url = "http://127.0.0.1:\(server.port)"
        #expect(try cause(client, "\(url)/") == .cutOff)
        #expect(try cause(client, "\(url)/cut") == .cutOff)
        #expect(try cause(client, "\(url)/silent") == .timedOut)
        #expect(try cause(client, "\(url)/slow") == .timedOut)
    }

    @Test("an answer without a status line is not HTTP, and no fault of the URL")
    func noStatusLine() throws {
        var bound = sockaddr_in()
        bound.sin_family = sa_family_t(AF_INET)
        bound.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        let opened = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        try #require(opened)
        let thread = try WorkerThread(name: "bare-answer") {
            let peer = accept(listener, nil, nil)
            send(peer, "<html>no status</html>", 22, CInt(MSG_NOSIGNAL))
            shutdown(peer, CInt(SHUT_WR))
            var scrap = [UInt8](repeating: 0, count: 4096)
            while recv(peer, &scrap, scrap.count, 0) > 0 {}
            close(peer)
        }
        #expect(try cause(try client(), "http://127.0.0.1:\(bound.sin_port.bigEndian)/") == .notHTTP)
        #expect(thread.join(milliseconds: 5000))
    }

    @Test("names a host without address, a closed port, and a URL that is none")
    func noServer() throws {
        let server = try plainServer { _ in HTTPResponse(status: 200) }
        let port = server.port
        server.stop()
        #expect(try cause(try client(), "http://127.0.0.1:\(port)/") == .unreachable)
        #expect(try cause(try client(), "http://booth.invalid/") == .unresolved)
        #expect(try cause(try client(), "ftp://127.0.0.1/") == .badURL)
        #expect(try cause(try client(), "http://127.0.0.1:99999/") == .badURL)
    }

    @Test("returns as soon as the other descriptor is readable, and can be asked again after a cancel")
    func interruption() throws {
        let mailbox = try Mailbox<Int>()
        let server = try plainServer { request in
            guard request.path == "/hang" else { return HTTPResponse(status: 204) }
            mailbox.post(1)
            return HTTPResponse(status: 200, delay: .seconds(60))
        }
        defer { server.stop() }
        let client = try client()
        let url = "http://127.0.0.1:\(server.port)"
        #expect(try outcome(client, OutgoingRequest(url: "\(url)/hang"), also: mailbox) == nil)
        client.cancel()
        #expect(try outcome(client, OutgoingRequest(url: "\(url)/"))?.get().status == 204)
    }
}

@Suite struct RetryAfterTests {
    private static let date = "Sat, 21 Nov 2026 00:15:30 GMT"

    @Test(
        "reads seconds and dates, caps at an hour, and leaves out what cannot be read",
        arguments: [
            ("0", 0), ("7", 7), (" 120 ", 120), ("3600", 3600), ("3601", 3600), ("99999999999999999999999", 3600),
            ("Sat, 21 Nov 2026 00:16:00 GMT", 30), ("Sat, 21 Nov 2026 00:00:00 GMT", 0),
            ("Thu, 01 Jan 2099 00:00:00 GMT", 3600), ("soon", nil), ("", nil), ("-5", nil), ("1.5", nil),
        ] as [(String, Int?)])
    func span(text: String, seconds: Int?) {
        #expect(RetryAfter.span(text, date: Self.date) == seconds.map { .seconds($0) })
    }

    @Test("believes no date without the answer's own")
    func dateless() {
        #expect(RetryAfter.span("Thu, 01 Jan 2099 00:00:00 GMT", date: nil) == nil)
    }
}
