// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Checks that the file system under the journal really syncs.
enum MountChecks {
    /// The longest commit interval in seconds. With a longer one, a power cut loses too much of the files beside the
    /// journal.
    private static let longestCommit = 60

    static func findings(of directory: String, in system: SystemFiles) -> [Finding] {
        guard let mount = Mount(holding: directory, in: system) else {
            return [
                .warning(
                    .storage, directory,
                    Message(zh: "看不到它在哪个文件系统上", en: "which file system it is on is not to be seen"),
                    next: .plain("findmnt -T \(directory)"))
            ]
        }
        let problems = problems(of: mount)
        guard problems.isEmpty else { return problems }
        return [
            .ok(
                .storage, mount.point,
                Message(
                    zh: "\(mount.type)（\(mount.source)），挂载选项可靠",
                    en: "\(mount.type) (\(mount.source)), its options are sound"))
        ]
    }

    /// The problems of a mount, most serious first.
    static func problems(of mount: Mount) -> [Finding] {
        if let finding = kind(of: mount) { return [finding] }
        var findings: [Finding] = []
        if mount.options.contains("ro") {
            findings.append(
                failure(
                    mount, Message(zh: "只读：日志写不进去", en: "read-only: the journal cannot be written"),
                    Message(
                        zh: "dmesg | grep -i ext4：出错后变为只读时先 fsck；否则 mount -o remount,rw \(mount.point)",
                        en: "dmesg | grep -i ext4: after an error, fsck first; else mount -o remount,rw \(mount.point)")
                ))
        }
        if mount.options.contains("nobarrier") || mount.value("barrier") == "0" || mount.value("barrier") == "none" {
            findings.append(
                failure(
                    mount, Message(zh: "关闭了写屏障：断电会丢失已确认的记录", en: "without barriers: a power cut loses what was synced"),
                    fstab("nobarrier / barrier=0", mount)))
        }
        if mount.value("data") == "writeback" {
            findings.append(
                failure(
                    mount,
                    Message(
                        zh: "data=writeback：断电后文件里可能是旧数据",
                        en: "data=writeback: after a power cut files may hold old data"),
                    Message(
                        zh:
                            "从 /etc/fstab 去掉 data=writeback；超级块默认值：tune2fs -o ^journal_data_writeback \(mount.source)；重启",
                        en: "take data=writeback out of /etc/fstab; where the superblock has it: tune2fs -o "
                            + "^journal_data_writeback \(mount.source); then start the machine again")))
        }
        if let seconds = mount.value("commit").flatMap({ Int($0) }), seconds > longestCommit {
            findings.append(
                failure(
                    mount,
                    Message(
                        zh: "commit=\(seconds)：断电会丢掉最近 \(seconds) 秒的文件系统改动",
                        en: "commit=\(seconds): a power cut loses up to \(seconds) s of changes"),
                    fstab("commit=\(seconds)", mount)))
        }
        return findings
    }

    private static func kind(of mount: Mount) -> Finding? {
        switch mount.type {
        case "ext4", "ext3", "xfs", "btrfs", "f2fs", "zfs", "bcachefs": return nil
        case "tmpfs", "ramfs", "overlay", "aufs", "squashfs":
            return failure(
                mount,
                Message(zh: "\(mount.type)：断电后日志不在了", en: "\(mount.type): the journal is gone after a power cut"),
                Message(
                    zh: "把状态目录放到 ext4 分区上（只读根文件系统：为 /var/lib/boothd 单独挂载一个分区）",
                    en:
                        "put the state directory on an ext4 partition (with a read-only root: a partition of its own for it)"
                ))
        case "nfs", "nfs4", "cifs", "smb3", "9p", "virtiofs", "ceph":
            return failure(
                mount,
                Message(
                    zh: "\(mount.type)：网络文件系统，断网即停，锁不可靠",
                    en: "\(mount.type): a network file system stops with the network, and its locks lie"),
                Message(zh: "把状态目录放到本机磁盘上", en: "put the state directory on a disk of this machine"))
        case "vfat", "exfat", "msdos", "ext2", "ntfs", "ntfs3", "fuseblk":
            return failure(
                mount,
                Message(
                    zh: "\(mount.type)：没有日志，断电可能损坏整个文件系统",
                    en: "\(mount.type): without a journal, a power cut may damage all of it"),
                Message(zh: "把状态目录放到 ext4 分区上", en: "put the state directory on an ext4 partition"))
        default:
            return .warning(
                .storage, mount.point,
                Message(zh: "\(mount.type)：没有用它做过断电试验", en: "\(mount.type): not tried with power cuts"),
                next: Message(zh: "建议用 ext4", en: "ext4 is better known"))
        }
    }

    private static func fstab(_ option: String, _ mount: Mount) -> Message {
        Message(
            zh: "从 /etc/fstab 中 \(mount.point) 的选项去掉 \(option)，重新启动",
            en: "take \(option) from the options of \(mount.point) in /etc/fstab, and start the machine again")
    }

    private static func failure(_ mount: Mount, _ message: Message, _ next: Message) -> Finding {
        .failure(.storage, mount.point, message, next: next)
    }
}
