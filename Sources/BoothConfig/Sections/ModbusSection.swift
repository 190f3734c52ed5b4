// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[modbus.NAME]`: the buses.
extension ConfigurationReader {
    func buses(in file: TableReader) -> [ModbusBusConfiguration] {
        busNames = file.names(under: "modbus")
        var nameOfPath: [String: String] = [:]
        return file.namedTables("modbus") { named, table in
            problems.checkName(named)
            let fallback = Duration.milliseconds(table.isPresent("tcp") ? 500 : 100)
            let timeout = table.value("response-timeout", .duration(atMost: "60s"), default: fallback)
            // Known only if exactly one of the two keys is present.
            let isSerial = table.isPresent("serial") == table.isPresent("tcp") ? nil : table.isPresent("serial")
            let units = units(of: named.key, in: table, isSerial: isSerial)
            self.units[named.key] = units
            guard let transport = transport(in: table, profiles: units.values.compactMap(\.profile)) else { return nil }
            transports[named.key] = transport
            if case .serial(let path, _, _, _) = transport {
                if let first = nameOfPath[path] {
                    problems.note(
                        at: table.valuePlace("serial"), zh: "[modbus.\(first)] 已使用此串口；一个串口只能是一条总线",
                        en: "[modbus.\(first)] has this serial line already; one line is one bus")
                }
                nameOfPath[path] = named.key
            }
            var bus = ModbusBusConfiguration(name: named.key, transport: transport, responseTimeout: timeout)
            bus.units = units.mapValues(\.configuration)
            return bus
        }
    }

    private func transport(
        in table: TableReader, profiles: [BoardProfile]
    ) -> ModbusBusConfiguration.Transport? {
        let path = table.optional("serial", .name)
        let address = table.optional("tcp", .hostAndPort)
        let baud = table.value("baud", .baud, default: profiles.common(\.baud) ?? ModbusBusConfiguration.usualBaud)
        let parity = table.value(
            "parity", .word, default: profiles.common(\.parity) ?? ModbusBusConfiguration.usualParity)
        let stopBits = table.value("stop-bits", .integer(among: [1, 2]), default: ModbusBusConfiguration.usualStopBits)
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
}

extension [BoardProfile] {
    /// The value that all boards have in common; nil if there are no boards or they differ.
    fileprivate func common<Value: Equatable>(_ setting: KeyPath<BoardProfile, Value>) -> Value? {
        guard let first = first?[keyPath: setting] else { return nil }
        return allSatisfy { $0[keyPath: setting] == first } ? first : nil
    }
}
