// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Whether what the journal has synced stays on the disk, and whether there is room for more.
enum StorageChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        let system = booth.system
        // Before the first start there is none; it will be where its parent is.
        let directory = existing(booth.stateDirectory, in: system)
        guard let real = system.resolved(directory) else { return [] }
        return self.directory(in: booth) + MountChecks.findings(of: real, in: system) + space(of: real, in: booth)
            + damaged(in: booth)
    }

    private static func existing(_ path: String, in system: SystemFiles) -> String {
        var path = path
        while !system.exists(path), let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            path = String(path[..<slash])
        }
        return system.exists(path) ? path : "/"
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

    // MARK: Room

    /// So much is enough to be in service.
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
    ///   - free: bytes for others than root.
    ///   - limit: most that the journal may take; nil where that is not known.
    ///   - used: what it takes now; nil where that may not be seen.
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

    /// What the journal takes; nil where that may not be seen, as through the directory's mode by all but root.
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
        let aside = booth.system.names(in: booth.stateDirectory).filter {
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
