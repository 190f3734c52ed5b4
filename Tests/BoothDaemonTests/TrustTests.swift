// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Rehearsal
import Testing

@Suite("A platform or a booth that is not who it should be")
struct TrustTests {
    enum Mistake: String, CaseIterable, CustomTestStringConvertible {
        case foreignAuthority = "the platform's certificate is of another authority"
        case otherHost = "the platform's certificate is for another host"
        case noClientCertificate = "the booth has no client certificate"
        case foreignClientCertificate = "the booth's certificate is of another authority"

        var testDescription: String { rawValue }

        /// What `last_error` has to say.
        var sentence: String {
            switch self {
            case .foreignAuthority: "the platform's certificate is not trusted"
            case .otherHost: "the platform's certificate is for another host"
            case .noClientCertificate, .foreignClientCertificate: "client certificate"
            }
        }
    }

    @Test(
        "is refused, named in status and reported as a fault; mended, everything goes out", arguments: Mistake.allCases)
    func refusal(_ mistake: Mistake) throws {
        let booth = try BoothUnderTest(targets: [])
        try configure(booth, mistake)
        try booth.startBoard("help-1")
        try startPlatform(of: booth, mistake)
        try booth.startAgent()
        let journal = try booth.follow()
        try booth.tell("press help-1")
        let raised = try journal.next(.incidentRaised, of: "help-1")

        let fault = try booth.waitForOpen(.link)[0]
        #expect(fault.device == "target:police" && fault.incidentClass == .fault)
        let status = try booth.status().targets[0]
        #expect(status.state == .refused)
        #expect(status.lastError?.en.contains(mistake.sentence) == true, "\(String(describing: status.lastError))")
        let screen = try booth.control("status")
        #expect(screen.status == .exited(1) && screen.output.contains { $0.contains(mistake.sentence) })
        #expect(try booth.queues()[0].items.contains { $0.id == raised.id })
        #expect(try booth.book().rows == 0)

        try mend(booth, mistake)
        try booth.platformLine { $0.contains(" id=\(raised.id) ") && $0.contains("result=accepted") }
        try booth.wait(until: "the fault is restored") { try booth.incidents(.link).map(\.restored) == [true] }
        try booth.waitForEmptyQueues()
        #expect(try booth.status().targets[0].state == .ok)
        let book = try booth.book()
        #expect(book.gaps == 0 && book.conflicts == 0)
    }

    private func configure(_ booth: BoothUnderTest, _ mistake: Mistake) throws {
        let identity: (certificate: Certificates.File, key: Certificates.File)? =
            switch mistake {
            case .noClientCertificate: nil
            case .foreignClientCertificate: (.stranger, .strangerKey)
            case .foreignAuthority, .otherHost: (.booth, .boothKey)
            }
        let own = identity.map {
            ", certificate = '\(booth.certificates.path($0.certificate))', key = '\(booth.certificates.path($0.key))'"
        }
        booth.configuration.table(
            "[target]",
            [
                "id = 'police'", "accepts = ['police', 'fault']",
                "https = { url = 'https://127.0.0.1:\(booth.port(of: .police))', "
                    + "ca = '\(booth.certificates.path(.authority))'\(own ?? "") }",
            ] + BoothUnderTest.quickRetries)
    }

    private func startPlatform(of booth: BoothUnderTest, _ mistake: Mistake) throws {
        switch mistake {
        case .foreignAuthority:
            let others = try Certificates(in: booth.workspace, named: "elsewhere")
            try booth.startPlatform(certificate: others.path(.platform), key: others.path(.platformKey))
        case .otherHost:
            try booth.startPlatform(
                certificate: booth.certificates.path(.wrongHost), key: booth.certificates.path(.wrongHostKey))
        case .noClientCertificate, .foreignClientCertificate: try booth.startPlatform()
        }
    }

    /// The platform gets its right certificate, or the booth does: with a reload, as a technician would do it.
    private func mend(_ booth: BoothUnderTest, _ mistake: Mistake) throws {
        switch mistake {
        case .foreignAuthority, .otherHost:
            try booth.stopPlatform()
            try booth.startPlatform()
        case .noClientCertificate, .foreignClientCertificate:
            var mended = try BoothUnderTest.cabinet(of: booth)
            mended.target(
                "police", accepts: ["police", "fault"], port: booth.port(of: .police),
                certificates: booth.certificates, lines: BoothUnderTest.quickRetries)
            booth.configuration = mended
            try booth.writeConfiguration()
            booth.agent?.send(signal: 1)
            try booth.waitForService()
        }
    }
}

extension BoothUnderTest {
    /// The same board and button, with no platform yet.
    fileprivate static func cabinet(of booth: BoothUnderTest) throws -> BoothConfigurationText {
        var text = BoothConfigurationText()
        text.modbus("cabinet", tcpPort: booth.boardPort)
        text.point("help-1", kind: "help-button", bus: "cabinet", address: 0)
        return text
    }
}
