// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import Glibc

/// The configuration file, boothd.toml(5).
package enum ConfigurationFile {
    /// Most bytes that a configuration file may have.
    static let mostBytes = 4 << 20

    /// `$CREDENTIALS_DIRECTORY` of this process (systemd.exec(5)); nil outside a service with credentials.
    package static var credentialsDirectoryOfEnvironment: String? {
        getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    }

    /// Reads and checks a configuration file, and the certificates and keys that it names.
    ///
    /// - Parameters:
    ///   - path: as the user gave it; problems name it so, and relative file names in it start at its directory.
    ///   - credentialsDirectory: where `credential:NAME` is looked up.
    /// - Throws: `ConfigurationError` with every problem that the file has; a file that cannot be read is one problem
    ///   at 1:1.
    package static func read(
        path: String, credentialsDirectory: String? = credentialsDirectoryOfEnvironment
    ) throws(ConfigurationError) -> Configuration {
        try read(bytes: try bytes(of: path), path: path, credentialsDirectory: credentialsDirectory)
    }

    /// What a configuration file holds, unchecked.
    ///
    /// - Throws: `ConfigurationError` with one problem at 1:1 when it cannot be read.
    package static func bytes(of path: String) throws(ConfigurationError) -> [UInt8] {
        switch FileContents.read(path, atMost: mostBytes) {
        case .success(let bytes): return bytes
        case .failure(let fault):
            let message = Message(
                zh: "无法读取配置文件：\(fault.reason.zh)；请检查路径和权限",
                en: "cannot read the configuration file: \(fault.reason.en); check its path and permissions")
            throw ConfigurationError(
                file: path, problems: [ConfigurationProblem(line: 1, column: 1, message: message)])
        }
    }

    /// Checks a configuration that was read already, as `read(path:credentialsDirectory:)` does.
    ///
    /// - Parameters:
    ///   - bytes: the file's contents.
    ///   - path: what problems call it, and where relative file names in it start.
    ///   - credentialsDirectory: where `credential:NAME` is looked up.
    /// - Throws: `ConfigurationError` with every problem that it has.
    package static func read(
        bytes: [UInt8], path: String, credentialsDirectory: String? = credentialsDirectoryOfEnvironment
    ) throws(ConfigurationError) -> Configuration {
        let problems = ProblemLog()
        let locations = FileLocations(configuration: path, credentials: credentialsDirectory)
        let root: TOMLNode
        do throws(TOMLError) {
            root = try TOMLDocument(bytes).root()
        } catch {
            problems.note(error.pointingAtKey(in: String(decoding: bytes, as: UTF8.self)))
            throw ConfigurationError(file: path, problems: problems.sorted)
        }
        let reader = ConfigurationReader(problems: problems, locations: locations)
        let configuration = reader.read(root, hash: SHA256.hexadecimal(of: bytes))
        guard let configuration, problems.isEmpty else {
            throw ConfigurationError(file: path, problems: problems.sorted)
        }
        return configuration
    }
}

extension ProblemLog {
    fileprivate func note(_ error: TOMLError) {
        note(
            at: error.place,
            zh: "不是有效的 TOML：\(error.description)；写法见 boothd.toml(5)",
            en: "not TOML: \(error.description); boothd.toml(5) shows the notation")
    }
}
