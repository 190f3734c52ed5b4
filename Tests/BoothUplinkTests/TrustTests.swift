// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothUplink
import Glibc
import HTTPServer
import TestSupport
import Testing

@Suite struct TrustTests {
    private let folder = makeCertificates()

    private func platform(_ name: String = "platform") throws -> ScriptedPlatform {
        let tls = try HTTPServerTLS(
            certificate: folder.file("\(name).pem"), key: folder.file("\(name).key"),
            clientAuthority: folder.file("ca.pem"))
        return try ScriptedPlatform(tls: tls, ScriptedPlatform.honest)
    }

    private func endpoint(
        _ platform: ScriptedPlatform, ca: String = "ca.pem", identity: String? = "booth"
    ) -> TargetConfiguration.Endpoint {
        .init(
            url: "https://127.0.0.1:\(platform.port)", ca: folder.file(ca),
            certificate: identity.map { folder.file("\($0).pem") }, key: identity.map { folder.file("\($0).key") })
    }

    /// Runs until the link is refused, and gives the reason in English.
    private func refusal(_ endpoint: TargetConfiguration.Endpoint, by platform: ScriptedPlatform) throws -> String {
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(endpoint)
        agent.wait("refused") { $0.link != .ok }
        agent.wait("again") { $0.sent.count >= 3 }
        #expect(agent.now.queue.count == 1 && agent.now.receipts.isEmpty && agent.now.links.count == 1)
        end(uplink, platform)
        guard case .refused(let message) = agent.now.link else { return "\(agent.now.link)" }
        return message.en
    }

    @Test("delivers where both sides know each other")
    func good() throws {
        let platform = try platform()
        let agent = try TestAgent()
        agent.queue([1])
        let uplink = try agent.start(endpoint(platform))
        agent.wait("receipt") { $0.queue.isEmpty }
        #expect(agent.now.links.isEmpty)
        end(uplink, platform)
    }

    @Test("names a wrong authority")
    func wrongAuthority() throws {
        let platform = try platform()
        let reason = try refusal(endpoint(platform, ca: "other-ca.pem"), by: platform)
        #expect(reason.contains("not trusted") && reason.contains("other-ca.pem"), "\(reason)")
        #expect(reason.hasPrefix("127.0.0.1:\(platform.port): "))
    }

    @Test("names a wrong host")
    func wrongHost() throws {
        let platform = try platform("wrong-host")
        let reason = try refusal(endpoint(platform), by: platform)
        #expect(reason.contains("for another host"), "\(reason)")
    }

    @Test("names a client certificate that is missing or not the platform's", arguments: [nil, "stranger"])
    func noCertificate(identity: String?) throws {
        let platform = try platform()
        let reason = try refusal(endpoint(platform, identity: identity), by: platform)
        #expect(reason.contains("refuses this booth (HTTP 403"), "\(reason)")
    }

    @Test("a key that cannot be read is a refused link, and a key that can be read again mends it")
    func unreadableKey() throws {
        let platform = try platform()
        let agent = try TestAgent()
        #expect(rename(folder.file("booth.key"), folder.file("away.key")) == 0)
        agent.queue([1])
        let uplink = try agent.start(endpoint(platform))
        agent.wait("refused") { $0.link != .ok }
        guard case .refused(let message) = agent.now.link else {
            Issue.record("\(agent.now.link)")
            return
        }
        #expect(message.en.contains("booth.key") && message.zh.contains("私钥"))
        #expect(rename(folder.file("away.key"), folder.file("booth.key")) == 0)
        agent.wait("receipt") { $0.queue.isEmpty && $0.link == .ok }
        end(uplink, platform)
    }
}
