// SPDX-License-Identifier: Apache-2.0
import Glibc
import HTTP
import HTTPServer
import TestSupport
import Testing

/// One server and what a client of it knows; certificates are made once for each test.
private struct Pair {
    let folder = makeCertificates()

    func server(_ name: String = "platform", in other: TemporaryFolder? = nil, key: String? = nil) throws -> HTTPServer
    {
        let place = other ?? folder
        let tls = try HTTPServerTLS(
            certificate: place.file("\(name).pem"), key: place.file(key ?? "\(name).key"),
            clientAuthority: folder.file("ca.pem"))
        return try HTTPServer(listen: ListenAddress("127.0.0.1:0"), tls: tls) { request in
            guard case .authenticated(let name) = request.client else { return HTTPResponse(status: 500) }
            return HTTPResponse(status: 200, body: Array(name.utf8))
        }
    }

    func client(ca: String? = nil, identity: String? = "booth") throws -> HTTPClient {
        try HTTPClient(
            HTTPSettings(
                userAgent: "boothd/0.1", authority: ca ?? folder.file("ca.pem"),
                certificate: identity.map { folder.file("\($0).pem") }, key: identity.map { folder.file("\($0).key") },
                timeout: .seconds(10)))
    }
}

@Suite struct TLSTests {
    @Test("shows its certificate and believes the platform's")
    func mutual() throws {
        let pair = Pair()
        let server = try pair.server()
        defer { server.stop() }
        let reply = try #require(
            try outcome(try pair.client(), OutgoingRequest(url: "https://127.0.0.1:\(server.port)/"))?.get())
        #expect(reply.status == 200)
        #expect(String(decoding: reply.body, as: UTF8.self) == "B0001")
    }

    @Test("refuses a platform of an authority that is not its own, the system's as well")
    func wrongAuthority() throws {
        let pair = Pair()
        let server = try pair.server()
        defer { server.stop() }
        let found = try cause(
            try pair.client(ca: pair.folder.file("other-ca.pem")), "https://127.0.0.1:\(server.port)/")
        guard case .untrusted(let reason) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(!reason.isEmpty)
        let systems = try HTTPClient(HTTPSettings(userAgent: "boothd/0.1"))
        guard case .untrusted = try cause(systems, "https://127.0.0.1:\(server.port)/") else {
            Issue.record("believed a stranger")
            return
        }
    }

    @Test("refuses a platform whose certificate is for another host")
    func wrongHost() throws {
        let pair = Pair()
        let server = try pair.server("wrong-host")
        defer { server.stop() }
        #expect(try cause(try pair.client(), "https://127.0.0.1:\(server.port)/") == .wrongHost)
    }

    @Test("tells an expired certificate from one that begins later")
    func dates() throws {
        let pair = Pair()
        let dated = try #require(DatedCertificates())
        for (name, expected) in [("old", HTTPFailure.Cause.expired), ("early", .notYetValid)] {
            let server = try pair.server(name, in: dated.folder, key: "leaf.key")
            defer { server.stop() }
            let client = try pair.client(ca: dated.folder.file("ca.pem"))
            #expect(try cause(client, "https://127.0.0.1:\(server.port)/") == expected)
        }
    }

    @Test("gets the refusal of a platform that answers a client without certificate")
    func withoutCertificate() throws {
        let pair = Pair()
        let server = try pair.server()
        defer { server.stop() }
        for identity in [nil, "stranger"] {
            let reply = try #require(
                try outcome(
                    try pair.client(identity: identity), OutgoingRequest(url: "https://127.0.0.1:\(server.port)/"))?
                    .get())
            #expect(reply.status == 403)
        }
    }

    @Test("names the client's certificate when TLS ends on it", arguments: ["-tls1_2", "-tls1_3"])
    func alert(version: String) throws {
        let pair = Pair()
        let server = try #require(StrictServer(certificates: pair.folder.path, version: version))
        let url = "https://127.0.0.1:\(server.port)/"
        for identity in [nil, "stranger"] {
            let found = try cause(try pair.client(identity: identity), url)
            guard case .clientRefused = found else {
                Issue.record("\(identity ?? "none"): \(String(describing: found))")
                continue
            }
        }
        #expect(try outcome(try pair.client(), OutgoingRequest(url: url))?.get().status == 200)
    }

    @Test("names credentials and authorities that cannot be read, and works again once they can")
    func unreadable() throws {
        let pair = Pair()
        let server = try pair.server()
        defer { server.stop() }
        let url = "https://127.0.0.1:\(server.port)/"
        let client = try pair.client()
        #expect(rename(pair.folder.file("booth.key"), pair.folder.file("away.key")) == 0)
        #expect(try cause(client, url) == .clientCredentials)
        #expect(rename(pair.folder.file("stranger.key"), pair.folder.file("booth.key")) == 0)
        #expect(try cause(client, url) == .clientCredentials)
        #expect(rename(pair.folder.file("away.key"), pair.folder.file("booth.key")) == 0)
        #expect(rename(pair.folder.file("ca.pem"), pair.folder.file("away.pem")) == 0)
        #expect(try cause(client, url) == .authorityFile)
        #expect(rename(pair.folder.file("away.pem"), pair.folder.file("ca.pem")) == 0)
        #expect(try outcome(client, OutgoingRequest(url: url))?.get().status == 200)
    }

    @Test("speaks nothing older than TLS 1.2")
    func oldVersion() throws {
        let pair = Pair()
        let old = "-tls1_1 -cipher DEFAULT@SECLEVEL=0"
        let server = try #require(StrictServer(certificates: pair.folder.path, version: old))
        let found = try cause(try pair.client(), "https://127.0.0.1:\(server.port)/")
        guard case .tls = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }
}
