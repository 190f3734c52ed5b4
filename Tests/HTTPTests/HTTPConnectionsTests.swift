// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import HTTP
import HTTPServer
import TestSupport
import Testing

@Suite("Connections side by side")
struct HTTPConnectionsTests {
    private let never: Mailbox<Int>

    init() throws { never = try Mailbox() }

    /// Answers with the request's path; `/slow…` after a while, `/hang` never.
    private func server() throws -> HTTPServer {
        try HTTPServer(listen: ListenAddress("127.0.0.1:0")) { request in
            let delay: Duration =
                request.path.hasPrefix("/slow")
                ? .milliseconds(400) : request.path == "/hang" ? .seconds(60) : .zero
            return HTTPResponse(status: 200, body: Array(request.path.utf8), delay: delay)
        }
    }

    private func connections() -> HTTPConnections {
        HTTPConnections(HTTPSettings(userAgent: "boothd/0.1", timeout: .seconds(10)))
    }

    private func path(_ outcome: HTTPClient.Outcome) throws -> String {
        String(decoding: try outcome.get().body, as: UTF8.self)
    }

    /// Turns until there is an outcome, or `condition` holds; 20 s at most.
    private func outcomes(
        of connections: HTTPConnections, until condition: () -> Bool = { false }
    ) -> [(connection: HTTPConnection, outcome: HTTPClient.Outcome)] {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while clock.now < end, !condition() {
            let outcomes = connections.turn(waitingFor: never.descriptor, milliseconds: 20)
            if !outcomes.isEmpty { return outcomes }
        }
        return []
    }

    @Test("a request is answered while another one is not")
    func sideBySide() throws {
        let server = try server()
        defer { server.stop() }
        let connections = connections()
        let (first, second) = (try connections.open(), try connections.open())
        try connections.begin(OutgoingRequest(url: "http://127.0.0.1:\(server.port)/hang"), on: first)
        for number in 0..<3 {
            try connections.begin(OutgoingRequest(url: "http://127.0.0.1:\(server.port)/\(number)"), on: second)
            let found = outcomes(of: connections)
            #expect(found.map { $0.connection === second } == [true])
            let paths = try found.map { try path($0.outcome) }
            #expect(paths == ["/\(number)"])
        }
        #expect(first.isBusy && !second.isBusy)
        connections.cancel(first)
        #expect(!first.isBusy)
    }

    @Test("each keeps a connection of its own, whoever is free")
    func own() throws {
        let server = try server()
        let proxy = try TCPProxy(to: server.port)
        defer {
            proxy.stop()
            server.stop()
        }
        let connections = connections()
        let url = "http://127.0.0.1:\(proxy.port)/"
        let all = [try connections.open(), try connections.open(), try connections.open()]
        for connection in all + all.reversed() + all {
            try connections.begin(OutgoingRequest(url: url), on: connection)
            #expect(outcomes(of: connections).count == 1)
        }
        #expect(proxy.accepted == 3)
    }

    @Test("a kept connection that carries nothing more is told from one that is new")
    func forgotten() throws {
        let server = try server()
        let proxy = try TCPProxy(to: server.port)
        defer {
            proxy.stop()
            server.stop()
        }
        let connections = connections()
        let url = "http://127.0.0.1:\(proxy.port)"
        let first = try connections.open()
        try connections.begin(OutgoingRequest(url: "\(url)/slow"), on: first)
        #expect(first.isConnecting && !first.isWaitingOnKept)
        #expect(outcomes(of: connections) { !first.isConnecting }.isEmpty)
        #expect(!first.isWaitingOnKept)
        let slow = try #require(outcomes(of: connections).first)
        let reply = try slow.outcome.get()
        #expect(reply.roundTrip >= .milliseconds(390))
        proxy.forget()
        try connections.begin(OutgoingRequest(url: url), on: first)
        #expect(outcomes(of: connections) { first.isWaitingOnKept }.isEmpty)
        let second = try connections.open()
        try connections.begin(OutgoingRequest(url: "\(url)/fresh"), on: second)
        let found = outcomes(of: connections)
        #expect(found.map { $0.connection === second } == [true])
        #expect(first.isWaitingOnKept && proxy.accepted == 2)
    }

    @Test("over TLS, connections come and go while others stay")
    func overTLS() throws {
        let folder = makeCertificates()
        let tls = try HTTPServerTLS(
            certificate: folder.file("platform.pem"), key: folder.file("platform.key"),
            clientAuthority: folder.file("ca.pem"))
        let server = try HTTPServer(listen: ListenAddress("127.0.0.1:0"), tls: tls) { request in
            HTTPResponse(status: 200, body: Array(request.path.utf8))
        }
        let proxy = try TCPProxy(to: server.port)
        defer {
            proxy.stop()
            server.stop()
        }
        let settings = HTTPSettings(
            userAgent: "boothd/0.1", authority: folder.file("ca.pem"), certificate: folder.file("booth.pem"),
            key: folder.file("booth.key"))
        let connections = HTTPConnections(settings)
        let url = "https://127.0.0.1:\(proxy.port)/"
        let kept = try connections.open()
        for round in 1...5 {
            let passing = try connections.open()
            try connections.begin(OutgoingRequest(url: url, body: [1]), on: passing)
            try connections.begin(OutgoingRequest(url: url, body: [2]), on: kept)
            var count = 0
            while count < 2 {
                let found = outcomes(of: connections)
                guard !found.isEmpty else { break }
                for (_, outcome) in found {
                    let reply = try outcome.get()
                    #expect(reply.status == 200)
                }
                count += found.count
            }
            #expect(count == 2 && proxy.accepted == round + 1)
        }
    }
}
