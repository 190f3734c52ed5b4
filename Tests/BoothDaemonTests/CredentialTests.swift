// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal
import Testing

@Suite("Keys and certificates as systemd credentials")
struct CredentialTests {
    @Test("are found by name in the directory that systemd names, at the start and after a reload")
    func byName() throws {
        let booth = try BoothUnderTest(targets: [])
        // As LoadCredential=tls:/etc/boothd/credentials leaves them.
        let folder = try booth.workspace.makeDirectory("credentials")
        for (name, file) in [("ca.pem", Certificates.File.authority), ("booth.pem", .booth), ("booth.key", .boothKey)] {
            #expect(symlink(booth.certificates.path(file), "\(folder)/tls_\(name)") == 0)
        }
        booth.configuration.table(
            "[target]",
            [
                "id = 'police'", "accepts = ['police', 'fault']",
                "https = { url = 'https://127.0.0.1:\(booth.port(of: .police))', ca = 'credential:tls_ca.pem', "
                    + "certificate = 'credential:tls_booth.pem', key = 'credential:tls_booth.key' }",
            ] + BoothUnderTest.quickRetries)
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent(environment: ["CREDENTIALS_DIRECTORY": folder])
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.platformLine { $0.contains("category=help") && $0.contains("result=accepted") }
        booth.agent?.send(signal: SIGHUP)
        try booth.waitForService()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.platformLine { $0.contains("incident.updated") && $0.contains("result=accepted") }
    }
}
