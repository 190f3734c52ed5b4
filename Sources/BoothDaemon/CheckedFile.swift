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
    /// What this version does not take of it, an earlier one having taken it all; nil as a rule.
    let omitted: ConfigurationError?
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
        omitted = nil
    }

    /// Takes what a process checked before it became this one; what became of certificates since then is found out by
    /// the links.
    ///
    /// - Returns: nil where something is wrong with it.
    private init?(checkedBefore text: ConfigurationText, path: String) {
        let survey = ConfigurationFile.surveyAgain(text, path: path)
        guard survey.problems.isEmpty, let configuration = survey.configuration else { return nil }
        self.configuration = configuration
        self.text = text
        self.path = path
        standsInFor = nil
        omitted = nil
    }

    /// Takes the last right configuration, or what this version takes of it.
    ///
    /// - Throws: `ConfigurationError` when that is nothing to serve with.
    private init(
        _ kept: KeptConfiguration, in directory: String, insteadOf wrongFile: ConfigurationError
    ) throws(ConfigurationError) {
        let survey = ConfigurationFile.surveyAgain(kept.text, path: kept.path)
        let problems = ConfigurationError(
            file: KeptConfiguration.file(in: directory), problems: kept.problems(survey.problems, in: directory))
        guard let configuration = survey.configuration else { throw problems }
        self.configuration = configuration
        text = kept.text
        path = kept.path
        standsInFor = wrongFile
        omitted = problems.problems.isEmpty ? nil : problems
    }

    /// What a start takes: the bytes that this process checked before it started over; or else the file at `path`; or
    /// else, where that is wrong, the last configuration that was in service.
    ///
    /// Between a reload's check and the new start the file may have changed again. What was found good is what runs; the
    /// change is taken up with its own reload.
    ///
    /// - Throws: `ConfigurationError` with the problems of the file at `path` when there is none of the three, and what
    ///   keeps the last right one from being taken after them.
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
                return try CheckedFile(kept, in: directory, insteadOf: error)
            } catch let wrong {
                error.problems += wrong.problems
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
        // Where it cannot be taken, the file itself is read, and says what is wrong.
        return CheckedFile(checkedBefore: ConfigurationText(bytes: text, boards: boards?.bytes), path: path)
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
