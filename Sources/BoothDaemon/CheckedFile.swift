// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothModel
import CLinux
import Glibc

/// A configuration file that was read and found good, with the boards.toml beside it, and the bytes that were.
struct CheckedFile {
    let configuration: Configuration
    /// What is wrong with the file that this one, the last that was in service, stands in for; nil as a rule.
    let standsInFor: ConfigurationError?
    private let text: ConfigurationText
    private let path: String

    /// Where a process that starts over finds the bytes that it checked before; the second is not there where there was
    /// no boards.toml.
    private static let variable = "BOOTHD_CHECKED_CONFIGURATION"
    private static let boardsVariable = "BOOTHD_CHECKED_BOARDS"

    /// Reads and checks `path`.
    init(path: String) throws(ConfigurationError) {
        text = try ConfigurationText(path: path)
        configuration = try ConfigurationFile.read(text, path: path)
        self.path = path
        standsInFor = nil
    }

    /// Takes bytes that were good before; what became of certificates since then is found out by the links.
    private init(
        knownGood text: ConfigurationText, path: String, standsInFor: ConfigurationError? = nil
    ) throws(ConfigurationError) {
        configuration = try ConfigurationFile.readAgain(text, path: path)
        self.text = text
        self.path = path
        self.standsInFor = standsInFor
    }

    /// What a start takes: the bytes that this process checked before it started over; or else the file at `path`; or
    /// else, where that is wrong, the last configuration that was in service.
    ///
    /// Between a reload's check and the new start the file may have changed again. What was found good is what runs; the
    /// change is taken up with its own reload.
    ///
    /// - Throws: `ConfigurationError` with the problems of the file at `path` when there is none of the three. What keeps
    ///   the last right one from being taken is the last of them.
    static func forStart(path: String, stateDirectory: String) throws(ConfigurationError) -> CheckedFile {
        if let left = leftBefore(path: path) { return left }
        do throws(ConfigurationError) {
            return try CheckedFile(path: path)
        } catch {
            return try lastRight(insteadOf: error, in: stateDirectory)
        }
    }

    private static func lastRight(
        insteadOf error: ConfigurationError, in directory: String
    ) throws(ConfigurationError) -> CheckedFile {
        var error = error
        switch KeptConfiguration.find(in: directory) {
        case .none: break
        case .damaged(let problem): error.problems.append(problem)
        case .whole(let kept):
            do throws(ConfigurationError) {
                return try CheckedFile(knownGood: kept.text, path: kept.path, standsInFor: error)
            } catch let wrong {
                // An earlier version took it.
                error.problems += wrong.problems.prefix(1).map { problem in
                    ConfigurationProblem(
                        file: KeptConfiguration.file(in: directory), line: 1, column: 1,
                        message: Message(
                            zh: "本版本不接受上一次可用的配置（第 \(problem.line) 行：\(problem.message.zh)）；请改正配置文件",
                            en: "this version does not take the last right configuration (line \(problem.line): "
                                + "\(problem.message.en)); correct the configuration file"))
                }
            }
        }
        throw error
    }

    /// What to keep of it; nil where its path cannot be written down.
    var kept: KeptConfiguration? { KeptConfiguration(text, path: path) }

    // MARK: Starting over

    /// What the process before left; nil where it left nothing that can be taken.
    private static func leftBefore(path: String) -> CheckedFile? {
        let (bytes, boards) = (left(variable), left(boardsVariable))
        guard let bytes, boards != .unreadable, case .bytes(let text) = bytes else { return nil }
        do throws(ConfigurationError) {
            return try CheckedFile(knownGood: ConfigurationText(bytes: text, boards: boards?.bytes), path: path)
        } catch {
            // The file itself is read then, and says what is wrong.
            return nil
        }
    }

    private enum Left: Equatable {
        case bytes([UInt8])
        case unreadable

        var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
    }

    /// The bytes that the process before left under that name; nil where it left none.
    private static func left(_ variable: String) -> Left? {
        guard let number = getenv(variable).flatMap({ CInt(String(cString: $0)) }) else { return nil }
        unsetenv(variable)
        defer { close(number) }
        do throws(ConfigurationError) {
            return .bytes(try ConfigurationFile.bytes(of: "/proc/self/fd/\(number)"))
        } catch {
            return .unreadable
        }
    }

    /// Leaves the bytes for the process that this one becomes.
    ///
    /// - Throws: `SystemError` when there is no memory or descriptor for them; the file is then read again.
    func leaveForNextStart() throws(SystemError) {
        if let boards = text.boards { try Self.leave(boards, named: "boards.toml", as: Self.boardsVariable) }
        try Self.leave(text.bytes, named: "boothd.toml", as: Self.variable)
    }

    private static func leave(_ bytes: [UInt8], named name: String, as variable: String) throws(SystemError) {
        let number = clinux_make_memory_file(name)
        guard number >= 0 else { throw SystemError("memfd_create") }
        let written = bytes.withUnsafeBytes { all in
            Result { () throws(SystemError) in try all.write(to: number) }
        }
        if case .failure(let error) = written {
            close(number)
            throw error
        }
        setenv(variable, String(number), 1)
    }
}
