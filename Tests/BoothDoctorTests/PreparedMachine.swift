// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal

@testable import BoothDoctor

/// The files of a machine, in a directory that goes with the test.
final class PreparedMachine {
    let workspace: Workspace
    var system: SystemFiles { SystemFiles(root: workspace.path) }
    /// Where the configuration is, for this process.
    var configuration: String { workspace.file("etc/boothd/boothd.toml") }

    init() throws {
        workspace = try Workspace(named: "machine")
        // What a test's own user may pass, the booth's may as well.
        chmod(workspace.path, 0o755)
        try write("root:x:0:0::/root:/bin/bash\nbooth:x:990:990::/:/usr/sbin/nologin\n", to: "/etc/passwd")
        try write("root:x:0:\ndialout:x:20:anna\ngpio:x:991:\nbooth:x:990:\n", to: "/etc/group")
        try write("22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n", to: "/proc/self/mountinfo")
        try makeDirectory("/var/lib/boothd", mode: 0o700)
        chown(workspace.file("var/lib/boothd"), 990, 990)
        try makeDirectory("/dev")
    }

    /// Writes a file, its directories as well.
    func write(_ text: String, to path: String, mode: mode_t = 0o644) throws {
        try makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        try workspace.write(text, to: String(path.dropFirst()))
        chmod(system.path(path), mode)
    }

    func makeDirectory(_ path: String, mode: mode_t = 0o755) throws {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            mkdir(system.path(made), 0o755)
            chmod(system.path(made), 0o755)
        }
        chmod(system.path(path), mode)
    }

    func link(_ path: String, to target: String) throws {
        try makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        symlink(target, system.path(path))
    }

    /// Makes a device file; only root may.
    func makeDevice(_ path: String, major: Int, minor: Int, group: gid_t, mode: mode_t) throws {
        try makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        guard mknod(system.path(path), S_IFCHR | mode, dev_t(major << 8 | minor)) == 0 else {
            throw RehearsalError("mknod \(path)")
        }
        chown(system.path(path), 0, group)
        chmod(system.path(path), mode)
    }

    /// Whether this process may make device files here.
    static var mayMakeDevices: Bool {
        guard geteuid() == 0, let machine = try? PreparedMachine() else { return false }
        return (try? machine.makeDevice("/dev/probe", major: 188, minor: 0, group: 0, mode: 0o600)) != nil
    }

    /// A configuration that uses a chip, a serial bus and a target without certificates.
    func configure(chip: String = "label:booth-io", serial: String = "/dev/ttyUSB0", more: String = "") throws {
        try write(
            """
            [booth]
            code = "B0001"
            name = "城关一号警务室"
            county = "620102"
            grid = "620102001001"
            address = "A-1"
            longitude = 103.8
            latitude = 36.1

            [gpio.booth-io]
            chip = "\(chip)"

            [modbus.inside]
            serial = "\(serial)"
            baud = 9600
            parity = "none"
            stop-bits = 1

            [[point]]
            id = "help-1"
            kind = "help-button"
            gpio = { chip = "booth-io", line = "HELP1" }

            [[point]]
            id = "room-door"
            kind = "room-door"
            modbus = { bus = "inside", unit = 1, table = "discrete-input", address = 0 }

            [[target]]
            id = "police"
            accepts = ["police", "fault"]
            \(more.isEmpty ? "http = { url = \"http://127.0.0.1:8080\" }" : more)

            """, to: "/etc/boothd/boothd.toml")
    }

    /// The agent, run with this machine's configuration as process 611, with these files open.
    func runAgent(_ options: String..., holding files: String...) throws {
        try write("boothd\n", to: "/proc/611/comm")
        let words = ["/usr/sbin/boothd", "--config", "/etc/boothd/boothd.toml"] + options
        try write(words.map { $0 + "\0" }.joined(), to: "/proc/611/cmdline")
        for (number, file) in files.enumerated() { try link("/proc/611/fd/\(number + 3)", to: file) }
    }

    /// The machine as the checks see it, with what came of asking the agent.
    func circumstances(_ status: Result<StatusReply, ControlClientError>? = nil) -> Circumstances {
        Circumstances(
            system: system, configurationPath: configuration, stateDirectory: "/var/lib/boothd",
            socket: workspace.file("run/boothd/control"),
            agent: status.map { AgentContact(status: $0, credentials: nil) })
    }

    /// What the doctor finds, of one area.
    func findings(_ area: Area) -> [Finding] {
        Examination(
            system: system, configuration: configuration, stateDirectory: "/var/lib/boothd",
            socket: workspace.file("run/boothd/control")
        ).run().filter { $0.area == area }
    }
}
