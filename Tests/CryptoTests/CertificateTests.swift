// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal
import TestSupport
import Testing

@testable import Crypto

@Suite("Certificates")
struct CertificateTests {
    private let folder = TemporaryFolder()
    private let made: Certificates

    init() throws { made = try Certificates(in: folder.file("certificates")) }

    private func bytes(_ file: Certificates.File) throws -> [UInt8] {
        let opened = open(made.path(file), O_RDONLY | O_CLOEXEC)
        defer { close(opened) }
        var room = [UInt8](repeating: 0, count: 65_536)
        let count = read(opened, &room, room.count)
        try #require(count > 0)
        return Array(room.prefix(count))
    }

    @Test("say whom they name, for how long and for what")
    func contents() throws {
        let booth = try #require(Certificate.all(inPEM: try bytes(.booth)).first)
        #expect(booth.subject == "CN=B0001,O=boothd rehearsal")
        #expect(booth.isForClients)
        let validity = try #require(booth.validity)
        #expect(validity.contains(time(nil)) && validity.count == 30 * 86_400 + 1)
        let platform = try #require(Certificate.all(inPEM: try bytes(.platform)).first)
        #expect(!platform.isForClients)
    }

    @Test("belong to their own key and to no other")
    func keys() throws {
        let booth = try #require(Certificate.all(inPEM: try bytes(.booth)).first)
        let own = try #require(PrivateKey(pem: try bytes(.boothKey)))
        let other = try #require(PrivateKey(pem: try bytes(.strangerKey)))
        #expect(booth.belongs(to: own) && !booth.belongs(to: other))
        #expect(PrivateKey(pem: try bytes(.booth)) == nil)
    }

    @Test("are read one after the other, and nothing is made of other bytes")
    func bundles() throws {
        #expect(Certificate.all(inPEM: try bytes(.authority) + bytes(.otherAuthority)).count == 2)
        #expect(Certificate.all(inPEM: try bytes(.boothKey)).isEmpty)
        #expect(Certificate.all(inPEM: []).isEmpty)
    }
}
