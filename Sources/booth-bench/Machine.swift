// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The machine that was measured; the figures mean little without it.
struct Machine: Encodable {
    var cpu: String
    var cores: Int
    var kernel: String
    /// The file system of the bench's folder.
    var filesystem: String
    /// The compiler of this program, as far as a program can know it.
    var swift: String
    var build: String

    enum CodingKeys: String, CodingKey {
        case cpu, cores, kernel, filesystem, swift, build
    }

    /// - Parameter folder: where the bench writes.
    init(workingIn folder: String) {
        cpu = Self.processor()
        cores = sysconf(CInt(_SC_NPROCESSORS_ONLN))
        kernel = readText("/proc/sys/kernel/osrelease").trimmed
        filesystem = Self.filesystem(of: folder)
        swift = Self.compiler
        build = Self.isOptimised ? "release" : "debug"
    }

    /// The processor's model; on arm64, where /proc/cpuinfo has none, the board's model.
    private static func processor() -> String {
        for line in readText("/proc/cpuinfo").split(separator: "\n") where line.hasPrefix("model name") {
            return String(line.split(separator: ":", maxSplits: 1).last ?? "").trimmed
        }
        let board = readText("/proc/device-tree/model").filter { $0 != "\0" }
        return board.isEmpty ? "unknown" : board.trimmed
    }

    /// The type and device of the mount that holds `folder` (proc_pid_mounts(5)).
    private static func filesystem(of folder: String) -> String {
        let mounts = readText("/proc/self/mounts").split(separator: "\n").map { $0.split(separator: " ") }
        let holding = mounts.filter { $0.count > 2 && (folder + "/").hasPrefix($0[1] == "/" ? "/" : $0[1] + "/") }
        // If several are mounted at one point, the last one counts.
        let nearest = holding.enumerated().max { ($0.element[1].count, $0.offset) < ($1.element[1].count, $1.offset) }
        return nearest.map { "\($0.element[2]) (\($0.element[0]))" } ?? "unknown"
    }

    private static var isOptimised: Bool {
        var isDebug = false
        assert({ isDebug = true }() == ())
        return !isDebug
    }

    private static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #elseif compiler(>=6.2)
            "6.2"
        #elseif compiler(>=6.1)
            "6.1"
        #else
            "6.0"
        #endif
    }
}
