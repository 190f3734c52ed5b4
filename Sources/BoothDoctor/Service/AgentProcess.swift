// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The agent among the programs that run, also where nobody answers on its control socket: this user may not open that,
/// it is not there, or it is elsewhere.
struct AgentProcess {
    /// What the agent calls itself, to the kernel as a process and as a consumer of lines.
    static let name = "boothd"

    /// The one that answers; else those that run with the configuration that is looked at.
    let pids: [pid_t]
    /// Whether it is taken to run; a socket that may not be opened is there because it does.
    let runs: Bool
    /// Where the first of `pids` was told to answer; nil where it has not been told.
    let socket: String?

    /// - Parameter configuration: the file that is looked at, for this process.
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

    /// Whether a process serves the booth of that configuration: a rehearsal beside it is no agent of this one.
    private static func isAgent(_ pid: pid_t, with configuration: String, in system: SystemFiles) -> Bool {
        // What may not be seen is taken for it.
        guard let line = CommandLineWords(of: pid, in: system) else { return true }
        // One that has ended and is not waited for yet has no words.
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

/// What a process was started with (proc(5), cmdline).
private struct CommandLineWords {
    let words: [String]

    /// Nil where that may not be seen.
    init?(of pid: pid_t, in system: SystemFiles) {
        guard let text = system.text("/proc/\(pid)/cmdline") else { return nil }
        words = text.split(separator: "\0").map(String.init)
    }

    /// What stands for an option, `--name value` or `--name=value`; of several the last, as the agent has it.
    func value(of option: String) -> String? {
        var found: String?
        for (place, word) in words.enumerated() {
            if word.hasPrefix(option + "=") { found = String(word.dropFirst(option.count + 1)) }
            if word == option, place + 1 < words.count { found = words[place + 1] }
        }
        return found
    }
}
