// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import BoothDoctor

@Suite("Who may open what")
struct PermissionTests {
    private let machine: PreparedMachine

    init() throws { machine = try PreparedMachine() }

    @Test(
        "goes by owner, group and the others' bits, whichever comes first",
        arguments: [
            (0o600, true, false, true), (0o660, false, true, true), (0o606, false, true, false),
            (0o606, false, false, true), (0o640, false, true, false), (0o060, true, true, false),
        ])
    func bits(mode: Int, isOwner: Bool, isMember: Bool, isOpen: Bool) throws {
        try machine.write("", to: "/dev/port", mode: mode_t(mode))
        let account = Account(
            name: "x", uid: isOwner ? geteuid() : 4321, groups: isMember ? [getegid()] : [4322])
        // Root passes whatever the mode.
        if isOwner, account.uid == 0 { return }
        let obstacle = account.obstacle(to: "/dev/port", .readWrite, in: machine.system)
        #expect((obstacle == nil) == isOpen)
    }

    @Test("names the first directory that bars the way")
    func way() throws {
        try machine.write("", to: "/etc/boothd/private/key", mode: 0o644)
        try machine.makeDirectory("/etc/boothd/private", mode: 0o700)
        let account = Account(name: "x", uid: 4321, groups: [4322])
        #expect(
            account.obstacle(to: "/etc/boothd/private/key", .read, in: machine.system)
                == Account.Obstacle(path: "/etc/boothd/private", isDirectory: true))
    }

    @Test("says that the user is missing, and how it is made")
    func noUser() throws {
        try machine.write("root:x:0:0::/root:/bin/bash\n", to: "/etc/passwd")
        let found = machine.findings(.permissions)
        #expect(found.map(\.level) == [.failure] && found[0].next?.en.contains("sysusers") == true)
    }

    @Test("names the group that the user is not in", .enabled(if: PreparedMachine.mayMakeDevices))
    func membership() throws {
        try machine.configure()
        try machine.makeDevice("/dev/ttyUSB0", major: 188, minor: 0, group: 20, mode: 0o660)
        let found = try #require(machine.findings(.permissions).first { $0.subject == "/dev/ttyUSB0" })
        #expect(found.level == .failure && found.message.en.contains("not in group dialout"), "\(found)")
        #expect(found.next?.en.contains("SupplementaryGroups=dialout") == true)
        try machine.write("root:x:0:\ndialout:x:20:anna,booth\ngpio:x:991:\nbooth:x:990:\n", to: "/etc/group")
        #expect(machine.findings(.permissions).first { $0.subject == "/dev/ttyUSB0" }?.level == .ok)
    }

    @Test("the unit's supplementary groups count", .enabled(if: PreparedMachine.mayMakeDevices))
    func supplementaryGroups() throws {
        try machine.configure()
        try machine.makeDevice("/dev/ttyUSB0", major: 188, minor: 0, group: 20, mode: 0o660)
        try machine.systemctl(
            "LoadState=loaded", "UnitFileState=enabled", "User=booth", "SupplementaryGroups=dialout gpio")
        #expect(machine.findings(.permissions).first { $0.subject == "/dev/ttyUSB0" }?.level == .ok)
    }

    @Test("names the udev rule that is missing, or has not been applied", .enabled(if: PreparedMachine.mayMakeDevices))
    func rule() throws {
        try machine.configure(chip: "path:/dev/gpiochip0")
        try machine.makeDevice("/dev/gpiochip0", major: 254, minor: 0, group: 0, mode: 0o600)
        let bare = try #require(machine.findings(.permissions).first { $0.subject == "/dev/gpiochip0" })
        #expect(bare.level == .failure && bare.message.en.contains("should be gpio 0660"), "\(bare)")
        #expect(bare.next?.en.contains("no udev rule names gpiochip") == true, "\(bare)")
        try machine.write(
            #"SUBSYSTEM=="gpio", KERNEL=="gpiochip[0-9]*", GROUP="gpio", MODE="0660""# + "\n",
            to: "/usr/lib/udev/rules.d/60-boothd.rules")
        let ruled = try #require(machine.findings(.permissions).first { $0.subject == "/dev/gpiochip0" })
        #expect(ruled.next?.en.contains("/usr/lib/udev/rules.d/60-boothd.rules") == true)
        #expect(ruled.next?.en.contains("udevadm trigger --subsystem-match=gpio") == true)
    }
}
