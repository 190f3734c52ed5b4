// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Checks that the agent's user may open what the configuration names.
enum PermissionChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        guard let account = booth.account else { return [missingUser(booth.unit?.user ?? Circumstances.userName)] }
        return [user(account, in: booth)] + chips(for: account, in: booth) + ports(for: account, in: booth)
            + controlSocket(in: booth)
    }

    private static func missingUser(_ name: String) -> Finding {
        .failure(
            .permissions, name,
            Message(zh: "没有用户 \(name)：boothd.service 起不来", en: "there is no user \(name): boothd.service cannot start"),
            next: Message(
                zh: "systemd-sysusers（软件包的 sysusers.d 会建立它），或重装软件包",
                en: "systemd-sysusers makes it from the package's sysusers.d; or reinstall the package"))
    }

    private static func user(_ account: Account, in booth: Circumstances) -> Finding {
        let runs = booth.process.pids.first.map { Message(zh: "，进程 \($0)", en: ", process \($0)") }
        if account.uid == 0 {
            return .warning(
                .permissions, account.name,
                Message(zh: "boothd 以 root 运行\(runs?.zh ?? "")", en: "boothd runs as root\(runs?.en ?? "")"),
                next: Message(zh: "用软件包的 boothd.service 启动它", en: "start it by the package's boothd.service"))
        }
        let groups = account.groups.map(booth.users.groupName).sorted().joined(separator: " ")
        return .ok(
            .permissions, account.name,
            Message(
                zh: "boothd 的用户\(runs?.zh ?? "")；组：\(groups)", en: "boothd's user\(runs?.en ?? ""); groups: \(groups)"))
    }

    // MARK: Devices

    private static func chips(for account: Account, in booth: Circumstances) -> [Finding] {
        ChipChecks.configured(in: booth).flatMap { chip in
            chip.files(among: booth.chips, in: booth.system).compactMap { path in
                device(path, .gpio, account, booth)
            }
        }
    }

    private static func ports(for account: Account, in booth: Circumstances) -> [Finding] {
        SerialChecks.configured(in: booth).compactMap { port in
            booth.system.resolved(port.path).flatMap { device($0, .serial, account, booth) }
        }
    }

    /// - Parameter path: a path on the machine without symbolic links.
    private static func device(
        _ path: String, _ kind: DeviceAccess, _ account: Account, _ booth: Circumstances
    ) -> Finding? {
        guard let status = FileStatus(booth.system.path(path)) else { return nil }
        let group = booth.users.groupName(status.group)
        guard account.obstacle(to: path, .readWrite, in: booth.system) != nil else {
            return .ok(
                .permissions, path,
                Message(
                    zh: "\(account.name) 可以读写（\(group) \(status.octal)）",
                    en: "\(account.name) may read and write it (\(group) \(status.octal))"))
        }
        let isForGroup = status.permissions & 0o060 == 0o060 && status.group != 0
        return .failure(
            .permissions, path,
            Message(
                zh: "\(account.name) 不能打开：属组 \(group)，模式 \(status.octal)"
                    + (isForGroup ? "，而它不在组 \(group) 里" : "，应为 \(kind.group) 0660"),
                en: "\(account.name) may not open it: group \(group), mode \(status.octal)"
                    + (isForGroup ? ", and it is not in group \(group)" : "; it should be \(kind.group) 0660")),
            next: isForGroup ? joining(group, account) : rule(for: kind, in: booth))
    }

    private static func joining(_ group: String, _ account: Account) -> Message {
        Message(
            zh: "在单元里写 SupplementaryGroups=\(group)，或 usermod -aG \(group) \(account.name)；再 systemctl restart boothd",
            en:
                "SupplementaryGroups=\(group) in the unit, or usermod -aG \(group) \(account.name); then systemctl restart "
                + "boothd")
    }

    private static func rule(for kind: DeviceAccess, in booth: Circumstances) -> Message {
        guard let rule = kind.rule(in: booth.system) else {
            return Message(
                zh: "没有 udev 规则提到 \(kind.device)：重装 boothd 软件包，或写入 \(kind.line)，再 \(kind.trigger)",
                en: "no udev rule names \(kind.device): reinstall the boothd package, or write \(kind.line), then "
                    + kind.trigger)
        }
        return Message(
            zh: "规则 \(rule) 没有生效：\(kind.trigger)", en: "the rule in \(rule) has not been applied: \(kind.trigger)")
    }

    // MARK: Control socket

    private static func controlSocket(in booth: Circumstances) -> [Finding] {
        guard let status = FileStatus(booth.socket) else { return [] }
        guard status.permissions & 0o007 == 0 else {
            return [
                .warning(
                    .permissions, booth.socket,
                    Message(
                        zh: "模式 \(status.octal)：本机任何用户都能查看",
                        en: "mode \(status.octal): every user of the machine may look"),
                    next: .plain("systemctl restart boothd"))
            ]
        }
        let group = booth.users.groupName(status.group)
        return [
            .ok(
                .permissions, booth.socket,
                Message(zh: "属组 \(group)，模式 \(status.octal)", en: "group \(group), mode \(status.octal)"))
        ]
    }
}
