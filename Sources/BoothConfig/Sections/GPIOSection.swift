// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[gpio.NAME]`, and the `gpio = { … }` of points and outputs.
extension ConfigurationReader {
    func chips(in file: TableReader) -> [GPIOChipConfiguration] {
        chipNames = file.names(under: "gpio")
        return file.namedTables("gpio") { named, table in
            let chip = table.required("chip", .chipSelector)
            problems.checkName(named)
            guard let chip else { return nil }
            selectors[named.key] = chip
            return GPIOChipConfiguration(name: named.key, chip: chip)
        }
    }

    /// Reads `gpio = { … }`. `owner` is the user of the line, for the message about a second use.
    func gpioSource(in table: TableReader, owner: String) -> GPIOSource? {
        table.table("gpio") { gpio in
            let chip = gpio.required("chip", .reference(to: "gpio", among: chipNames))
            let line = gpio.required("line", .line)
            let active: Polarity = gpio.value("active", .word, default: GPIOSource.usualActive)
            let bias: GPIOSource.Bias = gpio.value("bias", .word, default: GPIOSource.usualBias)
            guard let chip, let line else { return nil }
            claim(line, of: chip, for: owner, at: gpio.valuePlace("line"))
            return GPIOSource(chip: chip, line: line, active: active, bias: bias)
        }
    }

    private func claim(_ line: GPIOSource.Line, of chip: String, for owner: String, at place: Place) {
        // Compare selectors, because two names may select the same chip.
        let device = "\(selectors[chip]?.description ?? chip)/\(line)"
        if let first = takenLines[device] {
            problems.note(
                at: place, zh: "线 \(line) 已由 \(first) 使用；一条线只能用一次",
                en: "the line \(line) is used by \(first) already; a line can be used once")
        } else {
            takenLines[device] = owner
        }
    }
}

extension Notation where Value == String {
    /// The NAME of a `[table.NAME]` in this file.
    static func reference(to table: String, among names: [String]) -> Notation {
        Notation(Message(zh: "一个 [\(table).名称] 的名称", en: "the name of a [\(table).NAME]")) { value in
            guard case .string(let name) = value else { return .refused }
            if names.contains(name) { return .value(name) }
            let wrong = TOMLValue.quoted(name)
            let known =
                names.isEmpty
                ? Message(zh: "请先写 [\(table).名称]", en: "write a [\(table).NAME] first")
                : Message(zh: "已有：\(names.joined(separator: "、"))", en: "there are: \(names.joined(separator: ", "))")
            return .refusedBecause(
                Message(
                    zh: "本文件没有名为 \(wrong) 的 [\(table).名称]；\(known.zh)",
                    en: "\(wrong) is no [\(table).NAME] of this file; \(known.en)"))
        }
    }
}
