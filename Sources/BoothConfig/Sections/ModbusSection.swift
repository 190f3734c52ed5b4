// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[modbus.NAME]`, and the `modbus = { … }` of points and outputs.
extension ConfigurationReader {
    func buses(in file: TableReader) -> [ModbusBusConfiguration] {
        busNames = file.names(under: "modbus")
        var nameOfPath: [String: String] = [:]
        return file.namedTables("modbus") { named, table in
            checkName(named)
            let fallback = Duration.milliseconds(table.isPresent("tcp") ? 500 : 100)
            let timeout = table.value("response-timeout", .duration(atMost: "60s"), default: fallback)
            guard let transport = transport(in: table) else { return nil }
            transports[named.key] = transport
            if case .serial(let path, _, _, _) = transport {
                if let first = nameOfPath[path] {
                    problems.note(
                        at: table.valuePlace("serial"), zh: "[modbus.\(first)] 已使用此串口；一个串口只能是一条总线",
                        en: "[modbus.\(first)] has this serial line already; one line is one bus")
                }
                nameOfPath[path] = named.key
            }
            return ModbusBusConfiguration(name: named.key, transport: transport, responseTimeout: timeout)
        }
    }

    private func transport(in table: TableReader) -> ModbusBusConfiguration.Transport? {
        let path = table.optional("serial", .name)
        let address = table.optional("tcp", .hostAndPort)
        let baud = table.value("baud", .integer(among: Self.baudRates), default: 9600)
        let parity: ModbusBusConfiguration.Parity = table.value("parity", .word, default: .none)
        let stopBits = table.value("stop-bits", .integer(among: [1, 2]), default: 1)
        switch (table.isPresent("serial"), table.isPresent("tcp")) {
        case (true, true):
            problems.note(
                at: table.keyPlace("tcp"), zh: "同时有 \"serial\" 和 \"tcp\"；只能保留一个",
                en: "both \"serial\" and \"tcp\"; a bus is one or the other")
        case (false, false):
            problems.note(
                at: table.place, zh: "缺少 \"serial\" 或 \"tcp\"；请写其中一个",
                en: "neither \"serial\" nor \"tcp\"; write one of them")
        case (true, false):
            return path.map {
                .serial(path: locations.path($0), baud: baud, parity: parity, stopBits: stopBits)
            }
        case (false, true):
            noteSerialKeys(in: table)
            guard let address, let port = address.port else { return nil }
            return .tcp(host: address.host, port: port)
        }
        return nil
    }

    private func noteSerialKeys(in table: TableReader) {
        for key in ["baud", "parity", "stop-bits"] where table.isPresent(key) {
            problems.note(
                at: table.keyPlace(key), zh: "\"\(key)\" 只用于串口；TCP 总线请删去",
                en: "\"\(key)\" is for a serial bus; leave it out with \"tcp\"")
        }
    }

    /// Those that both termios(3) and libmodbus know.
    private static let baudRates = [
        300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600,
    ]

    /// Reads the `modbus = { … }` of a point.
    func modbusSource(in table: TableReader) -> ModbusSource? {
        table.table("modbus") { modbus in
            let poll = modbus.value(
                "poll", .duration(atLeast: "10ms", atMost: "1h"), default: PointConfiguration.defaultPoll)
            let bit = modbus.optional("bit", .integer(0...15))
            var source = address(in: modbus, tables: ModbusTable.allCases)
            if modbus.isPresent("bit"), source?.table.isRegisters == false {
                problems.note(
                    at: modbus.keyPlace("bit"), zh: "\"bit\" 只用于寄存器；请删去，或改用 input-register、holding-register",
                    en: "\"bit\" is for registers; leave it out, or read an input-register or holding-register")
            }
            source?.poll = poll
            source?.bit = bit
            return source
        }
    }

    /// Reads the `modbus = { … }` of an output, which can be written.
    func modbusSink(in table: TableReader, owner: String) -> ModbusSource? {
        table.table("modbus") { modbus in
            guard let sink = address(in: modbus, tables: [.coil, .holdingRegister]) else { return nil }
            let written = "\(sink.bus)/\(sink.unit)/\(sink.table.rawValue)/\(sink.address)"
            if let first = writtenAddresses[written] {
                problems.note(
                    at: modbus.valuePlace("address"), zh: "\(first) 已写此地址；一个地址只能有一个输出",
                    en: "\(first) writes this address already; an address can have one output")
            }
            writtenAddresses[written] = owner
            return sink
        }
    }

    private func address(in modbus: TableReader, tables: [ModbusTable]) -> ModbusSource? {
        let bus = modbus.required("bus", .reference(to: "modbus", among: busNames))
        let unit = modbus.required("unit", .unit(on: bus.flatMap { transports[$0] }))
        let table = modbus.required("table", .word(among: tables))
        let address = modbus.required("address", .integer(0...65_535))
        let active: Polarity = modbus.value("active", .word, default: .high)
        guard let bus, let unit else { return nil }
        count(unit, of: bus, at: modbus.valuePlace("unit"))
        guard let table, let address else { return nil }
        return ModbusSource(
            bus: bus, unit: unit, table: table, address: address, active: active, poll: PointConfiguration.defaultPoll)
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
    /// 1...247 on a serial line; over TCP 0 and 255 are the gateway itself (Modbus Messaging on TCP/IP, 4.4.2.2).
    fileprivate static func unit(on transport: ModbusBusConfiguration.Transport?) -> Notation {
        if case .serial? = transport { return .integer(1...247) }
        return .integer(0...255)
    }
}
