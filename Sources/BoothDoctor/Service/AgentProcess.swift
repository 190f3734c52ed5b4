// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The agent's process. It is also found when its control socket does not answer: the socket may be closed to this
/// user, missing, or at another path.
struct AgentProcess {
    /// The name of the agent's process, and of the agent as a holder of GPIO lines.
    static let name = "boothd"

    /// The process that answered, or else the processes that run with the examined configuration.
    let pids: [pid_t]
    /// Whether the agent is assumed to run. It is if its socket exists but may not be opened.
    let runs: Bool
    /// The control socket in the command line of the first of `pids`; nil if there is none.
    let socket: String?

    /// - Parameter configuration: the examined file, as this process sees it.
    init(
        contact: AgentContact, unit: ServiceUnit?, processes: ProcessList, configuration: String, system: SystemFiles
    ) {
        if let pid = contact.pid {
            pids = [pid]
        } else {
            let named = processes.named(Self.name).map(\.pid)
            let others = named.filter { $0 != unit?.mainPID }
            pids = ((unit?.mainPID).map { [$0] + others } ?? others).filter { pid in
                Self.isAgent(pid, with: configuration, in: system)
            }
        }
        let isDenied = if case .failure(.denied) = contact.status { true } else { false }
        runs = !pids.isEmpty || isDenied
        socket = pids.first.flatMap { CommandLineWords(of: $0, in: system)?.value(of: "--control-socket") }
    }

    func isAgent(_ program: ProcessList.Program) -> Bool { pids.contains(program.pid) }

    /// Whether a process is an agent with that configuration. A rehearsal beside it has another one.
    private static func isAgent(_ pid: pid_t, with configuration: String, in system: SystemFiles) -> Bool {
        // If the command line cannot be read, assume that it is the agent.
        guard let line = CommandLineWords(of: pid, in: system) else { return true }
        // A zombie process has an empty command line.
        guard !line.words.isEmpty, !line.words.contains("--check") else { return false }
        var path = line.value(of: "--config") ?? "/etc/boothd/boothd.toml"
        if !path.hasPrefix("/") {
            guard let folder = system.link("/proc/\(pid)/cwd") else { return true }
            path = "\(folder)/\(path)"
        }
        let wanted = system.name(of: configuration)
        return (system.resolved(path) ?? path) == (system.resolved(wanted) ?? wanted)
    }
}

/// A process's command line (proc(5), cmdline).
private struct CommandLineWords {
    let words: [String]

    /// Nil if it cannot be read.
    init?(of pid: pid_t, in system: SystemFiles) {
        guard let text = system.text("/proc/\(pid)/cmdline") else { return nil }
        words = text.split(separator: "\0").map(String.init)
    }

    /// The value of an option, `--name value` or `--name=value`. If given twice, the last one counts, as for the agent.
    func value(of option: String) -> String? {
        var found: String?
        for (place, word) in words.enumerated() {
            if word.hasPrefix(option + "=") { found = String(word.dropFirst(option.count + 1)) }
            if word == option, place + 1 < words.count { found = words[place + 1] }
        }
        return found
    }
}
