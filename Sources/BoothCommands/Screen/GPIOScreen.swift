// SPDX-License-Identifier: Apache-2.0
import BoothDoctor
import BoothModel
import GPIO

extension Screens {
    /// Every chip with a table of its lines.
    func gpio(_ listing: GPIOListing) -> String {
        if listing.chips.isEmpty { return words("本机没有 GPIO 芯片", "no GPIO chip on this machine") + "\n" }
        return listing.chips.map(chip).joined(separator: "\n")
    }

    private func chip(_ chip: GPIOListing.Chip) -> String {
        guard let name = chip.name, let label = chip.label else {
            return chip.path.printable + "\n"
        }
        let heading = words(
            "\(chip.path)  \(name) [\(label)]，\(chip.lines.count) 条线路",
            "\(chip.path)  \(name) [\(label)], \(chip.lines.count.counted("line"))")
        var table = Table(
            [
                words("偏移", "LINE"), words("名称", "NAME"), words("方向", "DIRECTION"), words("有效电平", "ACTIVE"),
                words("偏置", "BIAS"), words("占用者", "USED BY"), words("点位", "POINT"),
            ], numbers: [0])
        for line in chip.lines { table.add(row(line)) }
        return heading.printable + "\n" + table.text(indent: 2)
    }

    private func row(_ line: GPIOListing.Line) -> [String] {
        let info = line.info
        return [
            String(info.offset), info.name ?? "–", info.isOutput ? words("输出", "output") : words("输入", "input"),
            info.isActiveLow ? words("低", "low") : words("高", "high"), words.name(info.bias),
            info.isUsed ? info.consumer ?? "?" : "–", line.users.joined(separator: " "),
        ]
    }
}

extension GPIOBias: NamedWord {
    package var chineseName: String {
        switch self {
        case .asIs: "–"
        case .disabled: "无"
        case .pullUp: "上拉"
        case .pullDown: "下拉"
        }
    }
}
