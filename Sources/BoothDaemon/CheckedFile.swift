// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothModel
import CLinux
import Glibc

/// A configuration file that was read and found good, with the bytes that were.
struct CheckedFile {
    let configuration: Configuration
    private let bytes: [UInt8]

    /// Where a process that starts over finds the bytes that it checked before.
    private static let variable = "BOOTHD_CHECKED_CONFIGURATION"

    /// Reads and checks `path`.
    init(path: String) throws(ConfigurationError) {
        bytes = try ConfigurationFile.bytes(of: path)
        configuration = try ConfigurationFile.read(bytes: bytes, path: path)
    }

    /// The file that this process checked before it started over, or else the one at `path`.
    ///
    /// Between a reload's check and the new start the file may have changed again. What was found good is what runs; the
    /// change is taken up with its own reload.
    static func configuration(at path: String) throws(ConfigurationError) -> Configuration {
        guard let number = getenv(variable).flatMap({ CInt(String(cString: $0)) }) else {
            return try CheckedFile(path: path).configuration
        }
        unsetenv(variable)
        defer { close(number) }
        return try ConfigurationFile.read(bytes: try ConfigurationFile.bytes(of: "/proc/self/fd/\(number)"), path: path)
    }

    /// Leaves the bytes for the process that this one becomes.
    ///
    /// - Throws: `SystemError` when there is no memory or descriptor for them; the file is then read again.
    func leaveForNextStart() throws(SystemError) {
        let number = clinux_make_memory_file("boothd.toml")
        guard number >= 0 else { throw SystemError("memfd_create") }
        let written = bytes.withUnsafeBytes { all in
            Result { () throws(SystemError) in try all.write(to: number) }
        }
        if case .failure(let error) = written {
            close(number)
            throw error
        }
        setenv(Self.variable, String(number), 1)
    }
}
