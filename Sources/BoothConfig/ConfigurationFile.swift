// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// The configuration file, boothd.toml(5).
package enum ConfigurationFile {
    /// Most bytes that a configuration file may have.
    static let mostBytes = 4 << 20

    /// `$CREDENTIALS_DIRECTORY` of this process (systemd.exec(5)); nil outside a service with credentials.
    package static var credentialsDirectoryOfEnvironment: String? {
        getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    }

    /// Reads and checks a configuration file, the boards.toml beside it, and the certificates and keys that it names.
    ///
    /// - Parameters:
    ///   - path: as the user gave it; problems name it so, and relative file names in it start at its directory.
    ///   - credentialsDirectory: where `credential:NAME` is looked up.
    /// - Throws: `ConfigurationError` with every problem that the file has; a file that cannot be read is one problem
    ///   at 1:1.
    package static func read(
        path: String, credentialsDirectory: String? = credentialsDirectoryOfEnvironment
    ) throws(ConfigurationError) -> Configuration {
        try read(try ConfigurationText(path: path), path: path, credentialsDirectory: credentialsDirectory)
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

    /// What a boards.toml holds, unchecked; nil where there is none.
    ///
    /// - Throws: `ConfigurationError` with one problem at 1:1 when it is there and cannot be read.
    static func boardBytes(of path: String) throws(ConfigurationError) -> [UInt8]? {
        switch FileContents.read(path, atMost: mostBytes) {
        case .success(let bytes): return bytes
        case .failure(let fault):
            if fault.isAbsence { return nil }
            let message = Message(
                zh: "无法读取模块型号文件：\(fault.reason.zh)；请检查权限，或移走该文件",
                en: "cannot read the file of boards: \(fault.reason.en); check its permissions, or move it away")
            throw ConfigurationError(
                file: path, problems: [ConfigurationProblem(file: path, line: 1, column: 1, message: message)])
        }
    }

    /// Checks a configuration that was read already, as `read(path:credentialsDirectory:)` does.
    ///
    /// - Parameters:
    ///   - text: the contents of the file and of the boards.toml beside it.
    ///   - path: what problems call it, and where relative file names in it start.
    ///   - credentialsDirectory: where `credential:NAME` is looked up.
    /// - Throws: `ConfigurationError` with every problem that it has.
    package static func read(
        _ text: ConfigurationText, path: String, credentialsDirectory: String? = credentialsDirectoryOfEnvironment
    ) throws(ConfigurationError) -> Configuration {
        let survey = survey(
            text, path: path, FileLocations(configuration: path, credentials: .service(credentialsDirectory)))
        guard let configuration = survey.configuration, survey.problems.isEmpty else {
            throw ConfigurationError(file: path, problems: survey.problems)
        }
        return configuration
    }

    /// Reads a configuration that was found right before. What was outside of its bytes then may have changed since, and
    /// is no longer a reason against it: certificates and keys are named and not opened, and a time zone that the system
    /// no longer has is taken for UTC, as tzset(3) does.
    ///
    /// An earlier version may have found it right that this one finds wrong. That is no reason to leave a booth out of
    /// service: the survey has what is right of it, in the same good order as a configuration without problems.
    ///
    /// - Parameters: as above.
    /// - Returns: without a configuration where no point or no target is left.
    package static func surveyAgain(
        _ text: ConfigurationText, path: String, credentialsDirectory: String? = credentialsDirectoryOfEnvironment
    ) -> ConfigurationSurvey {
        let locations = FileLocations(
            configuration: path, credentials: .service(credentialsDirectory), opensFiles: false, knowsZones: false)
        var survey = survey(text, path: path, locations)
        if !survey.problems.isEmpty { survey.configuration = survey.configuration?.consistent() }
        return survey
    }

    /// Where the unit takes certificates and keys from.
    package static let credentialSource = CredentialPlace.sourceDirectory
    /// What the name of a credential from there begins with, before the file's.
    package static let credentialPrefix = CredentialPlace.prefix

    /// Checks a configuration as the service would read it, for somebody outside of the service: `credential:NAME` leads
    /// to the file that the service gets as that credential. Who may not open those files has only their names checked.
    ///
    /// - Throws: `ConfigurationError` with every problem that it has.
    package static func check(path: String) throws(ConfigurationError) {
        guard credentialsDirectoryOfEnvironment == nil else {
            _ = try read(path: path)
            return
        }
        // A directory that is not there leaves the service without its credentials, and is no secret.
        let isOpen = access(credentialSource, X_OK) == 0 || errno != EACCES
        let locations = FileLocations(configuration: path, credentials: .source(credentialSource, isOpen: isOpen))
        let problems = survey(try ConfigurationText(path: path), path: path, locations).problems
        if !problems.isEmpty { throw ConfigurationError(file: path, problems: problems) }
    }

    /// Reads as much of a configuration as is right, from outside of the service: certificates and keys are named, not
    /// opened, and `credential:NAME` leads to the file that the service gets as that credential.
    ///
    /// - Parameters:
    ///   - path: as the user gave it.
    ///   - credentials: the directory that the unit takes credentials from.
    package static func survey(path: String, credentials: String = credentialSource) -> ConfigurationSurvey {
        do throws(ConfigurationError) {
            let locations = FileLocations(
                configuration: path, credentials: .source(credentials, isOpen: false), opensFiles: false)
            return survey(try ConfigurationText(path: path), path: path, locations)
        } catch {
            return ConfigurationSurvey(configuration: nil, problems: error.problems)
        }
    }

    private static func survey(
        _ text: ConfigurationText, path: String, _ locations: FileLocations
    ) -> ConfigurationSurvey {
        let boards = text.boards.map { BoardFile(bytes: $0, path: BoardProfiles.path(beside: path)) }
        var survey = survey(text, locations, boards)
        survey.problems = (boards?.problems ?? []) + survey.problems
        return survey
    }

    private static func survey(
        _ text: ConfigurationText, _ locations: FileLocations, _ boards: BoardFile?
    ) -> ConfigurationSurvey {
        let problems = ProblemLog()
        let root: TOMLNode
        do throws(TOMLError) {
            root = try TOMLDocument(text.bytes).root()
        } catch {
            problems.note(error.pointingAtKey(in: String(decoding: text.bytes, as: UTF8.self)))
            return ConfigurationSurvey(configuration: nil, problems: problems.sorted)
        }
        let reader = ConfigurationReader(problems: problems, locations: locations, boards: boards)
        let configuration = reader.read(root, hash: text.hash)
        return ConfigurationSurvey(configuration: configuration, problems: problems.sorted)
    }
}

/// What could be read of a configuration file.
package struct ConfigurationSurvey: Sendable {
    /// Without its wrong parts; nil where nothing could be made of it.
    package var configuration: Configuration?
    /// In the order of the file, those of the boards.toml beside it first; empty for a good one.
    package var problems: [ConfigurationProblem]
}
