// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto

/// The unchecked contents of a configuration: the configuration file and the boards.toml beside it.
package struct ConfigurationText: Sendable, Hashable {
    package var bytes: [UInt8]
    /// Nil if there is no boards.toml.
    package var boards: [UInt8]?

    package init(bytes: [UInt8], boards: [UInt8]? = nil) {
        self.bytes = bytes
        self.boards = boards
    }

    /// Reads the configuration file at `path` and the boards.toml beside it.
    ///
    /// - Throws: `ConfigurationError` with one problem at 1:1 when a file cannot be read. A missing boards.toml is no
    ///   problem.
    package init(path: String) throws(ConfigurationError) {
        bytes = try ConfigurationFile.bytes(of: path)
        boards = try ConfigurationFile.boardBytes(of: BoardProfiles.path(beside: path))
    }

    /// SHA-256 of both files, lower-case hexadecimal.
    var hash: String { SHA256.hexadecimal(of: bytes + (boards ?? [])) }
}
