// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import Crypto
import Glibc
import Rehearsal
import Testing

@testable import BoothDoctor

@Suite("Certificates and keys")
struct CredentialTests {
    private let machine: PreparedMachine
    private let made: Certificates

    init() throws {
        machine = try PreparedMachine()
        made = try Certificates(in: machine.system.path(ConfigurationFile.credentialSource))
        try machine.makeDirectory(ConfigurationFile.credentialSource, mode: 0o700)
    }

    private func configure(certificate: String = "tls_booth.pem", key: String = "tls_booth.key") throws {
        try machine.configure(
            more: "https = { url = \"https://127.0.0.1\", ca = \"credential:tls_ca.pem\", "
                + "certificate = \"credential:\(certificate)\", key = \"credential:\(key)\" }")
    }

    @Test("are found where the unit takes them from, and match")
    func good() throws {
        try configure()
        let found = machine.findings(.credentials)
        // Made for 30 days: soon to be renewed.
        #expect(found.map(\.level) == [.warning, .warning, .ok], "\(found)")
        #expect(found[1].message.en.contains("CN=B0001"))
        #expect(found[2].subject == made.path(.boothKey))
    }

    @Test("a key of another certificate is a failure")
    func foreignKey() throws {
        try configure(key: "tls_platform.key")
        let foreign = try #require(machine.findings(.credentials).last)
        #expect(foreign.level == .failure && foreign.message.en.contains("not the key of"), "\(foreign)")
    }

    @Test("a key that everybody may read is a failure; behind a closed directory nobody does, and it is a warning")
    func readableKey() throws {
        try configure()
        chmod(made.path(.boothKey), 0o644)
        let closed = machine.findings(.credentials).suffix(2)
        #expect(closed.map(\.level) == [.warning, .ok], "\(closed)")
        #expect(closed.first?.message.en.contains("only the mode of /etc/boothd/credentials keeps") == true)
        #expect(closed.first?.next?.en == "chmod 600 \(made.path(.boothKey))")
        #expect(closed.last?.message.en == "the certificate's private key")
        try machine.makeDirectory(ConfigurationFile.credentialSource, mode: 0o755)
        let open = machine.findings(.credentials).suffix(2)
        #expect(open.map(\.level) == [.failure, .ok], "\(open)")
        #expect(open.first?.message.en.contains("every user") == true, "\(open)")
        // Whose it is, is told all the same.
        try configure(key: "tls_platform.key")
        chmod(made.path(.platformKey), 0o644)
        #expect(machine.findings(.credentials).suffix(2).map(\.level) == [.failure, .failure])
    }

    @Test("a server's certificate is none to show to a server")
    func purpose() throws {
        try configure(certificate: "tls_platform.pem", key: "tls_platform.key")
        #expect(
            machine.findings(.credentials).contains {
                $0.level == .failure && $0.message.en.contains("not for use by clients")
            })
    }

    @Test("a file that is not there, and one without a certificate, are named")
    func absent() throws {
        try configure(certificate: "tls_none.pem")
        let missing = machine.findings(.credentials)
        #expect(
            missing.contains { $0.level == .failure && $0.subject.hasSuffix("/credentials/none.pem") }, "\(missing)")
        try configure(certificate: "tls_booth.key")
        #expect(
            machine.findings(.credentials).contains {
                $0.level == .failure && $0.message.en.contains("no PEM certificate")
            })
    }

    @Test("a key with a passphrase is none that a service can use, and is not asked for")
    func passphrase() throws {
        let key = made.path(.boothKey)
        let run = try ChildProcess(
            "/usr/bin/openssl", ["pkey", "-in", key, "-aes256", "-passout", "pass:x", "-out", "\(key).enc"])
        try #require(try run.wait(within: .seconds(30)) == .exited(0))
        try configure(key: "tls_booth.key.enc")
        let found = try #require(machine.findings(.credentials).last)
        #expect(found.level == .failure && found.message.en.contains("without a passphrase"), "\(found)")
    }

    @Test("a file beside the configuration has to be readable for the agent's user")
    func barred() throws {
        try machine.write("", to: "/etc/boothd/own.key", mode: 0o600)
        chown(machine.system.path("/etc/boothd/own.key"), 0, 0)
        let own =
            "https = { url = \"https://127.0.0.1\", certificate = \"credential:tls_booth.pem\", key = \"own.key\" }"
        try machine.configure(more: own)
        let found = try #require(machine.findings(.credentials).last)
        #expect(found.level == .failure && found.next?.en.contains("credential:tls_FILE") == true, "\(found)")
    }

    @Test(
        "run out with a warning from 30 days on and a failure on the last; before their time it is the clock",
        arguments: [
            (366 * 24, Finding.Level.failure, "set the clock right"), (31 * 24, .ok, ""),
            (30 * 24, .warning, "renewed"),
            (25, .warning, "renewed"), (23, .failure, "renewed"), (-1, .failure, "clock is wrong"),
        ])
    func validity(hoursLeft: Int, level: Finding.Level, next: String) throws {
        let file = machine.workspace.file("year.pem")
        let made = try ChildProcess(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "365",
                "-subj", "/CN=B0001", "-keyout", "/dev/null", "-out", file,
            ])
        try #require(try made.wait(within: .seconds(30)) == .exited(0))
        let text = try #require(SystemFiles.contents(of: file))
        let certificate = try #require(Certificate.all(inPEM: text).first)
        let end = try #require(certificate.validity).upperBound
        let clock = ClockReading(now: end - hoursLeft * 3600, isSynchronised: true, hasBatteryClock: true)
        let finding = Validity.finding(certificate, "booth.pem", .plain("x"), clock)
        #expect(finding.level == level, "\(finding)")
        #expect((finding.next?.en ?? "").contains(next) && (finding.next == nil) == (level == .ok), "\(finding)")
    }
}
