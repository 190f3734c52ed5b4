// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import BoothScan

extension Screens {
    /// The values read: address, value, and for registers hexadecimal and bits.
    func values(_ values: [UInt16], of read: ModbusRead) -> String {
        let isRegisters = read.table.isRegisters
        let header = [words("地址", "ADDRESS"), words("十六进制", "HEX"), words("值", "VALUE")]
        var table = Table(
            isRegisters ? header + [words("值的十六进制", "HEX VALUE"), words("位 15…0", "BITS 15...0")] : header,
            numbers: [0, 2])
        for (offset, value) in values.enumerated() {
            let address = read.address + offset
            let row = [String(address), "0x" + String(address, hexDigits: 4), String(value)]
            table.add(isRegisters ? row + ["0x" + String(value, hexDigits: 4), Self.bits(of: value)] : row)
        }
        return table.text()
    }

    /// `0000 0001 0000 0101`
    private static func bits(of word: UInt16) -> String {
        stride(from: 12, through: 0, by: -4).map { shift in
            let nibble = String(word >> shift & 0xF, radix: 2)
            return String(repeating: "0", count: 4 - nibble.count) + nibble
        }.joined(separator: " ")
    }

    /// How the units of the buses answer; empty where there are none.
    func units(_ units: [UnitCounters]) -> String {
        if units.isEmpty { return "" }
        var table = Table(
            [
                words("总线", "BUS"), words("单元", "UNIT"), words("状态", "STATE"), words("请求", "REQUESTS"),
                words("超时", "TIMEOUTS"), words("坏帧", "CRC"), words("异常", "EXCEPTIONS"), "P50 ms", "P99 ms",
            ], numbers: [1, 3, 4, 5, 6, 7, 8])
        for unit in units {
            table.add([
                unit.bus, String(unit.unit), words.name(unit.state), String(unit.requests), String(unit.timeouts),
                String(unit.crc), String(unit.exceptions), Self.milliseconds(unit.roundTripP50),
                Self.milliseconds(unit.roundTripP99),
            ])
        }
        return "\n" + table.text()
    }

    /// One decimal; a dash before the first answer.
    private static func milliseconds(_ value: Double?) -> String {
        guard let value else { return "–" }
        let tenths = Int(clamping: (value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// The result of a scan, and the next step.
    func scan(_ report: ScanReport) -> String {
        var text = scanned(report.units)
        if !report.result.isComplete { text += words("（未扫完）", "(not the whole scan)") + "\n" }
        let toml = report.toml(in: words.language)
        guard !toml.isEmpty else {
            let isNamed = report.units.contains { $0.identity.profile != nil }
            return text + (isNamed ? "\n" + words("boothd.toml 已写明这些单元。", "boothd.toml has all of this.") + "\n" : "")
        }
        return text + "\n" + words("写入 boothd.toml：", "For boothd.toml:") + "\n\n" + toml
    }

    private func scanned(_ units: [FoundUnit]) -> String {
        if units.isEmpty { return words("（没有单元应答）", "(nothing answered)") + "\n" }
        var table = Table(
            [
                words("单元", "UNIT"), words("设置", "SETTING"), words("型号", "PROFILE"), words("名称", "BOARD"),
                words("依据", "EVIDENCE"),
            ], numbers: [0])
        for found in units {
            let profile = found.identity.profile
            let others = found.identity.others
            table.add([
                String(found.unit), found.line?.notation ?? "TCP",
                profile.map { words.mayBe(found) + ([$0.name] + others).joined(separator: words(" 或 ", " or ")) }
                    ?? "–",
                found.identity.isDoubtful
                    ? words("见模块标签", "see its label")
                    : profile?.title.text(in: words.language) ?? words("未知", "unknown"),
                found.evidenceText.text(in: words.language),
            ])
        }
        return table.text()
    }
}

extension Words {
    /// The word before a profile's name if other profiles would fit as well.
    func mayBe(_ found: FoundUnit) -> String {
        found.identity.isDoubtful ? self("可能是 ", "may be ") : ""
    }
}
