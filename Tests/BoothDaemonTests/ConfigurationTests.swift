// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("The whole configuration, right and wrong, and the command line")
struct ConfigurationTests {
    /// The file of the whole booth, in a folder that has the certificates it names.
    private struct Folder {
        let workspace: Workspace
        let text: String
        var file: String { workspace.file("booth/boothd.toml") }

        init() throws {
            workspace = try Workspace(named: "e2e")
            _ = try Certificates(in: workspace, named: "booth")
            let fixture = try BuiltPrograms.packageFile("Tests/BoothDaemonTests/Fixtures/boothd.toml")
            text = try String(contentsOfFile: fixture, encoding: .utf8)
            try workspace.write(text, to: "booth/boothd.toml")
        }

        func start(_ program: String, _ arguments: String...) throws -> ChildProcess {
            try ChildProcess(
                try BuiltPrograms.path(of: program), arguments, environment: BoothUnderTest.plain,
                in: workspace.file("booth"))
        }
    }

    @Test("the example of everything is good, and both checks are silent about it")
    func silentChecks() throws {
        let folder = try Folder()
        for check in [
            try folder.start("boothd", "--check", "--config", folder.file),
            try folder.start("boothctl", "check", folder.file),
        ] {
            #expect(try check.wait(within: BoothUnderTest.patience) == .exited(0))
            #expect(check.lines.isEmpty)
        }
    }

    @Test("without the devices that it names the agent serves, tells each fault, and stops when asked")
    func noDevices() throws {
        let folder = try Folder()
        let socket = folder.workspace.file("control")
        let agent = try folder.start(
            "boothd", "--config", "boothd.toml", "--state-directory", folder.workspace.file("state"),
            "--control-socket", socket)
        try agent.line(on: .error, within: BoothUnderTest.patience) { $0.contains("5 points, ") }
        let devices: Set<DeviceID> = ["gpio:booth-io", "modbus:inside", "modbus:cabinet"]
        var faults: [IncidentStatus] = []
        let deadline = BootTime.now() + BoothUnderTest.patience
        while Set(faults.compactMap(\.device)).isSuperset(of: devices) == false, BootTime.now() < deadline {
            let client = try ControlClient(path: socket)
            faults = try ControlClient.decode(IncidentsReply.self, from: try client.call(.incidents(nil, all: false)))
                .incidents.filter { $0.category == .sensor }
            poll(nil, 0, 20)
        }
        #expect(Set(faults.compactMap(\.device)) == devices && faults.count == 3, "\(faults)")
        let status = try ControlClient.decode(
            StatusReply.self, from: try ControlClient(path: socket).call(.status))
        #expect(status.inService && status.state == .degraded)
        for device in devices {
            #expect(status.reasons.contains { $0.en.hasPrefix("\(device): ") }, "\(device): \(status.reasons)")
        }
        #expect(try agent.stop(within: .seconds(2)) == .exited(0))
    }

    /// One way to spoil the file; `«` stands before the character that the agent has to name.
    struct Spoiled: CustomTestStringConvertible, Sendable {
        let name: String
        let right: String
        let wrong: String
        var testDescription: String { name }

        init(_ name: String, _ right: String, _ wrong: String) {
            self.name = name
            self.right = right
            self.wrong = wrong
        }

        /// The spoiled text, and the place as the agent writes it.
        func apply(to text: String) throws -> (text: String, place: String) {
            let marked = text.replacing(right, with: wrong, maxReplacements: 1)
            let parts = marked.split(separator: "«", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw RehearsalError("\(name): spoils nothing") }
            let lines = parts[0].split(separator: "\n", omittingEmptySubsequences: false)
            return (parts.joined(), "\(lines.count):\((lines.last?.count ?? 0) + 1)")
        }
    }

    static let spoiled = [
        Spoiled("syntax", "tcp = \"127.0.0.1:1502\"", "tcp = 12«7.0.0.1:1502"),
        Spoiled("unknown key", "active = \"low\", bias", "«activ = \"low\", bias"),
        Spoiled("wrong type", "longitude = 121.87", "longitude = «\"121.87\""),
        Spoiled("duplicate id", "id = \"mail-door\"", "id = «\"mail-slot\""),
        Spoiled("unknown bus", "bus = \"inside\", unit = 2", "bus = «\"insied\", unit = 2"),
        Spoiled("address beyond the table", "address = 3,", "address = «65536,"),
        Spoiled("bad duration", "poll = \"100ms\"", "poll = «\"100 msec\""),
        Spoiled("bad code", "county = \"330225\"", "county = «\"33022\""),
        Spoiled(
            "overlapping schedule", "\"Thu 14:00-17:00\"", "\"Thu 14:00-17:00\", «\"Thu 16:59-18:00\""),
        Spoiled("missing required key", "[booth]\ncode = \"B0001\"", "«[booth]\nname-of-nothing = 1"),
        Spoiled(
            "plain http to a foreign host",
            "https = { url = \"https://127.0.0.1:8443\", ca = \"ca.pem\", certificate = \"booth.pem\", key = \"booth.key\" }",
            "http = { url = «\"http://192.0.2.1:8443\" }"),
        Spoiled("unreadable key file", "key = \"booth.key\" }", "key = «\"absent.key\" }"),
    ]

    @Test("a spoiled file ends the agent with 78 and the exact place", arguments: spoiled)
    func spoiledFile(_ spoiled: Spoiled) throws {
        let folder = try Folder()
        let (text, place) = try spoiled.apply(to: folder.text)
        try folder.workspace.write(text, to: "booth/boothd.toml")
        let agent = try folder.start(
            "boothd", "--config", folder.file, "--state-directory", folder.workspace.file("state"),
            "--control-socket", folder.workspace.file("control"))
        #expect(try agent.wait(within: BoothUnderTest.patience) == .exited(78))
        let said = agent.lines.map(\.text)
        #expect(said.first?.hasPrefix("\(folder.file):\(place): ") == true, "expected \(place), got \(said)")
        #expect(said.allSatisfy { $0.contains("; ") && $0.hasPrefix("\(folder.file):") }, "\(said)")
        #expect(access(folder.workspace.file("state"), F_OK) != 0)
    }

    @Test(
        "a command line that makes no sense is a usage error",
        arguments: [
            ("boothd", ["--nonsense"]), ("boothd", ["--config"]), ("boothd", ["extra"]), ("boothctl", []),
            ("boothctl", ["statsu"]), ("boothctl", ["status", "--follow"]), ("boothctl", ["incidents", "not-an-id"]),
        ])
    func usage(_ program: String, _ arguments: [String]) throws {
        let run = try ChildProcess(
            try BuiltPrograms.path(of: program), arguments, environment: BoothUnderTest.plain)
        #expect(try run.wait(within: BoothUnderTest.patience) == .exited(64))
        #expect(run.lines.count { $0.stream == .error } == 1 && run.lines.count == 1)
    }
}
