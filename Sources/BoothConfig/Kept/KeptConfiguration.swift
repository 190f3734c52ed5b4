// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import Glibc

/// A copy of the last configuration that was in service, kept in the state directory in case the file becomes wrong.
///
/// It is one file, so a power cut leaves the old or the new version and never a mixture. It has four comment lines,
/// then the bytes of the configuration file, then those of the boards.toml. The second line is the SHA-256 of
/// everything after it. Without a boards.toml the whole file is a configuration file that can be copied back.
package struct KeptConfiguration: Sendable, Hashable {
    package let text: ConfigurationText
    /// The absolute path of the configuration file. Relative file names in it start there.
    package let path: String

    /// The file's name in the state directory.
    package static let fileName = "configuration.toml"

    private static let title = "# boothd had this configuration in service last, and keeps it here. See boothd(8)."
    private static let linesBefore = 4
    /// Both files, and more than enough for the four lines.
    private static let mostBytes = 2 * ConfigurationFile.mostBytes + 16_384

    /// - Parameter path: the path of the configuration file, as the user gave it.
    /// - Returns: nil if the path contains a line break.
    package init?(_ text: ConfigurationText, path: String) {
        guard let path = Self.absolute(path), !path.utf8.contains(UInt8(ascii: "\n")) else { return nil }
        self.text = text
        self.path = path
    }

    /// The absolute form of `path`. Symbolic links are kept: their targets may change later.
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

    /// - Returns: nil unless `bytes` are a complete file with the right hash.
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

    /// Removes and returns the next line, without its end; nil if there is none, or it does not begin with `prefix`.
    private static func line(_ rest: inout ArraySlice<UInt8>, after prefix: String = "") -> String? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = String(decoding: rest[..<end], as: UTF8.self)
        rest = rest[(end + 1)...]
        return line.hasPrefix(prefix) ? String(line.dropFirst(prefix.count)) : nil
    }

    // MARK: Reading

    /// The kept configuration in a state directory.
    package enum Found: Sendable, Hashable {
        /// There is none.
        case none
        /// It cannot be used; the problem says why.
        case damaged(ConfigurationProblem)
        case whole(KeptConfiguration)
    }

    /// The file's path in `directory`.
    package static func file(in directory: String) -> String { "\(directory)/\(fileName)" }

    /// Reads the kept configuration in `directory`.
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

    /// Moves the problems of the configuration to their lines in the kept file, below the comment lines. Problems of
    /// the boards.toml are not moved.
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
