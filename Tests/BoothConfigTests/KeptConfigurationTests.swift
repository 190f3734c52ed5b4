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
        let again = try ConfigurationFile.readAgain(bytes, path: path, credentialsDirectory: nil)
        let endpoint = try #require(again.targets.first?.endpoint)
        #expect(endpoint.ca?.hasSuffix("/ca.pem") == true && endpoint.key == "credential:tls_booth.key")
        let service = try ConfigurationFile.readAgain(bytes, path: path, credentialsDirectory: "/run/absent")
        #expect(service.targets.first?.endpoint.key == "/run/absent/tls_booth.key")
        #expect(throws: ConfigurationError.self) {
            try ConfigurationFile.readAgain(ConfigurationText(bytes: Array(bytes.bytes.dropLast(20))), path: path)
        }
    }

    private func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "we") else { preconditionFailure("cannot write \(path)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
