// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import GPIO
import Glibc

/// What several checks need, looked up once.
struct Circumstances {
    let system: SystemFiles
    let configurationPath: String
    let configuration: Configuration?
    let problems: [ConfigurationProblem]
    let stateDirectory: String
    let socket: String
    let agent: AgentContact
    /// The agent's process, even if the agent could not be asked.
    let process: AgentProcess
    let unit: ServiceUnit?
    /// The user that the agent runs as, or would run as; nil if that user does not exist.
    let account: Account?
    let users: UserDatabase
    let processes: ProcessList
    /// Every chip with a device file, as far as this process may open it.
    let chips: [ListedChip]
    let isRoot: Bool

    /// The user that the package creates.
    static let userName = "booth"

    /// - Parameter agent: the result of asking the agent; nil: ask it at `socket`.
    init(
        system: SystemFiles, configurationPath: String, stateDirectory: String, socket: String,
        agent contact: AgentContact? = nil
    ) {
        self.system = system
        self.configurationPath = configurationPath
        self.stateDirectory = stateDirectory
        self.socket = socket
        isRoot = geteuid() == 0
        let survey = ConfigurationFile.survey(
            path: configurationPath, credentials: system.path(ConfigurationFile.credentialSource))
        configuration = survey.configuration
        problems = survey.problems
        agent = contact ?? AgentContact(socket: socket)
        unit = ServiceUnit(system: system)
        users = UserDatabase(system: system)
        account = Account(agent: agent, unit: unit, users: users, system: system)
        processes = ProcessList(system: system)
        process = AgentProcess(
            contact: agent, unit: unit, processes: processes, configuration: configurationPath, system: system)
        chips = GPIOChip.list(in: system.path("/dev"))
    }
}
