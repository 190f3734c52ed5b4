// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Glibc

/// Checks one configured line: it exists, and only the agent holds it.
enum LineChecks {
    /// The most names shown in one line of text.
    private static let mostNames = 24

    static func finding(
        _ wanted: ConfiguredChip.Line, of name: String, _ chip: ListedChip.Chip, in booth: Circumstances
    ) -> Finding {
        let subject = "\(name)/\(wanted.line)"
        guard let line = chip.line(wanted.line) else { return missing(wanted, subject, chip) }
        if line.isUsed, line.consumer == AgentProcess.name, booth.process.runs {
            return .ok(
                .gpio, subject,
                Message(zh: "\(wanted.user)：由 boothd 持有", en: "\(wanted.user): held by boothd"))
        }
        if line.isUsed { return busy(line, wanted, subject, in: booth) }
        guard booth.agent.reply?.inService == true else {
            return .ok(.gpio, subject, Message(zh: "\(wanted.user)：空闲", en: "\(wanted.user): free"))
        }
        return .warning(
            .gpio, subject,
            Message(
                zh: "\(wanted.user)：没有人持有，boothd 也没有", en: "\(wanted.user): nobody holds it, not even boothd"),
            next: Message(
                zh: "boothctl status 会说明原因；配置改过时 systemctl reload boothd",
                en: "boothctl status says why; after a change of the configuration, systemctl reload boothd"))
    }

    private static func missing(
        _ wanted: ConfiguredChip.Line, _ subject: String, _ chip: ListedChip.Chip
    ) -> Finding {
        let names = chip.lines.compactMap(\.name)
        let shown = names.prefix(mostNames)
        let rest = names.count > shown.count ? " …" : ""
        return .failure(
            .gpio, subject,
            Message(
                zh:
                    "\(wanted.user)：没有这条线路；共 \(chip.lines.count) 条，已命名：\(shown.isEmpty ? "无" : shown.joined(separator: "、"))\(rest)",
                en: "\(wanted.user): there is no such line; of \(chip.lines.count), named: "
                    + "\(shown.isEmpty ? "none" : shown.joined(separator: ", "))\(rest)"),
            next: Message(
                zh: "boothctl gpio 列出线路；改 \(wanted.user) 的 line，或改用偏移量",
                en: "boothctl gpio lists them; correct `line` of \(wanted.user), or give its offset"))
    }

    private static func busy(
        _ line: GPIOLineInfo, _ wanted: ConfiguredChip.Line, _ subject: String, in booth: Circumstances
    ) -> Finding {
        let holder = line.consumer ?? "?"
        let programs = booth.processes.holdersOfLines().filter { !booth.process.isAgent($0) }
        let likely = programs.filter { $0.name == holder.prefix(15) }
        let named = (likely.isEmpty ? programs : likely).map { "\($0.name) (\($0.pid))" }.joined(separator: ", ")
        return .failure(
            .gpio, subject,
            Message(
                zh: "\(wanted.user)：被 “\(holder)” 占用" + (named.isEmpty ? "" : "；持有线路的程序：\(named)"),
                en: "\(wanted.user): held by \"\(holder)\"" + (named.isEmpty ? "" : "; programs with lines: \(named)")),
            next: release(line, pid: likely.first?.pid))
    }

    private static func release(_ line: GPIOLineInfo, pid: pid_t?) -> Message {
        if line.consumer == AgentProcess.name {
            // It may be this booth's own agent, so do not advise anybody to end it.
            return Message(
                zh: "它自称 boothd，用的不是这个配置：ps -C boothd -f 和 systemctl status boothd 说明是谁",
                en:
                    "it calls itself boothd and has another configuration: see ps -C boothd -f and systemctl status boothd"
            )
        }
        if let pid {
            return Message(
                zh: "停止该程序（kill \(pid)）；boothd 会自己取回线路", en: "stop it (kill \(pid)); boothd takes the line by itself")
        }
        if line.consumer == "sysfs" {
            return Message(
                zh: "有人经 /sys/class/gpio 导出了它：把它的编号写入 /sys/class/gpio/unexport",
                en: "somebody exported it under /sys/class/gpio: write its number to /sys/class/gpio/unexport")
        }
        return Message(
            zh: "停用占用者；若是内核驱动，改设备树，把这条线路让出来",
            en: "stop the holder; where it is a kernel driver, take the line from it in the device tree")
    }
}
