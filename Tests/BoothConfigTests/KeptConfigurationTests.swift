// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import BoothConfig
@testable import BoothModel

@Suite("The last right configuration")
struct KeptConfigurationTests {
    private static let example = ConfigurationText(bytes: Array(exampleFile.utf8))

    @Test("comes back from its file as it was, with the boards beside it and where it was")
    func roundTrip() throws {
        let texts = [
            Self.example,
            ConfigurationText(bytes: Self.example.bytes, boards: Array("[board.own]\ntitle = \"x\"\n".utf8)),
            ConfigurationText(bytes: Self.example.bytes, boards: []), ConfigurationText(bytes: [], boards: nil),
            ConfigurationText(bytes: Array("no line feed\r\n\0".utf8), boards: Array("# sha256 x\n".utf8)),
        ]
        for text in texts {
            let kept = try #require(KeptConfiguration(text, path: "/etc/警务室/boothd.toml"))
            #expect(KeptConfiguration(bytes: kept.bytes) == kept)
            #expect(kept.path == "/etc/警务室/boothd.toml")
        }
    }

    @Test("is a configuration file itself where there are no boards beside it")
    func copiedBack() throws {
        let directory = ExampleDirectory()
        let kept = try #require(KeptConfiguration(Self.example, path: "\(directory.path)/boothd.toml"))
        let again = try directory.read(String(decoding: kept.bytes, as: UTF8.self))
        let first = try directory.read(exampleFile)
        #expect(again.points == first.points && again.targets == first.targets)
    }

    @Test("is not taken with any byte changed, cut off or added")
    func damage() throws {
        let text = ConfigurationText(bytes: Array("[booth]\ncode = \"B0001\"\n".utf8), boards: Array("[board]\n".utf8))
        let bytes = try #require(KeptConfiguration(text, path: "/etc/boothd/boothd.toml")).bytes
        for index in bytes.indices {
            for bit in [UInt8(1), 0x20, 0x80] {
                var flipped = bytes
                flipped[index] ^= bit
                #expect(KeptConfiguration(bytes: flipped) == nil, "bit \(bit) of byte \(index)")
            }
            #expect(KeptConfiguration(bytes: Array(bytes.prefix(index))) == nil, "cut at \(index)")
            // What a power cut leaves of blocks that were never written.
            let zeroed = Array(bytes.prefix(index)) + [UInt8](repeating: 0, count: bytes.count - index)
            #expect(KeptConfiguration(bytes: zeroed) == nil, "zero from \(index)")
        }
        #expect(KeptConfiguration(bytes: bytes + [10]) == nil)
    }

    @Test("says where relative names start, wherever it is read again; a path of two lines is not kept")
    func paths() throws {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        try #require(getcwd(&buffer, buffer.count) != nil)
        let here = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        #expect(KeptConfiguration(Self.example, path: "boothd.toml")?.path == "\(here)/boothd.toml")
        #expect(KeptConfiguration(Self.example, path: "/etc/two\nlines.toml") == nil)
    }

    @Test("is found, is missing, or is damaged with the reason at its place")
    func finding() throws {
        let folder = TemporaryFolder()
        #expect(KeptConfiguration.find(in: folder.path) == .none)
        #expect(KeptConfiguration.find(in: folder.path + "/absent") == .none)
        let kept = try #require(KeptConfiguration(Self.example, path: "/etc/boothd/boothd.toml"))
        let file = KeptConfiguration.file(in: folder.path)
        write(kept.bytes, to: file)
        #expect(KeptConfiguration.find(in: folder.path) == .whole(kept))
        for wrong in [[], Array(kept.bytes.dropLast())] {
            write(wrong, to: file)
            guard case .damaged(let problem) = KeptConfiguration.find(in: folder.path) else {
                Issue.record("\(wrong.count) bytes passed")
                continue
            }
            #expect(problem.file == file && problem.line == 1 && problem.message.en.contains("cut or was changed"))
        }
        #expect(unlink(file) == 0 && mkdir(file, 0o700) == 0)
        var isDamaged = false
        if case .damaged = KeptConfiguration.find(in: folder.path) { isDamaged = true }
        #expect(isDamaged)
    }

    @Test("is read again without its certificates, its credentials or its time zone, and with nothing else wrong")
    func readAgain() throws {
        let directory = ExampleDirectory()
        let text = exampleFile.replacingFirst("key = \"booth.key\"", with: "key = \"credential:tls_booth.key\"")
            .replacingFirst("Asia/Shanghai", with: "Asia/Nowhere")
        let path = "\(directory.path)/boothd.toml"
        unlink("\(directory.path)/ca.pem")
        #expect(directory.problems(of: text).count >= 3)
        let bytes = ConfigurationText(bytes: Array(text.utf8))
        let again = ConfigurationFile.surveyAgain(bytes, path: path, credentialsDirectory: nil)
        let endpoint = try #require(again.configuration?.targets.first?.endpoint)
        #expect(again.problems.isEmpty)
        #expect(endpoint.ca?.hasSuffix("/ca.pem") == true && endpoint.key == "credential:tls_booth.key")
        let service = ConfigurationFile.surveyAgain(bytes, path: path, credentialsDirectory: "/run/absent")
        #expect(service.configuration?.targets.first?.endpoint.key == "/run/absent/tls_booth.key")
        let cut = ConfigurationText(bytes: Array(bytes.bytes.dropLast(20)))
        #expect(ConfigurationFile.surveyAgain(cut, path: path).configuration == nil)
    }

    @Test("serves with what is right of it where a new version finds parts of it wrong, each thing once")
    func partsLeft() throws {
        let path = "/etc/boothd/boothd.toml"
        func survey(_ changes: (String, String)...) -> ConfigurationSurvey {
            let text = changes.reduce(exampleFile) { $0.replacingFirst($1.0, with: $1.1) }
            return ConfigurationFile.surveyAgain(ConfigurationText(bytes: Array(text.utf8)), path: path)
        }
        let unknown = survey(("[storage]", "[storage]\nroom = 1"))
        #expect(unknown.problems.count == 1 && unknown.configuration?.points.count == 5)
        #expect(unknown.configuration?.targets.map(\.id) == ["police", "grid"])

        let twice = survey(("id = \"room-door\"", "id = \"help-1\""), ("id = \"grid\"", "id = \"police\""))
        #expect(twice.configuration?.points.map(\.id) == ["help-1", "mail-slot", "mail-door", "strongbox"])
        #expect(twice.configuration?.targets.map(\.id) == ["police"])

        let busless = survey(
            ("serial = \"/dev/serial/by-id/usb-FTDI_FT232R_A10K\"", "serial = 1"), ("label:booth-io", "booth-io"))
        #expect(busless.configuration?.points.map(\.id) == ["room-door"])
        #expect(busless.configuration?.buses.map(\.name) == ["cabinet"])

        let line = "gpio = { chip = \"booth-io\", line = \"HELP1\" }"
        let modbus =
            #"modbus = { bus = "inside", unit = 1, table = "discrete-input", address = 1, poll = "100ms" }"#
        let shared = survey((modbus, line))
        #expect(shared.configuration?.points.map(\.id) == ["help-1", "room-door", "mail-door", "strongbox"])

        let authorities = survey(("accepts = [\"community\"]", "accepts = [\"community\"]\ntasks = true"))
        #expect(authorities.configuration?.targets.map(\.hasAuthority) == [true, false])

        // Nobody to tell, or nowhere to be.
        #expect(survey(("code = \"B0001\"", "")).configuration == nil)
        let untold = survey(
            ("accepts = [\"police\", \"fault\"]", "accepts = []"), ("accepts = [\"community\"]", "accepts = []"))
        #expect(untold.problems.count == 2 && untold.configuration == nil)
    }

    @Test("has its problems where they stand in its own file")
    func places() throws {
        let kept = try #require(KeptConfiguration(Self.example, path: "/etc/boothd/boothd.toml"))
        let noted = ConfigurationProblem(line: 2, column: 3, message: Message(zh: "", en: ""))
        let placed = kept.problems([noted], in: "/state")
        #expect(placed.map(\.file) == ["/state/configuration.toml"] && placed.map(\.line) == [6])
        let lines = String(decoding: kept.bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[5].hasPrefix("code = "))
    }

    private func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "we") else { preconditionFailure("cannot write \(path)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
