// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The running programs and their open files (proc(5)).
struct ProcessList {
    struct Program: Hashable {
        var pid: pid_t
        /// The first 15 bytes of its name: `systemd-timesyn`.
        var name: String
    }

    private let system: SystemFiles
    private let programs: [Program]
    private let openFiles: [String: Set<Program>]
    /// Whether the files of some program could not be read.
    let isIncomplete: Bool

    /// Reads every process once.
    init(system: SystemFiles) {
        self.system = system
        var programs: [Program] = []
        var openFiles: [String: Set<Program>] = [:]
        var isIncomplete = false
        for pid in system.names(in: "/proc").compactMap({ pid_t($0) }) {
            guard let comm = system.text("/proc/\(pid)/comm") else { continue }
            let program = Program(pid: pid, name: String(comm.prefix { $0 != "\n" }))
            programs.append(program)
            if access(system.path("/proc/\(pid)/fd"), R_OK) != 0, errno == EACCES { isIncomplete = true }
            for number in system.names(in: "/proc/\(pid)/fd") {
                guard let file = system.link("/proc/\(pid)/fd/\(number)") else { continue }
                // Skip pipes and sockets: there are thousands, and no check needs them.
                guard file.hasPrefix("/dev/") || file.hasPrefix("anon_inode:gpio") else { continue }
                openFiles[file, default: []].insert(program)
            }
        }
        self.programs = programs
        self.openFiles = openFiles
        self.isIncomplete = isIncomplete
    }

    /// The programs that have `file` open, by process id. `file` has no symbolic links.
    func holders(of file: String) -> [Program] {
        (openFiles[file] ?? []).sorted { $0.pid < $1.pid }
    }

    /// The programs that hold lines of any chip; the kernel does not say which chip.
    func holdersOfLines() -> [Program] {
        openFiles.filter { $0.key.hasPrefix("anon_inode:gpio") }.reduce(into: Set()) { $0.formUnion($1.value) }
            .sorted { $0.pid < $1.pid }
    }

    /// The programs with this name, cut to 15 bytes like the kernel's, by process id.
    func named(_ name: String) -> [Program] {
        programs.filter { $0.name == name.prefix(15) }.sorted { $0.pid < $1.pid }
    }

    /// The first of `names` that runs; each is cut to 15 bytes like the kernel's.
    func running(_ names: [String]) -> String? {
        names.first { name in programs.contains { $0.name == name.prefix(15) } }
    }

    /// The supplementary groups of a process; empty if they cannot be read.
    static func groups(of pid: pid_t, in system: SystemFiles) -> Set<gid_t> {
        let lines = (system.text("/proc/\(pid)/status") ?? "").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("Groups:") }) else { return [] }
        return Set(line.dropFirst("Groups:".count).split(whereSeparator: \.isWhitespace).compactMap { gid_t($0) })
    }
}
