// SPDX-License-Identifier: Apache-2.0

/// Throw-away certificates for one rehearsal: an authority, a platform, a booth, and some that must be refused.
///
/// Made by `scripts/make-certificates`, which says what each is.
package struct Certificates: Sendable {
    /// Where they are; absolute.
    package let directory: String

    /// Makes a set in `workspace`, in a directory of its own.
    ///
    /// - Throws: `RehearsalError` when the script fails, `openssl` being absent for instance.
    package init(in workspace: Workspace, named name: String = "certificates") throws {
        try self.init(in: workspace.file(name))
    }

    /// Makes a set in a directory, which need not exist.
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
        /// A platform's certificate of the right authority for another host.
        case wrongHost = "wrong-host.pem"
        case wrongHostKey = "wrong-host.key"
        /// An authority that signed none of the above.
        case otherAuthority = "other-ca.pem"
        /// A client certificate of that authority.
        case stranger = "stranger.pem"
        case strangerKey = "stranger.key"
    }

    /// The absolute path of one of the files.
    package func path(_ file: File) -> String {
        "\(directory)/\(file.rawValue)"
    }
}
