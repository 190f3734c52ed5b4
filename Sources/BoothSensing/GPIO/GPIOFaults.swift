// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

// Faults of chips and lines as people read them, each with the next step.

extension DeviceFault {
    /// A chip that was not found.
    init(_ error: GPIOChipSearchError, chip: GPIOChipConfiguration.Selector) {
        switch error {
        case .missing(let labels):
            let (zh, en) = Self.list(labels)
            self.init(
                .missing,
                Message(
                    zh: "找不到 GPIO 芯片 \(chip)；现有标签：\(zh)。请检查接线与 [gpio] 的 chip（可用 gpiodetect 查看）",
                    en: "no GPIO chip \(chip); labels present: \(en). Check the board and `chip` in [gpio] (gpiodetect "
                        + "lists them)"
                ))
        case .denied(let path, let group):
            // Debian leaves the device files to the group root. Do not advise anybody to join that group.
            let (zh, en) =
                group == "root"
                ? ("请安装 boothd 的 udev 规则，它把芯片交给 gpio 组", "install boothd's udev rule: group gpio")
                : ("请让 boothd 的用户属于该组", "put boothd's user in that group")
            let mayBe = if case .label = chip { true } else { false }
            self.init(
                .denied,
                Message(
                    zh: "无权打开 \(path)\(mayBe ? "（可能就是 \(chip)）" : "")，其属组为 \(group)；\(zh)",
                    en: "not allowed to open \(path)\(mayBe ? " (it may be \(chip))" : ""), which belongs to group "
                        + "\(group); \(en)"))
        case .failed(let path, let cause):
            self.init(
                .refused,
                Message(
                    zh: "不能打开 \(path)：\(cause)；它是 GPIO 芯片吗？",
                    en: "cannot open \(path): \(cause); is it a GPIO chip?"))
        }
    }

    /// A chip that was in use and was lost.
    init(lostChip error: GPIOError, chip: GPIOChipConfiguration.Selector) {
        self.init(
            .disconnected,
            Message(
                zh: "GPIO 芯片 \(chip) 已断开（\(error)）；请检查连接，恢复后自动继续",
                en: "GPIO chip \(chip) is gone (\(error)); check its connection, it is picked up again by itself"))
    }

    /// A line that cannot be requested.
    ///
    /// - Parameter own: the name under which this program holds lines.
    init(
        _ error: GPIOLineSearchError, line: GPIOLineSelector, chip: GPIOChipConfiguration.Selector,
        own: String = "boothd"
    ) {
        let line = Self.text(line)
        switch error {
        case .missing(let names, let count):
            let (zh, en) = Self.list(names)
            self.init(
                .missing,
                Message(
                    zh: "GPIO 芯片 \(chip) 上没有线路 \(line)；共 \(count) 条，已命名：\(zh)",
                    en: "GPIO chip \(chip) has no line \(line); it has \(count), named: \(en)"))
        case .busy(let consumer):
            self.init(.busy, Self.busy(line, holder: consumer, own: own))
        case .claimed:
            self.init(
                .busy,
                Message(
                    zh: "GPIO 线路 \(line) 在配置中已以另一名称或编号使用；请删去其一",
                    en: "GPIO line \(line) is used under another name or offset in the configuration; remove one"))
        case .unbiased(let bias, let cause):
            self.init(
                .refused,
                Message(
                    zh: "GPIO 芯片 \(chip) 不接受线路 \(line) 的偏置 \(bias.rawValue)：\(cause)；请在板上装电阻，并写 bias = \"as-is\"",
                    en:
                        "GPIO chip \(chip) refuses the bias \(bias.rawValue) of line \(line): \(cause); put a resistor on "
                        + "the board and write bias = \"as-is\""))
        case .failed(let cause):
            self.init(
                .refused,
                Message(
                    zh: "内核拒绝给出 GPIO 线路 \(line)：\(cause)；作为输入它可能不支持中断，作为输出它可能只能读",
                    en:
                        "the kernel refuses GPIO line \(line): \(cause); an input may lack interrupts, an output may be "
                        + "read-only"))
        }
    }

    private static func busy(_ line: String, holder: String?, own: String) -> Message {
        guard holder != own else {
            return Message(
                zh: "GPIO 线路 \(line) 被另一个 \(own) 进程占用，可能是尚未结束的前一个；每 10 秒再试，若不消失请用 gpioinfo 与 ps 查看",
                en:
                    "GPIO line \(line) is held by another \(own), perhaps the former one that is still ending; it is tried "
                    + "every 10 s; if it stays, look with gpioinfo and ps")
        }
        return Message(
            zh: "GPIO 线路 \(line) 被 \(holder ?? "内核或其他程序") 占用；请停用占用者（可用 gpioinfo 查看），每 10 秒再试",
            en:
                "GPIO line \(line) is held by \(holder ?? "the kernel or another program"); stop the holder (gpioinfo shows "
                + "it), it is tried every 10 s")
    }

    private static func text(_ line: GPIOLineSelector) -> String {
        switch line {
        case .name(let name): name
        case .offset(let offset): String(offset)
        }
    }

    /// Lists the names, as many as can be read at a glance.
    private static func list(_ names: [String]) -> (zh: String, en: String) {
        guard !names.isEmpty else { return ("无", "none") }
        let shown = names.prefix(24)
        let isCut = shown.count < names.count
        return (
            shown.joined(separator: "、") + (isCut ? " 等" : ""), shown.joined(separator: ", ") + (isCut ? ", …" : "")
        )
    }
}
