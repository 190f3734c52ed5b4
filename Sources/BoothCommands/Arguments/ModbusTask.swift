// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothControl
import BoothModel
import BoothScan

/// The action of `boothctl modbus`, parsed from its words.
enum ModbusTask: Equatable {
    case scan(bus: String, ScanOptions)
    case read(ModbusRead)

    init(_ invocation: Invocation) throws(Invocation.UsageError) {
        let words = invocation.operands
        switch words.first {
        case "scan": self = try .scan(bus: Self.bus(of: words), ScanOptions(invocation))
        case "read": self = try .read(Self.read(words, invocation))
        case let other?: throw .unknown(other, among: ["scan", "read"])
        case nil: throw .modbusForms
        }
    }

    private static func bus(of words: [String]) throws(Invocation.UsageError) -> String {
        guard words.count == 2 else { throw .modbusForms }
        return words[1]
    }

    private static func read(
        _ words: [String], _ invocation: Invocation
    ) throws(Invocation.UsageError) -> ModbusRead {
        for (option, value) in [
            ("--units", invocation.units), ("--baud", invocation.baud), ("--parity", invocation.parity),
            ("--timeout", invocation.timeout), ("--all", invocation.all ? "" : nil),
        ] where value != nil {
            throw .wrong(option, zh: "只用于 modbus scan", en: "belongs to modbus scan, not to modbus read")
        }
        guard words.count >= 5 else { throw .modbusForms }
        guard let table = ModbusTable(rawValue: words[3]) else {
            throw .unknown(words[3], among: ModbusTable.allCases.map(\.rawValue))
        }
        let unit = try number(words[2], 0...255, zh: "单元地址", en: "a unit")
        let address = try number(words[4], 0...65_535, zh: "地址", en: "an address")
        let most = 1...table.mostInOneRead
        let count = words.count > 5 ? try number(words[5], most, zh: "数量", en: "a count") : 1
        guard let read = ModbusRead(bus: words[1], unit: unit, table: table, address: address, count: count) else {
            throw .wrong(words[5], zh: "地址 \(address) 之后没有这么多：最后一个地址是 65535", en: "ends beyond address 65535")
        }
        return read
    }

    private static func number(
        _ word: String, _ range: ClosedRange<Int>, zh: String, en: String
    ) throws(Invocation.UsageError) -> Int {
        let isHex = word.hasPrefix("0x") || word.hasPrefix("0X")
        guard let number = isHex ? Int(word.dropFirst(2), radix: 16) : Int(word), range.contains(number) else {
            let span = "\(range.lowerBound)..\(range.upperBound)"
            throw .wrong(word, zh: "应为\(zh) \(span)", en: "\(en) is \(span)")
        }
        return number
    }
}

extension ScanOptions {
    fileprivate init(_ invocation: Invocation) throws(Invocation.UsageError) {
        self.init()
        all = invocation.all
        if let text = invocation.units { units = try Self.units(text) }
        if let text = invocation.baud { bauds = try Self.bauds(text) }
        if let text = invocation.parity { parities = try Self.parities(text) }
        if let text = invocation.timeout { timeout = try Self.timeout(text) }
    }

    /// Parses a list such as `1-32,255`.
    private static func units(_ text: String) throws(Invocation.UsageError) -> [Int] {
        var units: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
                first >= 0, last <= 255
            else { throw .wrong("--units \(text)", zh: "应如 1-32,255", en: "write it as 1-32,255") }
            units += first...last
        }
        return units
    }

    private static func bauds(_ text: String) throws(Invocation.UsageError) -> [Int] {
        var bauds: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let baud = Int(part), everyBaud.contains(baud) else {
                let known = everyBaud.map(String.init).joined(separator: ", ")
                throw .wrong("--baud \(text)", zh: "应为 \(known)，以逗号分隔", en: "some of \(known), with commas")
            }
            bauds.append(baud)
        }
        return bauds
    }

    private static func parities(_ text: String) throws(Invocation.UsageError) -> [ModbusBusConfiguration.Parity] {
        var parities: [ModbusBusConfiguration.Parity] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let parity = ModbusBusConfiguration.Parity(rawValue: String(part)) else {
                throw .wrong(
                    "--parity \(text)", zh: "应为 none、even、odd，以逗号分隔", en: "some of none, even and odd, with commas")
            }
            parities.append(parity)
        }
        return parities
    }

    private static func timeout(_ text: String) throws(Invocation.UsageError) -> Duration {
        guard let span = Duration(notation: text), (.milliseconds(1) ... .seconds(60)).contains(span) else {
            throw .wrong("--timeout \(text)", zh: "应为 1ms 到 60s，如 50ms", en: "1ms to 60s, such as 50ms")
        }
        return span
    }
}

extension Invocation.UsageError {
    fileprivate static let modbusForms = Self(
        message: Message(
            zh: "应为 modbus scan BUS，或 modbus read BUS UNIT TABLE ADDRESS [COUNT]；见 boothctl help",
            en: "modbus scan BUS, or modbus read BUS UNIT TABLE ADDRESS [COUNT]; see boothctl help"))

    fileprivate static func wrong(_ word: String, zh: String, en: String) -> Self {
        Self(message: Message(zh: "\(word)：\(zh)", en: "\(word): \(en)"))
    }
}
