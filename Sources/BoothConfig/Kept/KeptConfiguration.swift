// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import Glibc

/// The last configuration that was in service, as it is kept in the state directory for the day when its file is wrong.
///
/// One file holds all of it, so that a power cut leaves the old one or the new one and never a mixture: four lines of
/// comment, then the bytes of the configuration file, then those of the boards.toml beside it. The second line is the
/// SHA-256 of everything after it. Without a boards.toml the whole is a configuration file that can be copied back.
package struct KeptConfiguration: Sendable, Hashable {
    package let text: ConfigurationText
    /// Where the configuration file was: absolute. Relative file names in it start there.
    package let path: String

    /// The file's name in the state directory.
    package static let fileName = "configuration.toml"

    private static let title = "# boothd had this configuration in service last, and keeps it here. See boothd(8)."
    private static let linesBefore = 4
    /// The two files, and more than the four lines can take.
    private static let mostBytes = 2 * ConfigurationFile.mostBytes + 16_384

    /// - Parameter path: of the configuration file, as the user gave it.
    /// - Returns: nil where the path cannot be written on one line.
    package init?(_ text: ConfigurationText, path: String) {
        guard let path = Self.absolute(path), !path.utf8.contains(UInt8(ascii: "\n")) else { return nil }
        self.text = text
        self.path = path
    }

    /// `path` from the root on. Links stay links: where they lead may change, and the names that are meant do not.
    private static func absolute(_ path: String) -> String? {
        if path.hasPrefix("/") { return path }
        guard let directory = getcwd(nil, 0) else { return nil }
        defer { free(directory) }
        return "\(String(cString: directory))/\(path)"
    }

    // MARK: The file

    /// The whole file.
    package var bytes: [UInt8] {
        let boards = text.boards.map { String($0.count) } ?? "none"
        let hashed =
            Array("# file \(path)\n# bytes \(text.bytes.count) boards \(boards)\n".utf8) + text.bytes
            + (text.boards ?? [])
        return Array("\(Self.title)\n# sha256 \(SHA256.hexadecimal(of: hashed))\n".utf8) + hashed
    }

    /// - Returns: nil unless `bytes` are a whole file, as it was written.
    package init?(bytes: [UInt8]) {
        var rest = bytes[...]
        guard Self.line(&rest) == Self.title, let hash = Self.line(&rest, after: "# sha256 "),
            hash == SHA256.hexadecimal(of: Array(rest)), let path = Self.line(&rest, after: "# file "),
            let sizes = Self.line(&rest, after: "# bytes ")?.split(separator: " "), sizes.count == 3,
            let count = Int(sizes[0]), count >= 0, count <= rest.count
        else { return nil }
        let boards = rest.dropFirst(count)
        guard sizes[2] == "none" ? boards.isEmpty : Int(sizes[2]) == boards.count else { return nil }
        self.path = path
        text = ConfigurationText(bytes: Array(rest.prefix(count)), boards: sizes[2] == "none" ? nil : Array(boards))
    }

    /// Takes the next line, without its end; nil where there is none, or it does not begin with `prefix`.
    private static func line(_ rest: inout ArraySlice<UInt8>, after prefix: String = "") -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest = rest[(end + 1)...]
        return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
    }

    // MARK: Reading

    /// What a state directory has of it.
    package enum Found: Sendable, Hashable {
        /// None was ever kept, as far as anybody can tell.
        case none
        /// It cannot be taken; the problem says why.
        case damaged(ConfigurationProblem)
        case whole(KeptConfiguration)
    }

    /// Where it is in `directory`.
    package static func file(in directory: String) -> String { "\(directory)/\(fileName)" }

    /// Reads what `directory` has.
    package static func find(in directory: String) -> Found {
        let file = file(in: directory)
        switch FileContents.read(file, atMost: mostBytes) {
        case .success(let bytes):
            if let kept = KeptConfiguration(bytes: bytes) { return .whole(kept) }
            return .damaged(problem(of: file, Message(zh: "内容不完整或被改动", en: "it is cut or was changed")))
        case .failure(let fault):
            return fault.isAbsence ? .none : .damaged(problem(of: file, fault.reason))
        }
    }

    /// Problems of the configuration as they stand in the file in `directory`: below the lines of comment. Those of the
    /// boards stay where they are in their own file.
    package func problems(_ problems: [ConfigurationProblem], in directory: String) -> [ConfigurationProblem] {
        problems.map { problem in
            var placed = problem
            if problem.file == nil {
                placed.file = Self.file(in: directory)
                placed.line += Self.linesBefore
            }
            return placed
        }
    }

    private static func problem(of file: String, _ reason: Message) -> ConfigurationProblem {
        ConfigurationProblem(
            file: file, line: 1, column: 1,
            message: Message(
                zh: "上一次可用的配置也无法采用：\(reason.zh)；请改正配置文件",
                en: "the last right configuration cannot be taken either: \(reason.en); correct the configuration file")
        )
    }
}
