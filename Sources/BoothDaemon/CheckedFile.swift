// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothModel
import CLinux
import Glibc

/// A configuration file that was read and found good, with the boards.toml beside it, and the bytes that were.
struct CheckedFile {
    let configuration: Configuration
    private let text: ConfigurationText

    /// Where a process that starts over finds the bytes that it checked before; the second is not there where there was
    /// no boards.toml.
    private static let variable = "BOOTHD_CHECKED_CONFIGURATION"
    private static let boardsVariable = "BOOTHD_CHECKED_BOARDS"

    /// Reads and checks `path`.
    init(path: String) throws(ConfigurationError) {
        text = try ConfigurationText(path: path)
        configuration = try ConfigurationFile.read(text, path: path)
    }

    /// The file that this process checked before it started over, or else the one at `path`.
    ///
    /// Between a reload's check and the new start the file may have changed again. What was found good is what runs; the
    /// change is taken up with its own reload.
    static func configuration(at path: String) throws(ConfigurationError) -> Configuration {
        let boards = try taken(boardsVariable)
        guard let bytes = try taken(variable) else { return try CheckedFile(path: path).configuration }
        return try ConfigurationFile.read(ConfigurationText(bytes: bytes, boards: boards), path: path)
    }

    /// The bytes that the process before left under that name; nil where it left none.
    private static func taken(_ variable: String) throws(ConfigurationError) -> [UInt8]? {
        guard let number = getenv(variable).flatMap({ CInt(String(cString: $0)) }) else { return nil }
        unsetenv(variable)
        defer { close(number) }
        return try ConfigurationFile.bytes(of: "/proc/self/fd/\(number)")
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
