// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import BoothCommands

@Suite struct ConfigurationCheckTests {
    private static let good = file(target: "http = { url = \"http://127.0.0.1:8080\" }")

    private static func file(target: String) -> String {
        """
        [booth]
        code = "B0001"
        name = "城关一号警务室"
        county = "620102"
        grid = "620102001001"
        address = "A-1"
        longitude = 103.8
        latitude = 36.1

        [gpio.booth-io]
        chip = "label:booth-io"

        [[point]]
        id = "help-1"
        kind = "help-button"
        gpio = { chip = "booth-io", line = "HELP1" }

        [[target]]
        id = "police"
        accepts = ["police", "fault"]
        \(target)

        """
    }

    private func run(_ text: String, _ options: String...) throws -> (outcome: CommandBench.Outcome, path: String) {
        var template = Array("/tmp/booth-check-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        defer {
            close(file)
            unlink(path)
        }
        let bytes = Array(text.utf8)
        try #require(write(file, bytes, bytes.count) == bytes.count)
        return (try CommandBench.run(["check", path] + options, socket: "/nowhere"), path)
    }

    @Test("says nothing of a good file, and exits 0 without an agent")
    func goodFile() throws {
        let (outcome, _) = try run(Self.good)
        #expect(outcome.code == .done)
        #expect(outcome.output + outcome.errors == "")
        #expect(try run(Self.good, "--json").outcome.output == "{\"problems\":[]}\n")
    }

    @Test("prints each problem with its place to standard error, and exits 78")
    func badFile() throws {
        let (outcome, path) = try run(Self.good + "nmae = \"x\"\n")
        #expect(outcome.code == .configuration)
        #expect(outcome.output == "")
        #expect(outcome.errors.hasPrefix("\(path):22:1: "))
        #expect(outcome.errors.split(separator: "\n").count == 1)
        let json = try run(Self.good + "nmae = \"x\"\n", "--json")
        #expect(json.outcome.code == .configuration)
        let start = #"{"problems":[{"column":1,"file":"\#(json.path)","line":22,"message":""#
        #expect(json.outcome.output.hasPrefix(start))
    }

    @Test("takes a file that is not there for a wrong configuration")
    func missingFile() throws {
        let outcome = try CommandBench.run(["check", "/tmp/booth-none/boothd.toml"], socket: "/nowhere")
        #expect(outcome.code == .configuration)
        #expect(outcome.errors.hasPrefix("/tmp/booth-none/boothd.toml:1:1: "))
    }

    @Test("looks for a credential where the unit takes it from", .enabled(if: getenv("CREDENTIALS_DIRECTORY") == nil))
    func credentials() throws {
        let target = "https = { url = \"https://127.0.0.1\", ca = \"credential:tls_boothd-test-none.pem\" }"
        let outcome = try run(Self.file(target: target)).outcome
        // Who may not look into that directory is told nothing of the file.
        let mayLook = access("/etc/boothd/credentials", X_OK) == 0 || errno != EACCES
        #expect(outcome.code == (mayLook ? .configuration : .done))
        #expect(outcome.errors.contains("there is no such file") == mayLook && !outcome.errors.contains("DIRECTORY"))
    }
}
