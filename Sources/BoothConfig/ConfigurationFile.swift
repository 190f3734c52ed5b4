// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// The configuration file, boothd.toml(5).
package enum ConfigurationFile {
    /// The most bytes of a configuration file.
    static let mostBytes = 4 << 20

    /// `$CREDENTIALS_DIRECTORY` of this process (systemd.exec(5)); nil outside a service with credentials.
    package static var credentialsDirectoryOfEnvironment: String? {
        getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    }

    /// Reads and checks a configuration file, the boards.toml beside it, and the certificates and keys it names.
    ///
    /// - Parameters:
    ///   - path: as the user gave it. Problems show this name, and relative file names in the file start at its
    ///     directory.
    ///   - credentialsDirectory: where `credential:NAME` is looked up.
    /// - Throws: `ConfigurationError` with all problems. A file that cannot be read is one problem at 1:1.
    package static func read(
        path: String, credentialsDirectory: String? = credentialsDirectoryOfEnvironment
    ) throws(ConfigurationError) -> Configuration {
        try read(try ConfigurationText(path: path), path: path, credentialsDirectory: credentialsDirectory)
    }

    /// The bytes of a configuration file, unchecked.
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

    /// The bytes of a boards.toml, unchecked; nil if it does not exist.
    ///
    /// - Throws: `ConfigurationError` with one problem at 1:1 when it exists but cannot be read.
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

    /// Checks the text of a configuration, like `read(path:credentialsDirectory:)`.
    ///
    /// - Parameters:
    ///   - text: the contents of the file and of the boards.toml beside it.
    ///   - path: the file name that problems show, and where relative file names start.
    ///   - credentialsDirectory: where `credential:NAME` is looked up.
    /// - Throws: `ConfigurationError` with all problems.
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

    /// Reads a configuration that was in service before. Other files may have changed since, so they are not checked:
    /// certificates and keys are not opened, and a time zone that the system does not have becomes UTC, like tzset(3).
    ///
    /// A newer version may find mistakes in a configuration that an older version accepted. The booth must still go
    /// into service. So the survey keeps the right parts, and makes them as consistent as a configuration without
    /// problems.
    ///
    /// - Parameters: as above.
    /// - Returns: the survey; its configuration is nil if no point or no target is left.
    package static func surveyAgain(
        _ text: ConfigurationText, path: String, credentialsDirectory: String? = credentialsDirectoryOfEnvironment
    ) -> ConfigurationSurvey {
        let locations = FileLocations(
            configuration: path, credentials: .service(credentialsDirectory), opensFiles: false, knowsZones: false)
        var survey = survey(text, path: path, locations)
        if !survey.problems.isEmpty { survey.configuration = survey.configuration?.consistent() }
        return survey
    }

    /// The directory from which the unit takes certificates and keys.
    package static let credentialSource = CredentialPlace.sourceDirectory
    /// The prefix of their credential names, before the file name.
    package static let credentialPrefix = CredentialPlace.prefix

    /// Checks a configuration from outside the service, as the service would read it: `credential:NAME` means the file
    /// that the service gets as that credential. If the user may not open those files, only their names are checked.
    ///
    /// - Throws: `ConfigurationError` with all problems.
    package static func check(path: String) throws(ConfigurationError) {
        guard credentialsDirectoryOfEnvironment == nil else {
            _ = try read(path: path)
            return
        }
        // If the directory does not exist, the service has no credentials. Only EACCES means that it is closed to this
        // user.
        let isOpen = access(credentialSource, X_OK) == 0 || errno != EACCES
        let locations = FileLocations(configuration: path, credentials: .source(credentialSource, isOpen: isOpen))
        let problems = survey(try ConfigurationText(path: path), path: path, locations).problems
        if !problems.isEmpty { throw ConfigurationError(file: path, problems: problems) }
    }

    /// Reads the right parts of a configuration from outside the service. Certificates and keys are not opened;
    /// `credential:NAME` means the file that the service gets as that credential.
    ///
    /// - Parameters:
    ///   - path: as the user gave it.
    ///   - credentials: the directory from which the unit takes credentials.
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

/// The readable parts of a configuration file.
package struct ConfigurationSurvey: Sendable {
    /// Without its wrong parts; nil if nothing is left.
    package var configuration: Configuration?
    /// In file order, first those of the boards.toml; empty for a right file.
    package var problems: [ConfigurationProblem]
}
