// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The agent's unit as systemd reports it (systemctl(1), show).
struct ServiceUnit {
    private let properties: [String: String]
    /// The first line of `systemctl --version`: `systemd 257 (257.8-1~deb13u2)`; empty if it does not answer.
    let version: String

    private static let asked = [
        "LoadState", "ActiveState", "Result", "NRestarts", "UnitFileState", "ExecMainStatus", "MainPID",
        "User", "SupplementaryGroups", "DevicePolicy",
    ]

    /// Asks systemd; nil on a machine without systemd.
    init?(system: SystemFiles) {
        guard system.exists("/run/systemd/system") else { return nil }
        let names = Self.asked.map { "-p \($0)" }.joined(separator: " ")
        // Five seconds: while booting the manager answers late, and a hung manager never answers.
        let systemctl = "timeout 5 '\(system.path("/usr/bin/systemctl"))'"
        properties = Self.properties(Self.output(of: "\(systemctl) show \(names) boothd.service 2>/dev/null"))
        let answer = Self.output(of: "\(systemctl) --version 2>/dev/null")
        version = answer.split(separator: "\n").first.map(String.init) ?? ""
    }

    /// A property's value; nil if it is empty or systemd did not answer.
    private subscript(name: String) -> String? {
        properties[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    var hasAnswered: Bool { !properties.isEmpty }
    var isInstalled: Bool { self["LoadState"] == "loaded" }
    var hasFailed: Bool { self["ActiveState"] == "failed" }
    /// `success`, `exit-code`, `watchdog`, `signal`, `oom-kill`, …
    var result: String { self["Result"] ?? "" }
    var exitStatus: Int { self["ExecMainStatus"].flatMap { Int($0) } ?? 0 }
    /// The main process; nil if there is none.
    var mainPID: pid_t? { self["MainPID"].flatMap { pid_t($0) }.flatMap { $0 > 0 ? $0 : nil } }
    /// Automatic restarts since the last manual start.
    var restarts: Int { self["NRestarts"].flatMap { Int($0) } ?? 0 }
    /// Whether it starts at boot.
    var isEnabled: Bool { ["enabled", "enabled-runtime", "static", "alias"].contains(self["UnitFileState"] ?? "") }
    var user: String? { self["User"] }
    var supplementaryGroups: [String] {
        (self["SupplementaryGroups"] ?? "").split(separator: " ").map(String.init)
    }
    /// Whether it may open only the devices that the unit names.
    var restrictsDevices: Bool { ["closed", "strict"].contains(self["DevicePolicy"] ?? "") }

    private static func properties(_ text: String) -> [String: String] {
        var properties: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            properties[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return properties
    }

    private static func output(of command: String) -> String {
        guard let pipe = popen(command, "re") else { return "" }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&piece, 1, piece.count, pipe), count > 0 { bytes += piece[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
