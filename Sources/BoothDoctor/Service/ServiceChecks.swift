// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// Checks that the agent runs, how it is, and what systemd reports of it.
enum ServiceChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        agent(in: booth) + unit(booth.unit)
    }

    // MARK: The agent

    private static func agent(in booth: Circumstances) -> [Finding] {
        switch booth.agent.status {
        case .success(let status): [state(status)] + reasons(status) + version(status)
        case .failure(.notRunning(let path)):
            [booth.process.runs ? unreachable(booth.process, path) : notRunning(booth.unit)]
        case .failure(.denied(let path)):
            [
                .warning(
                    .service, "boothd",
                    Message(zh: "无权打开 \(path)，看不到 boothd 的情况", en: "\(path) may not be opened: boothd cannot be asked"),
                    next: .useSudo)
            ]
        case .failure:
            [
                .failure(
                    .service, "boothd",
                    Message(zh: "boothd 在运行，但没有给出看得懂的应答", en: "boothd runs, and gives no answer that is understood"),
                    next: Message(
                        zh: "journalctl -u boothd -n 50；boothctl 与 boothd 须为同一版本",
                        en: "journalctl -u boothd -n 50; boothctl and boothd have to be of one version"))
            ]
        }
    }

    private static func state(_ status: StatusReply) -> Finding {
        if status.state == .starting {
            return .warning(
                .service, "boothd", Message(zh: "正在启动，尚未在用", en: "it is starting, not in service yet"),
                next: Message(zh: "等几秒，再用 boothctl status 看", en: "wait some seconds, then boothctl status"))
        }
        guard status.inService else {
            return .failure(
                .service, "boothd", Message(zh: "运行，但不在用", en: "it runs and is not in service"),
                next: Message(
                    zh: "boothctl status；journalctl -u boothd -n 50", en: "boothctl status; journalctl -u boothd -n 50")
            )
        }
        let degraded = status.state == .degraded
        return .ok(
            .service, "boothd",
            Message(
                zh: "\(status.version)，在用\(degraded ? "，但有故障" : "")",
                en: "\(status.version), in service\(degraded ? ", degraded" : "")"))
    }

    private static func reasons(_ status: StatusReply) -> [Finding] {
        status.reasons.map { reason in
            .warning(
                .service, "boothd", Message(zh: "boothd 报告：\(reason.zh)", en: "boothd says: \(reason.en)"),
                next: Message(
                    zh: "按所述处理；也请看下面同一设备的各行", en: "do as it says; the lines below on the same device may tell more"))
        }
    }

    private static func version(_ status: StatusReply) -> [Finding] {
        guard status.version != Product.version else { return [] }
        return [
            .warning(
                .service, "boothctl",
                Message(
                    zh: "boothctl 是 \(Product.version)，运行中的 boothd 是 \(status.version)",
                    en: "boothctl is \(Product.version), the boothd that runs is \(status.version)"),
                next: .plain("systemctl restart boothd"))
        ]
    }

    /// The agent runs, but cannot be reached at `path`.
    private static func unreachable(_ process: AgentProcess, _ path: String) -> Finding {
        let pids = process.pids.map(String.init).joined(separator: ", ")
        let message = Message(
            zh: "在运行（进程 \(pids)），但 \(path) 没有应答，看不到它的情况",
            en: "it runs (process \(pids)), and nobody answers at \(path): it cannot be asked")
        if let socket = process.socket, socket != path {
            return .warning(
                .service, AgentProcess.name, message, next: .plain("boothctl --socket \(socket) doctor"))
        }
        return .warning(
            .service, AgentProcess.name, message,
            next: Message(
                zh: "刚启动时等几秒再看；journalctl -u boothd -n 50 说明套接字为何没有；再 systemctl restart boothd",
                en: "right after a start, look again in some seconds; journalctl -u boothd -n 50 says why there is no "
                    + "socket; then systemctl restart boothd"))
    }

    private static func notRunning(_ unit: ServiceUnit?) -> Finding {
        let message = Message(zh: "没有运行：报警现在不会被发现", en: "it does not run: no alarm is noticed now")
        if unit?.exitStatus == 78 {
            return .failure(
                .service, "boothd", message,
                next: Message(
                    zh: "先改正配置（见下面“配置”），再 systemctl start boothd",
                    en: "correct the configuration (below), then systemctl start boothd"))
        }
        return .failure(
            .service, "boothd", message,
            next: Message(
                zh: "systemctl start boothd；起不来时看 journalctl -u boothd -n 50",
                en: "systemctl start boothd; where that fails, journalctl -u boothd -n 50"))
    }

    // MARK: systemd

    private static func unit(_ unit: ServiceUnit?) -> [Finding] {
        guard let unit else {
            return [
                .warning(
                    .service, "systemd",
                    Message(
                        zh: "本机没有运行 systemd：boothd 停了没有人重启它", en: "systemd does not run here: nobody restarts boothd"),
                    next: Message(zh: "正式岗亭请装在有 systemd 的系统上", en: "a booth in service needs a system with systemd"))
            ]
        }
        guard unit.hasAnswered else {
            return [
                .warning(
                    .service, "systemd", Message(zh: "systemctl 没有应答", en: "systemctl does not answer"),
                    next: .plain("systemctl status boothd"))
            ]
        }
        guard unit.isInstalled else {
            return [
                .failure(
                    .service, "boothd.service", Message(zh: "没有安装这个单元", en: "the unit is not installed"),
                    next: Message(zh: "apt install boothd（或重装）", en: "apt install boothd, or reinstall it"))
            ]
        }
        return condition(unit)
    }

    private static func condition(_ unit: ServiceUnit) -> [Finding] {
        var findings: [Finding] = []
        if unit.hasFailed {
            findings.append(
                .failure(
                    .service, "boothd.service",
                    Message(
                        zh: "systemd 已放弃它：\(unit.result)，退出码 \(unit.exitStatus)",
                        en: "systemd has given it up: \(unit.result), exit code \(unit.exitStatus)"),
                    next: Message(
                        zh: "journalctl -u boothd -n 50；排除原因后 systemctl start boothd",
                        en: "journalctl -u boothd -n 50; then systemctl start boothd")))
        }
        if unit.restarts > 0 {
            findings.append(
                .warning(
                    .service, "boothd.service",
                    Message(
                        zh: "systemd 已自动重启它 \(unit.restarts) 次", en: "systemd has restarted it \(unit.restarts) times"),
                    next: .plain("journalctl -u boothd -p warning")))
        }
        if !unit.isEnabled {
            findings.append(
                .failure(
                    .service, "boothd.service",
                    Message(zh: "不会随系统启动：停电后岗亭不会恢复", en: "it does not start with the machine: not after a power cut"),
                    next: .plain("systemctl enable boothd")))
        }
        if findings.isEmpty {
            findings.append(
                .ok(.service, "boothd.service", Message(zh: "随系统启动，没有重启过", en: "starts with the machine, no restarts")))
        }
        return findings
    }
}
