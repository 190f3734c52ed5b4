// SPDX-License-Identifier: Apache-2.0

/// Temporary certificates for one rehearsal: an authority, a platform, a booth, and some that must be refused.
///
/// Created by `scripts/make-certificates`, which describes each.
package struct Certificates: Sendable {
    /// Their absolute directory.
    package let directory: String

    /// Creates a set in its own directory in `workspace`.
    ///
    /// - Throws: `RehearsalError` when the script fails, for example because `openssl` is missing.
    package init(in workspace: Workspace, named name: String = "certificates") throws {
        try self.init(in: workspace.file(name))
    }

    /// Creates a set in a directory, which need not exist.
    ///
    /// - Parameter directory: absolute.
    /// - Throws: `RehearsalError` as above.
    package init(in directory: String) throws {
        self.directory = directory
        let script = try ChildProcess(try BuiltPrograms.packageFile("scripts/make-certificates"), [directory])
        let status = try script.wait(within: .seconds(60))
        guard status == .exited(0) else {
            let said = script.lines.map(\.text).joined(separator: "\n")
            throw RehearsalError("scripts/make-certificates: \(status)\n\(said)")
        }
    }

    /// One of the files.
    package enum File: String, Sendable, CaseIterable {
        case authority = "ca.pem"
        case platform = "platform.pem"
        case platformKey = "platform.key"
        case booth = "booth.pem"
        case boothKey = "booth.key"
        /// A platform's certificate from the right authority, but for another host.
        case wrongHost = "wrong-host.pem"
        case wrongHostKey = "wrong-host.key"
        /// An authority that signed none of the above.
        case otherAuthority = "other-ca.pem"
        /// A client certificate from that other authority.
        case stranger = "stranger.pem"
        case strangerKey = "stranger.key"
    }

    /// The absolute path of one of the files.
    package func path(_ file: File) -> String {
        "\(directory)/\(file.rawValue)"
    }
}
