// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import Glibc

/// Examines the whole machine: what exists, who may use it, what is wrong and what to do.
///
/// Changes nothing: requests no line and touches no journal file. It opens a serial port only for `EchoCheck`, while no
/// agent runs and no program has the port open.
package struct Examination {
    let system: SystemFiles
    let configurationPath: String
    let stateDirectory: String
    private let socket: String

    /// - Parameters:
    ///   - system: the machine's files.
    ///   - configuration: the agent's configuration file.
    ///   - stateDirectory: the directory of its journal.
    ///   - socket: its control socket.
    package init(
        system: SystemFiles = SystemFiles(), configuration: String, stateDirectory: String, socket: String
    ) {
        self.system = system
        configurationPath = configuration
        self.stateDirectory = stateDirectory
        self.socket = socket
    }

    /// `$STATE_DIRECTORY`, or `/var/lib/boothd`, like the agent.
    package static var stateDirectoryOfEnvironment: String {
        guard let folder = getenv("STATE_DIRECTORY"), folder.pointee != 0 else { return "/var/lib/boothd" }
        return String(cString: folder)
    }

    /// Runs all checks, area by area. Takes some seconds if the agent does not answer.
    ///
    /// - Parameter progress: called with each area before its checks.
    package func run(progress: (Area) -> Void = { _ in }) -> [Finding] {
        progress(.service)
        let booth = Circumstances(
            system: system, configurationPath: configurationPath, stateDirectory: stateDirectory, socket: socket)
        return Area.allCases.flatMap { area in
            progress(area)
            return Self.findings(of: area, in: booth)
        }
    }

    // A new area of checks is a new case here and a new folder.
    private static func findings(of area: Area, in booth: Circumstances) -> [Finding] {
        switch area {
        case .service: ServiceChecks.findings(in: booth)
        case .configuration: ConfigurationChecks.findings(in: booth)
        case .permissions: PermissionChecks.findings(in: booth)
        case .gpio: ChipChecks.findings(in: booth)
        case .serial: SerialChecks.findings(in: booth)
        case .modbus: BusChecks.findings(in: booth)
        case .credentials: CredentialChecks.findings(in: booth)
        case .storage: StorageChecks.findings(in: booth)
        case .clock: ClockChecks.findings(in: booth)
        case .versions: VersionChecks.findings(in: booth)
        }
    }
}
