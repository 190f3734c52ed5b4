// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc
import Testing

@testable import BoothDoctor

@Suite("Serial ports", .enabled(if: PreparedMachine.mayMakeDevices))
struct SerialTests {
    private static let drivers = """
        serial               /dev/ttyS       4 64-111 serial
        usbserial            /dev/ttyUSB   188 0-511 serial

        """
    private static let link = "/dev/serial/by-id/usb-FTDI_FT232R_A10K"

    private let machine: PreparedMachine

    init() throws {
        machine = try PreparedMachine()
        try machine.write(Self.drivers, to: "/proc/tty/drivers")
    }

    private func plugIn(_ device: String = "/dev/ttyUSB0", major: Int = 188) throws {
        try machine.makeDevice(device, major: major, minor: 0, group: 20, mode: 0o660)
    }

    @Test("a link that stays is right; the number of a USB adapter is a warning with the link to use")
    func names() throws {
        try plugIn()
        try machine.link(Self.link, to: "../../ttyUSB0")
        try machine.configure(serial: Self.link)
        let good = machine.findings(.serial)
        #expect(good.map(\.level) == [.ok] && good[0].message.en == "\(Self.link) → /dev/ttyUSB0", "\(good)")
        try machine.configure(serial: "/dev/ttyUSB0")
        let number = machine.findings(.serial)
        #expect(number.map(\.level) == [.warning], "\(number)")
        #expect(number[0].next?.en.contains("serial = \"\(Self.link)\"") == true)
    }

    @Test("a port that is not there comes with those that are")
    func missing() throws {
        try plugIn()
        try machine.link(Self.link, to: "../../ttyUSB0")
        try machine.configure(serial: "/dev/serial/by-id/usb-other")
        let found = machine.findings(.serial)
        #expect(found.map(\.level) == [.failure] && found[0].next?.en.contains(Self.link) == true, "\(found)")
    }

    @Test("a driver that is not loaded is named, with what DeviceAllow makes of that")
    func unloadedDriver() throws {
        try machine.write("serial /dev/ttyS 4 64-111 serial\n", to: "/proc/tty/drivers")
        try machine.configure(serial: Self.link)
        let found = machine.findings(.serial)
        #expect(
            found.map(\.level) == [.failure] && found[0].next?.en.contains("modprobe ftdi_sio") == true, "\(found)")
        let next = try #require(found[0].next)
        for word in ["DeviceAllow", "/etc/modules-load.d/", "systemctl restart boothd"] {
            #expect(next.en.contains(word) && next.zh.contains(word), "\(found)")
        }
    }

    @Test(
        "whose driver is missing shows in the link's name, whatever other adapters' drivers are there",
        arguments: [
            ("/dev/serial/by-id/usb-FTDI_FT232R_A10K-if00-port0", "ttyACM 166", "ftdi_sio"),
            ("/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0-port0", "ttyACM 166", "ftdi_sio"),
            ("/dev/ttyUSB0", "ttyACM 166", "ftdi_sio"), ("/dev/ttyACM0", "ttyUSB 188", "cdc_acm"),
            ("/dev/serial/by-id/usb-Rehearsal_Board_0001-if00", "ttyUSB 188", "cdc_acm"),
        ])
    func drivers(path: String, loaded: String, module: String) throws {
        try machine.write("other /dev/\(loaded) 0-255 serial\n", to: "/proc/tty/drivers")
        try machine.configure(serial: path)
        let found = machine.findings(.serial)
        #expect(found.map(\.level) == [.failure], "\(found)")
        #expect(found[0].next?.en.contains("modprobe \(module)") == true, "\(found)")
    }

    @Test("a port that came after the agent, which the unit's DeviceAllow then does not cover, takes a restart")
    func lateDriver() throws {
        try plugIn()
        try machine.link(Self.link, to: "../../ttyUSB0")
        try machine.configure(serial: Self.link)
        let status = StatusReply(
            booth: "B0001", name: "城关一号警务室", state: .degraded, inService: true, reasons: [], bootID: "", version: "",
            uptimeSeconds: 60, clock: .synced, storage: .init(state: .ok, bytes: 0, limit: 0), points: [],
            open: 0, targets: [])
        func look(policy: String) throws -> [Finding] {
            try machine.systemctl(
                "LoadState=loaded", "UnitFileState=enabled", "User=booth", "SupplementaryGroups=dialout gpio", policy)
            return SerialChecks.findings(in: machine.circumstances(.success(status)))
        }
        let found = try look(policy: "DevicePolicy=closed")
        #expect(found.map(\.level) == [.warning], "\(found)")
        #expect(found[0].message.en.contains("DeviceAllow") && found[0].message.zh.contains("DeviceAllow"))
        let next = try #require(found[0].next)
        for word in ["modules-load.d", "systemctl restart boothd"] {
            #expect(next.en.contains(word) && next.zh.contains(word), "\(next)")
        }
        let free = try look(policy: "DevicePolicy=auto")
        #expect(free.map(\.level) == [.warning] && !free[0].message.en.contains("DeviceAllow"), "\(free)")
    }

    @Test("a device that is no terminal, and a file, are no ports")
    func noPort() throws {
        try plugIn("/dev/null0", major: 1)
        try machine.configure(serial: "/dev/null0")
        #expect(machine.findings(.serial).map(\.message.en) == ["/dev/null0 is no serial port"])
        try machine.write("", to: "/dev/file")
        try machine.configure(serial: "/dev/file")
        #expect(machine.findings(.serial).map(\.level) == [.failure])
    }

    @Test("the kernel's console on the port is a warning", arguments: ["/proc/cmdline", "/proc/consoles"])
    func console(file: String) throws {
        try plugIn("/dev/ttyS1", major: 4)
        try machine.configure(serial: "/dev/ttyS1")
        #expect(machine.findings(.serial).map(\.level) == [.ok])
        let text = file == "/proc/cmdline" ? "quiet console=ttyS1,115200n8 rw\n" : "ttyS1   -W- (EC  p a)    4:65\n"
        try machine.write(text, to: file)
        let found = machine.findings(.serial)
        #expect(
            found.map(\.level) == [.warning] && found[0].next?.en.contains("serial-getty@ttyS1") == true, "\(found)")
        try machine.write("quiet console=ttyS11\n", to: "/proc/cmdline")
        try machine.write("ttyS11 -W-\n", to: "/proc/consoles")
        #expect(machine.findings(.serial).map(\.level) == [.ok])
    }

    @Test(
        "whoever has the port open is named, with how it lets go",
        arguments: [
            ("ModemManager", "disable --now ModemManager"), ("brltty", "apt purge brltty"),
            ("agetty", "disable --now serial-getty@ttyUSB0"), ("minicom", "kill 4711"),
        ])
    func holder(program: String, next: String) throws {
        try plugIn()
        try machine.link(Self.link, to: "../../ttyUSB0")
        try machine.configure(serial: Self.link)
        try machine.write("\(program)\n", to: "/proc/4711/comm")
        try machine.link("/proc/4711/fd/5", to: "/dev/ttyUSB0")
        let found = machine.findings(.serial)
        #expect(found.map(\.level) == [.failure], "\(found)")
        #expect(found[0].message.en.contains("\(program) (process 4711)") && found[0].next?.en.contains(next) == true)
    }

    @Test("a port that the agent has open is right, also where the agent cannot be asked; two agents are one too many")
    func ownPort() throws {
        try plugIn()
        try machine.link(Self.link, to: "../../ttyUSB0")
        try machine.configure(serial: Self.link)
        try machine.runAgent(holding: "/dev/ttyUSB0")
        let found = machine.findings(.serial)
        #expect(found.map(\.level) == [.ok] && found[0].message.en.hasSuffix("held by boothd"), "\(found)")
        try machine.runAgent("--config=/home/anna/rehearsal.toml")
        let other = machine.findings(.serial)
        #expect(other.map(\.level) == [.failure] && other[0].next?.en.contains("kill") == false, "\(other)")
    }
}

@Suite("The programs that run here")
struct ProcessListTests {
    @Test("a terminal that this process has open is known to be")
    func ownTerminal() throws {
        let terminal = try PseudoTerminal.open()
        let opened = open(terminal.slavePath, O_RDWR | O_NOCTTY | O_CLOEXEC)
        defer {
            close(opened)
            close(terminal.master)
        }
        let list = ProcessList(system: SystemFiles())
        #expect(list.holders(of: terminal.slavePath).map(\.pid).contains(getpid()))
        #expect(list.holders(of: "/dev/pts/none").isEmpty)
    }

    @Test("a process's groups are those that the kernel has")
    func groups() {
        var room = [gid_t](repeating: 0, count: 1024)
        let count = getgroups(CInt(room.count), &room)
        #expect(ProcessList.groups(of: getpid(), in: SystemFiles()) == Set(room.prefix(Int(max(0, count)))))
    }
}
