// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothModel
import CLinux
import Glibc

/// A configuration file that was read and found right, with the boards.toml beside it; keeps the bytes of both.
struct CheckedFile {
    let configuration: Configuration
    /// The errors of the configuration file, if this is the last right configuration in its place; otherwise nil.
    let standsInFor: ConfigurationError?
    /// The parts of it that this version refuses although an earlier version accepted them; otherwise nil.
    let omitted: ConfigurationError?
    private let text: ConfigurationText
    private let path: String

    /// The environment variables with the descriptors of the bytes that a restarting process has checked. The second
    /// one is not set if there was no boards.toml.
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

    /// Reads the bytes that this process checked before it restarted. Certificates are not checked again; the links
    /// find out whether they changed.
    ///
    /// - Returns: nil if something is wrong.
    private init?(checkedBefore text: ConfigurationText, path: String) {
        let survey = ConfigurationFile.surveyAgain(text, path: path)
        guard survey.problems.isEmpty, let configuration = survey.configuration else { return nil }
        self.configuration = configuration
        self.text = text
        self.path = path
        standsInFor = nil
        omitted = nil
    }

    /// Reads the last right configuration, or the parts of it that this version accepts.
    ///
    /// - Throws: `ConfigurationError` if it is not enough to serve with.
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

    /// The configuration for a start: the bytes that this process checked before it restarted; otherwise the file at
    /// `path`; otherwise, if that is wrong, the last configuration that was in service.
    ///
    /// The file may have changed again between a reload's check and the restart. The checked bytes are used; the change
    /// needs its own reload.
    ///
    /// - Throws: `ConfigurationError` if none of the three is usable: the problems of the file at `path`, then those of
    ///   the last right configuration.
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

    /// The configuration to keep in the state directory; nil if its path cannot be written down.
    var kept: KeptConfiguration? { KeptConfiguration(text, path: path) }

    // MARK: Starting over

    /// The configuration that the process left before its restart; nil if there is none that can be used.
    private static func leftBefore(path: String) -> CheckedFile? {
        let (bytes, boards) = (left(variable), left(boardsVariable))
        guard let bytes, boards != .unreadable, case .bytes(let text) = bytes else { return nil }
        // If it cannot be used, the file itself is read, and its problems are reported.
        return CheckedFile(checkedBefore: ConfigurationText(bytes: text, boards: boards?.bytes), path: path)
    }

    private enum Left: Equatable {
        case bytes([UInt8])
        case unreadable

        var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
    }

    /// The bytes in the descriptor that the variable names; nil if the variable is not set.
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

    /// Leaves the bytes for the process after the restart.
    ///
    /// - Throws: `SystemError` if there is no memory or descriptor for them; the file is then read again.
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
