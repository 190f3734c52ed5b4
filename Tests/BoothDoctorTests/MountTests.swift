// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Testing

@testable import BoothDoctor

@Suite("The file system under the journal")
struct MountTests {
    private let machine: PreparedMachine

    init() throws { machine = try PreparedMachine() }

    private func look(_ mounts: String...) throws -> [Finding] {
        let root = "22 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw"
        try machine.write(([root] + mounts).map { $0 + "\n" }.joined(), to: "/proc/self/mountinfo")
        return MountChecks.findings(of: "/var/lib/boothd", in: machine.system)
    }

    @Test("is sound as Debian mounts it, with the mount that holds the directory, not one that begins like it")
    func sound() throws {
        let found = try look("30 22 0:5 / /var/lib/boot rw - tmpfs tmpfs rw")
        #expect(found.map(\.level) == [.ok] && found.map(\.subject) == ["/"])
    }

    @Test(
        "is not healthy where a power cut takes what was synced",
        arguments: [
            (
                "30 22 8:1 / /var rw,relatime - ext4 /dev/sda1 rw,data=writeback",
                "tune2fs -o ^journal_data_writeback /dev/sda1"
            ),
            ("30 22 8:1 / /var rw - ext4 /dev/sda1 rw,commit=600", "commit=600"),
            ("30 22 8:1 / /var rw - ext4 /dev/sda1 rw,nobarrier", "barrier=0"),
            ("30 22 8:1 / /var rw - ext4 /dev/sda1 rw,barrier=0", "barrier=0"),
            ("30 22 8:1 / /var ro - ext4 /dev/sda1 ro", "remount,rw /var"),
            ("30 22 0:40 / /var rw - tmpfs tmpfs rw,size=64m", "ext4 partition"),
            ("30 22 0:40 / /var rw - overlay overlay rw,lowerdir=/a", "ext4 partition"),
            ("30 22 0:40 / /var rw - nfs4 host:/var rw", "a disk of this machine"),
            ("30 22 8:1 / /var rw - vfat /dev/sda1 rw", "ext4 partition"),
        ])
    func unhealthy(line: String, next: String) throws {
        let found = try look(line)
        #expect(found.map(\.level) == [.failure] && found[0].subject == "/var")
        #expect(found.first?.next?.en.contains(next) == true, "\(found)")
        #expect(found.first?.next?.zh.isEmpty == false)
    }

    @Test("goes by the superblock's defaults, which no table of mounts shows")
    func superblock() throws {
        try machine.write("rw\nbarrier\ndata=writeback\ncommit=5\n", to: "/proc/fs/ext4/mmcblk0p2/options")
        let found = try look()
        #expect(found.map(\.level) == [.failure] && found[0].message.en.contains("data=writeback"), "\(found)")
        // By the device's number where the source is a name like /dev/root.
        try machine.link("/sys/dev/block/179:2", to: "../../devices/mmc0/block/mmcblk0/mmcblk0p2")
        let named = "22 1 179:2 / / rw - ext4 /dev/root rw\n"
        try machine.write(named, to: "/proc/self/mountinfo")
        #expect(MountChecks.findings(of: "/var", in: machine.system).map(\.level) == [.failure])
    }

    @Test("reads blanks in names, and the last of two mounts on one point")
    func table() throws {
        let mount = try #require(
            Mount(line: "30 22 8:1 / /mnt/a\\040b rw shared:7 master:2 - ext4 /dev/sda1 rw,commit=30"))
        #expect(mount.point == "/mnt/a b" && mount.value("commit") == "30")
        #expect(Mount(line: "30 22 8:1 / /mnt rw ext4 /dev/sda1 rw") == nil)
        let covered = try look("30 22 8:1 / /var rw - ext4 /dev/sda1 rw", "31 30 0:9 / /var rw - tmpfs tmpfs rw")
        #expect(covered.map(\.level) == [.failure])
    }

    @Test(
        "warns before the journal can reach its limit, and fails where nothing more goes in",
        arguments: [
            (1 << 20, false, Finding.Level.failure), (3 << 20, false, .warning), (400 << 20, false, .ok),
            (400 << 20, true, .failure),
        ] as [(Int64, Bool, Finding.Level)])
    func space(free: Int64, isOutOfFiles: Bool, level: Finding.Level) {
        let finding = StorageChecks.space(
            free: free, isOutOfFiles: isOutOfFiles, limit: 256 << 20, used: 1 << 20, at: "/var/lib/boothd")
        #expect(finding.level == level && (finding.next == nil) == (level == .ok))
    }

    @Test("does not judge the room for a journal whose size may not be seen")
    func unseenJournal() throws {
        #expect(StorageChecks.used(in: machine.circumstances()) == 0)
        try machine.write("12345", to: "/var/lib/boothd/journal.sqlite", mode: 0o600)
        try machine.write("678", to: "/var/lib/boothd/journal.sqlite-wal", mode: 0o600)
        #expect(StorageChecks.used(in: machine.circumstances()) == 8)
        // Root sees through every mode; a link to itself bars even root's way.
        unlink(machine.system.path("/var/lib/boothd/journal.sqlite-wal"))
        try machine.link("/var/lib/boothd/journal.sqlite-wal", to: "journal.sqlite-wal")
        #expect(StorageChecks.used(in: machine.circumstances()) == nil)
        let path = "/var/lib/boothd"
        #expect(
            StorageChecks.space(free: 3 << 20, isOutOfFiles: false, limit: 256 << 20, used: nil, at: path).level == .ok)
        #expect(
            StorageChecks.space(free: 1 << 20, isOutOfFiles: false, limit: 256 << 20, used: nil, at: path).level
                == .failure)
    }

    @Test("tells of damaged journals and of a directory that is another user's")
    func directory() throws {
        for suffix in ["", "-wal", "-shm"] {
            try machine.write("", to: "/var/lib/boothd/journal.sqlite.damaged-1700000000\(suffix)", mode: 0o600)
        }
        let found = machine.findings(.storage)
        #expect(found.contains { $0.level == .warning && $0.message.en.contains("set aside: 1;") }, "\(found)")
        try machine.write("booth:x:4321:4321::/:/bin/false\n", to: "/etc/passwd")
        let owned = machine.findings(.storage)
        #expect(owned.contains { $0.level == .failure && $0.next?.en == "chown -R booth: /var/lib/boothd" }, "\(owned)")
    }

    @Test("an agent that cannot write its journal is a failure, with what to do about it")
    func writing() {
        func findings(_ state: StatusReply.Storage.State) -> [Finding] {
            let status = StatusReply(
                booth: "B0001", name: "x", state: .degraded, inService: true, reasons: [], bootID: "b", version: "1",
                uptimeSeconds: 1, clock: .synced, storage: .init(state: state, bytes: 0, limit: 1), points: [],
                open: 0, targets: [])
            return StorageChecks.findings(in: machine.circumstances(.success(status)))
        }
        let fault = findings(.fault).first
        #expect(fault?.level == .failure && fault?.next?.en.contains("a file of another version") == true)
        let full = findings(.full).first
        #expect(full?.level == .failure && full?.next?.en.contains("raise `limit`") == true)
        #expect(!findings(.ok).contains { $0.message.en.contains("events are in memory only") })
    }

    private static let isRoot = geteuid() == 0

    @Test("a journal that root owns, as one run by hand leaves it, is a failure", .enabled(if: isRoot))
    func foreignJournal() throws {
        try machine.write("", to: "/var/lib/boothd/journal.sqlite", mode: 0o600)
        try machine.write("", to: "/var/lib/boothd/journal.mark", mode: 0o600)
        let found = machine.findings(.storage)
        let finding = try #require(found.first { $0.subject == "/var/lib/boothd/journal.sqlite" }, "\(found)")
        #expect(finding.level == .failure && finding.message.en.contains("root owns it (journal.sqlite journal.mark)"))
        #expect(finding.next?.en == "chown -R booth: /var/lib/boothd")
    }

    @Test(
        "tells of a journal without its mark, of one that is not read out yet, and of files that others may read",
        .enabled(if: isRoot))
    func files() throws {
        try machine.write("", to: "/var/lib/boothd/journal.sqlite", mode: 0o600)
        try machine.write("", to: "/var/lib/boothd/journal.sqlite.salvage", mode: 0o600)
        let found = machine.findings(.storage)
        #expect(found.contains { $0.level == .warning && $0.subject == "/var/lib/boothd/journal.mark" }, "\(found)")
        #expect(
            found.contains { $0.level == .warning && $0.next?.en.contains("do not remove it") == true }, "\(found)")
        try machine.write("", to: "/var/lib/boothd/journal.mark", mode: 0o644)
        for name in ["journal.sqlite", "journal.mark"] {
            chown(machine.system.path("/var/lib/boothd/\(name)"), 990, 990)
        }
        let open = machine.findings(.storage)
        #expect(open.contains { $0.next?.en == "chmod 600 /var/lib/boothd/journal.*" }, "\(open)")
        #expect(chmod(machine.system.path("/var/lib/boothd/journal.mark"), 0o600) == 0)
        unlink(machine.system.path("/var/lib/boothd/journal.sqlite.salvage"))
        let sound = machine.findings(.storage).filter { $0.subject.contains("journal") }
        #expect(sound.isEmpty, "\(sound)")
    }
}
