// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The `modbus = { … }` of points and outputs.
extension ConfigurationReader {
    /// Reads the `modbus = { … }` of a point.
    func modbusSource(in point: TableReader, of kind: PointKind?) -> ModbusSource? {
        point.table("modbus") { modbus in
            let poll = modbus.value(
                "poll", .duration(atLeast: "10ms", atMost: "1h"), default: PointConfiguration.defaultPoll)
            let bit = modbus.optional("bit", .integer(0...15))
            let range = modbus.optional("range", .band)
            let counter = modbus.value("counter", .flag, default: false)
            guard var source = place(in: modbus, of: .input, tables: ModbusTable.allCases) else { return nil }
            source.poll = poll
            source.bit = bit
            source.plausible = range ?? source.plausible
            source.counter = counter
            if !source.table.isRegisters {
                for key in ["bit", "range"] { modbus.noteForRegisters(key) }
            }
            if counter { noteUncountable(source, of: kind, isLoop: point.isPresent("loop"), in: modbus) }
            return source
        }
    }

    /// Reads the `modbus = { … }` of an output, which must be writable.
    func modbusSink(in table: TableReader, owner: String) -> ModbusSource? {
        table.table("modbus") { modbus in
            guard let sink = place(in: modbus, of: .output, tables: [.coil, .holdingRegister]) else { return nil }
            let written = "\(sink.bus)/\(sink.unit)/\(sink.table.rawValue)/\(sink.address)"
            if let first = writtenAddresses[written] {
                let key = modbus.isPresent("output") ? "output" : "address"
                problems.note(
                    at: modbus.valuePlace(key), zh: "\(first) 已写此地址；一个地址只能有一个输出",
                    en: "\(first) writes this address already; an address can have one output")
            }
            writtenAddresses[written] = owner
            return sink
        }
    }

    /// Notes once why a source with `counter = true` cannot be counted.
    private func noteUncountable(
        _ source: ModbusSource, of kind: PointKind?, isLoop: Bool, in modbus: TableReader
    ) {
        let place = modbus.keyPlace("counter")
        if !source.table.isRegisters || source.bit != nil || source.active == .low || isLoop {
            problems.note(
                at: place,
                zh: "\"counter\" 需要整个寄存器；请用 input-register 或 holding-register，不带 \"bit\"、active = \"low\" 和 \"loop\"",
                en: "\"counter\" takes a whole register; read an input-register or holding-register without \"bit\", "
                    + "active = \"low\" or \"loop\"")
        } else if let kind, !kind.canBeCounted {
            let kinds = PointKind.allCases.filter(\.canBeCounted).map(\.rawValue)
            problems.note(
                at: place, zh: "\"counter\" 对 \(kind.rawValue) 没有意义；它用于：\(kinds.joined(separator: "、"))",
                en: "\"counter\" means nothing for a \(kind.rawValue); it is for: " + kinds.joined(separator: ", "))
        }
    }

    /// The bus, unit, table and address, with defaults from the unit's profile.
    private func place(in modbus: TableReader, of terminal: Terminal, tables: [ModbusTable]) -> ModbusSource? {
        let bus = modbus.required("bus", .reference(to: "modbus", among: busNames))
        let units = bus.flatMap { self.units[$0] } ?? [:]
        let unit = modbus.required("unit", .unit(on: bus.flatMap { transports[$0] }, known: Set(units.keys)))
        let active: Polarity? = modbus.optional("active", .word)
        noteOther(than: terminal, in: modbus)
        let row: Row?
        if modbus.isPresent(terminal.rawValue) {
            row = self.row(terminal, in: modbus, of: unit.map { (number: $0, table: units[$0]) }, bus: bus)
        } else {
            row = plainRow(in: modbus, tables: tables, or: terminal, of: unit.flatMap { units[$0]?.profile })
        }
        guard let bus, let unit else { return nil }
        count(unit, of: bus, at: modbus.valuePlace("unit"))
        guard let row else { return nil }
        var source = ModbusSource(
            bus: bus, unit: unit, table: row.table, address: row.address, active: active ?? row.active,
            poll: PointConfiguration.defaultPoll)
        source.plausible = row.plausible
        return source
    }

    private func plainRow(
        in modbus: TableReader, tables: [ModbusTable], or terminal: Terminal, of profile: BoardProfile?
    ) -> Row? {
        // If table and address are both missing, note only one problem; and none if a terminal of the wrong kind is
        // given.
        let isAbsent = !["table", "address"].map { modbus.isPresent($0) }.contains(true)
        if isAbsent, isOther(than: terminal, in: modbus) || noteAbsent(terminal, of: profile, in: modbus) { return nil }
        let table = modbus.required("table", .word(among: tables))
        let address = modbus.required("address", .integer(0...65_535))
        guard let table, let address else { return nil }
        return Row(table: table, address: address)
    }

    private func count(_ unit: Int, of bus: String, at place: Place) {
        let most = Self.mostUnitsOfBus
        let isNew = unitsOfBus[bus, default: []].insert(unit).inserted
        guard isNew, unitsOfBus[bus, default: []].count == most + 1 else { return }
        problems.note(
            at: place, zh: "总线 \"\(bus)\" 超过 \(most) 个单元；请分到几条总线",
            en: "the bus \"\(bus)\" has more than \(most) units; share them out to several buses")
    }
}

extension Notation where Value == Int {
    /// On a serial line 1...247, and higher addresses only if the unit has its own table with its board. Over TCP
    /// 0...255: 0 and 255 mean the gateway itself (Modbus Messaging on TCP/IP, 4.4.2.2).
    fileprivate static func unit(on transport: ModbusBusConfiguration.Transport?, known: Set<Int>) -> Notation {
        guard case .serial? = transport else { return .integer(0...255) }
        let usual = Notation.integer(1...247)
        return Notation(usual.expected) { value in
            guard case .integer(let number) = value, (248...255).contains(number) else { return usual.parse(value) }
            if known.contains(Int(number)) { return .value(Int(number)) }
            return .refusedBecause(
                Message(
                    zh: "串口总线的 \"unit\" 不能是 \(number)，除非是出厂即为该地址的模块；应为\(usual.expected.spacedChinese)，"
                        + "或写 [modbus.名称.unit.\(number)] 及其 profile",
                    en: "\"unit\" on a serial line cannot be \(number), unless a board comes with that address; write "
                        + "\(usual.expected.en), or a [modbus.NAME.unit.\(number)] with the board's profile"))
        }
    }
}
