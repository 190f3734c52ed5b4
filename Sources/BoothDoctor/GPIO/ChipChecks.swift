// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// Checks that each configured chip and line exists, and who holds the lines.
enum ChipChecks {
    static func configured(in booth: Circumstances) -> [ConfiguredChip] {
        booth.configuration.map(ConfiguredChip.all) ?? []
    }

    static func findings(in booth: Circumstances) -> [Finding] {
        let chips = configured(in: booth)
        if chips.isEmpty {
            guard booth.configuration != nil else { return [] }
            return [.ok(.gpio, "GPIO", Message(zh: "配置没有使用 GPIO", en: "the configuration uses none"))]
        }
        return chips.flatMap { chip in self.chip(chip, in: booth) } + UntestedPoints.findings(of: .gpio, in: booth)
    }

    private static func chip(_ wanted: ConfiguredChip, in booth: Circumstances) -> [Finding] {
        let found = booth.chips.filter { wanted.matches($0, in: booth.system) }
        guard let first = found.first else { return [missing(wanted, in: booth)] }
        guard case .success(let chip) = first.chip else { return [closed(wanted, first, in: booth)] }
        let path = booth.system.name(of: first.path)
        var findings: [Finding] = [
            .ok(
                .gpio, wanted.chip.name,
                Message(
                    zh: "\(path)，标签 \(chip.label)，\(chip.lines.count) 条线路",
                    en: "\(path), label \(chip.label), \(chip.lines.count.counted("line"))"))
        ]
        if found.count > 1 {
            let paths = found.map { booth.system.name(of: $0.path) }
            findings.append(
                .warning(
                    .gpio, wanted.chip.name,
                    Message(
                        zh: "有 \(found.count) 个芯片符合 \(wanted.chip.chip)：\(paths.joined(separator: "、"))；用的是第一个",
                        en:
                            "\(found.count) chips are \(wanted.chip.chip): \(paths.joined(separator: ", ")); the first is used"
                    ),
                    next: Message(zh: "在配置里改用能区分它们的 chip", en: "tell them apart by another `chip` in the configuration")
                ))
        }
        return findings + wanted.lines.map { LineChecks.finding($0, of: wanted.chip.name, chip, in: booth) }
    }

    private static func missing(_ wanted: ConfiguredChip, in booth: Circumstances) -> Finding {
        let closed = booth.chips.filter { if case .success = $0.chip { false } else { true } }
        if let one = closed.first, case .label = wanted.chip.chip {
            return self.closed(wanted, one, in: booth)
        }
        let labels = booth.chips.compactMap { if case .success(let chip) = $0.chip { chip.label } else { nil } }
        return .failure(
            .gpio, wanted.chip.name,
            Message(
                zh: "找不到芯片 \(wanted.chip.chip)；现有标签：\(labels.isEmpty ? "无" : labels.joined(separator: "、"))",
                en:
                    "no chip \(wanted.chip.chip); labels present: \(labels.isEmpty ? "none" : labels.joined(separator: ", "))"
            ),
            next: Message(
                zh: "检查板卡、设备树与内核模块；boothctl gpio 列出全部，再改 [gpio.\(wanted.chip.name)] 的 chip",
                en: "check the board, its device tree and module; boothctl gpio lists all, for `chip` in "
                    + "[gpio.\(wanted.chip.name)]"))
    }

    /// Without this finding, a chip that cannot be opened would look missing.
    private static func closed(_ wanted: ConfiguredChip, _ listed: ListedChip, in booth: Circumstances) -> Finding {
        let path = booth.system.name(of: listed.path)
        let mayBe =
            wanted.matches(listed, in: booth.system)
            ? Message(zh: "", en: "")
            : Message(zh: "（可能就是 \(wanted.chip.chip)）", en: " (it may be \(wanted.chip.chip))")
        if case .failure(.denied) = listed.chip, !booth.isRoot {
            return .warning(
                .gpio, wanted.chip.name,
                Message(
                    zh: "当前用户无权打开 \(path)\(mayBe.zh)，看不到它的线路",
                    en: "this user may not open \(path)\(mayBe.en), so its lines are not seen"), next: .useSudo)
        }
        let cause = if case .failure(.failed(_, let error)) = listed.chip { "\(error)" } else { "permission denied" }
        return .failure(
            .gpio, wanted.chip.name,
            Message(zh: "不能打开 \(path)\(mayBe.zh)：\(cause)", en: "\(path)\(mayBe.en) cannot be opened: \(cause)"),
            next: Message(zh: "dmesg | grep -i gpio；它是 GPIO 芯片吗？", en: "dmesg | grep -i gpio; is it a GPIO chip?"))
    }
}
