// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Checks that synced journal data stays on disk, and that there is room for more.
enum StorageChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        let system = booth.system
        // Before the first start the directory does not exist, so check its parent.
        let directory = existing(booth.stateDirectory, in: system)
        guard let real = system.resolved(directory) else { return [] }
        return writing(in: booth) + self.directory(in: booth) + MountChecks.findings(of: real, in: system)
            + space(of: real, in: booth) + files(in: booth) + damaged(in: booth)
    }

    private static func existing(_ path: String, in system: SystemFiles) -> String {
        var path = path
        while !system.exists(path), let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            path = String(path[..<slash])
        }
        return system.exists(path) ? path : "/"
    }

    // MARK: What the agent says

    /// If a running agent cannot write, it keeps events in memory, and a power cut loses them.
    private static func writing(in booth: Circumstances) -> [Finding] {
        guard let storage = booth.agent.reply?.storage, storage.state != .ok else { return [] }
        let memory = Message(
            zh: "boothd 写不了日志：消息只在内存里，断电就没有了",
            en: "boothd cannot write its journal: events are in memory only, and gone with the power")
        let next =
            storage.state == .full
            ? Message(
                zh: "腾出磁盘空间，或调大 [storage] 的 limit 后 systemctl reload boothd",
                en: "make room on the disk, or raise `limit` in [storage] and systemctl reload boothd")
            : Message(
                zh: "boothctl status 说明原因：属主、只读挂载、其他版本写的文件或磁盘；修好后 boothd 自己接着写",
                en: "boothctl status names the cause: the owner, a read-only mount, a file of another version, or the "
                    + "disk; once that is right boothd goes on by itself")
        return [.failure(.storage, booth.stateDirectory, memory, next: next)]
    }

    // MARK: The directory

    private static func directory(in booth: Circumstances) -> [Finding] {
        let path = booth.stateDirectory
        guard let status = FileStatus(booth.system.path(path)) else {
            return [
                .ok(
                    .storage, path,
                    Message(zh: "还没有；boothd 第一次启动时建立", en: "not there yet; boothd makes it when it first starts"))
            ]
        }
        if let account = booth.account, account.uid != 0, status.owner != account.uid {
            let owner = booth.users.userName(status.owner)
            return [
                .failure(
                    .storage, path,
                    Message(
                        zh: "属于 \(owner)，boothd 以 \(account.name) 运行，写不了日志",
                        en: "it belongs to \(owner); boothd runs as \(account.name) and cannot write its journal"),
                    next: .plain("chown -R \(account.name): \(path)"))
            ]
        }
        if status.permissions & 0o007 != 0 {
            return [
                .warning(
                    .storage, path,
                    Message(zh: "模式 \(status.octal)，其他用户可以进入", en: "mode \(status.octal): others may enter"),
                    next: .plain("chmod 700 \(path)"))
            ]
        }
        return []
    }

    // MARK: The journal's files

    private static let journal = "journal.sqlite"
    /// The file that records how far the journal had come.
    private static let mark = "journal.mark"
    /// A damaged journal that was set aside and not yet salvaged.
    private static let salvage = "journal.sqlite.salvage"
    /// The agent's files: the journal with its log, its mark, its reserve.
    private static let written = [journal, "journal.sqlite-wal", "journal.sqlite-shm", mark, "journal.reserve"]

    /// Checks that the agent may write its files and others cannot read them. Opens none: only the agent opens a
    /// journal.
    private static func files(in booth: Circumstances) -> [Finding] {
        let found = (written + [salvage, salvage + "-wal"]).compactMap { name in
            FileStatus(booth.system.path("\(booth.stateDirectory)/\(name)")).map { (name, $0) }
        }
        return foreign(found, in: booth) + open(found, in: booth) + unmarked(found.map { $0.0 }, in: booth)
    }

    /// Files owned by another user, as after the agent was once run as root.
    private static func foreign(_ files: [(name: String, status: FileStatus)], in booth: Circumstances) -> [Finding] {
        guard let account = booth.account, account.uid != 0,
            FileStatus(booth.system.path(booth.stateDirectory))?.owner == account.uid
        else { return [] }
        let foreign = files.filter { $0.status.owner != account.uid }
        guard let first = foreign.first else { return [] }
        let owner = booth.users.userName(first.status.owner)
        let names = foreign.map(\.name).joined(separator: " ")
        return [
            .failure(
                .storage, "\(booth.stateDirectory)/\(first.name)",
                Message(
                    zh: "属于 \(owner)（\(names)）：boothd 以 \(account.name) 运行，写不了日志",
                    en: "\(owner) owns it (\(names)): boothd runs as \(account.name) and cannot write its journal"),
                next: .plain("chown -R \(account.name): \(booth.stateDirectory)"))
        ]
    }

    private static func open(_ files: [(name: String, status: FileStatus)], in booth: Circumstances) -> [Finding] {
        guard let first = files.first(where: { $0.status.permissions & 0o077 != 0 }) else { return [] }
        return [
            .warning(
                .storage, "\(booth.stateDirectory)/\(first.name)",
                Message(
                    zh: "模式 \(first.status.octal)，其他用户可以读写", en: "mode \(first.status.octal): others may use it"),
                next: .plain("chmod 600 \(booth.stateDirectory)/journal.*"))
        ]
    }

    /// Without its mark, a journal cannot be told from an older copy of itself.
    private static func unmarked(_ names: [String], in booth: Circumstances) -> [Finding] {
        guard names.contains(journal), !names.contains(mark) else { return [] }
        return [
            .warning(
                .storage, "\(booth.stateDirectory)/\(mark)",
                Message(
                    zh: "不在了：日志是否完整无从核对，下次启动会按可能丢失告知平台",
                    en: "it is gone: nothing says how far the journal had come, and the next start tells the platforms "
                        + "of a loss"),
                next: Message(
                    zh: "不要只复制或删除 \(booth.stateDirectory) 中的部分文件；查是谁删的",
                    en: "copy or remove \(booth.stateDirectory) as a whole or not at all; find out who removed it"))
        ]
    }

    // MARK: Room

    /// The free bytes needed to be in service.
    private static let least: Int64 = 2 << 20

    private static func space(of directory: String, in booth: Circumstances) -> [Finding] {
        var status = statvfs()
        guard statvfs(booth.system.path(directory), &status) == 0 else { return [] }
        let free = Int64(clamping: status.f_bavail).clampedProduct(Int64(clamping: status.f_frsize))
        let nodes = status.f_files > 0 && status.f_favail == 0
        return [
            space(
                free: free, isOutOfFiles: nodes, limit: booth.configuration?.storageLimit, used: used(in: booth),
                at: directory)
        ]
    }

    /// - Parameters:
    ///   - free: free bytes for users other than root.
    ///   - limit: the most bytes of the journal; nil if unknown.
    ///   - used: its bytes now; nil if unknown.
    static func space(free: Int64, isOutOfFiles: Bool, limit: Int64?, used: Int64?, at path: String) -> Finding {
        let megabytes = free >> 20
        let clean = Message(
            zh: "腾出空间：journalctl --vacuum-size=50M，apt clean，du -xh / | sort -h | tail",
            en: "make room: journalctl --vacuum-size=50M, apt clean, du -xh / | sort -h | tail")
        if isOutOfFiles {
            return .failure(
                .storage, path, Message(zh: "文件系统的索引节点已用完", en: "the file system has no inode left"), next: clean)
        }
        if free < least {
            return .failure(
                .storage, path,
                Message(
                    zh: "只剩 \(free >> 10) KiB：新的报警只能留在内存里", en: "\(free >> 10) KiB left: new alarms stay in memory only"
                ), next: clean)
        }
        if let limit, let used, free < limit - used {
            return .warning(
                .storage, path,
                Message(
                    zh: "剩 \(megabytes) MiB，不够日志长到上限 \(limit >> 20) MiB",
                    en: "\(megabytes) MiB left: not enough for the journal to reach its limit of \(limit >> 20) MiB"),
                next: Message(zh: "\(clean.zh)；或改小 [storage] 的 limit", en: "\(clean.en); or lower `limit` in [storage]")
            )
        }
        return .ok(.storage, path, Message(zh: "剩 \(megabytes) MiB", en: "\(megabytes) MiB left"))
    }

    /// The journal's bytes; nil if unknown: usually only root may look into the directory.
    static func used(in booth: Circumstances) -> Int64? {
        let journal = booth.system.path(booth.stateDirectory + "/journal.sqlite")
        var used: Int64 = 0
        for file in [journal, journal + "-wal"] {
            if let status = FileStatus(file) {
                used += status.size
            } else if errno != ENOENT {
                return nil
            }
        }
        return used
    }

    // MARK: What was set aside

    private static func damaged(in booth: Circumstances) -> [Finding] {
        let names = booth.system.names(in: booth.stateDirectory)
        return setAside(names, in: booth) + unread(names, in: booth)
    }

    /// A damaged journal that waits to be salvaged. A running agent does this in seconds; otherwise it waits for the
    /// next start.
    private static func unread(_ names: [String], in booth: Circumstances) -> [Finding] {
        guard names.contains(salvage) || names.contains(salvage + "-wal") else { return [] }
        return [
            .warning(
                .storage, "\(booth.stateDirectory)/\(salvage)",
                Message(
                    zh: "一份损坏的日志还没有读出；boothd 打开日志时读出其中完好的",
                    en:
                        "a damaged journal is not read out yet; boothd takes over what is whole when it opens its journal"
                ),
                next: Message(
                    zh: "不要删除；systemctl start boothd，再看 journalctl -u boothd",
                    en: "do not remove it; systemctl start boothd, then see journalctl -u boothd"))
        ]
    }

    private static func setAside(_ names: [String], in booth: Circumstances) -> [Finding] {
        let aside = names.filter {
            $0.hasPrefix("journal.sqlite.damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
        }
        guard let first = aside.first else { return [] }
        return [
            .warning(
                .storage, "\(booth.stateDirectory)/\(first)",
                Message(
                    zh: "有 \(aside.count) 份损坏的日志被移到一边：磁盘、电源或有人动过它",
                    en: "damaged journals set aside: \(aside.count); the disk, the power or somebody did that"),
                next: Message(
                    zh: "dmesg | grep -iE 'mmc|ext4|I/O error'；取证后删除这些文件",
                    en: "dmesg | grep -iE 'mmc|ext4|I/O error'; remove the files once they are examined"))
        ]
    }
}
