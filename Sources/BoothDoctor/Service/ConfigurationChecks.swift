// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc

/// Checks the configuration file: it exists, is right, can be read by the agent, and is the one in use.
enum ConfigurationChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        let path = booth.configurationPath
        if Glibc.access(path, R_OK) != 0, errno == EACCES {
            return [
                .warning(
                    .configuration, path,
                    Message(
                        zh: "当前用户无权读取，看不到芯片、串口和证书的配置", en: "this user may not read it: what it names is not looked at"),
                    next: .useSudo)
            ]
        }
        return [contents(in: booth)] + access(in: booth) + age(in: booth)
    }

    private static func contents(in booth: Circumstances) -> Finding {
        let path = booth.configurationPath
        guard let first = booth.problems.first else {
            let (points, targets) = (booth.configuration?.points.count ?? 0, booth.configuration?.targets.count ?? 0)
            return .ok(
                .configuration, path,
                Message(zh: "正确：\(points) 个点位，\(targets) 个平台", en: "right: points \(points), targets \(targets)"))
        }
        let more = booth.problems.count - 1
        let place = (first.file.map { "\($0):" } ?? "") + "\(first.line):\(first.column)"
        return .failure(
            .configuration, path,
            Message(
                zh: "\(place): \(first.message.zh)" + (more > 0 ? "（另有 \(more) 处）" : ""),
                en: "\(place): \(first.message.en)" + (more > 0 ? " (and \(more) more)" : "")),
            next: Message(zh: "boothctl check \(path) 列出全部", en: "boothctl check \(path) lists all"))
    }

    /// Whether the agent may read the file too. This matters if root runs the check.
    private static func access(in booth: Circumstances) -> [Finding] {
        guard let account = booth.account,
            let real = booth.system.resolved(booth.system.name(of: booth.configurationPath)),
            let obstacle = account.obstacle(to: real, .read, in: booth.system)
        else { return [] }
        let bits = obstacle.isDirectory ? "o+x" : "o+r"
        return [
            .failure(
                .configuration, obstacle.path,
                Message(
                    zh: "用户 \(account.name) 不能\(obstacle.isDirectory ? "进入这个目录" : "读取它")，boothd 起不来",
                    en: "user \(account.name) may not \(obstacle.isDirectory ? "pass" : "read") it: boothd cannot start"
                ),
                next: .plain("chmod \(bits) \(obstacle.path)"))
        ]
    }

    /// Whether the file was changed after the agent read it.
    private static func age(in booth: Circumstances) -> [Finding] {
        guard let status = booth.agent.reply, let file = FileStatus(booth.configurationPath) else { return [] }
        let now = time(nil)
        // One second is for rounding. A time in the future is a problem of the clock.
        guard file.changed > now.clampedDifference(status.uptimeSeconds).clampedSum(1), file.changed <= now else {
            return []
        }
        return [
            .warning(
                .configuration, booth.configurationPath,
                Message(zh: "在 boothd 启动之后改过，改动尚未生效", en: "changed since boothd read it; the change has no effect yet"),
                next: .plain("boothctl check && systemctl reload boothd"))
        ]
    }
}
