// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[modbus.NAME.unit.N]`: settings of one unit of a bus.
extension ConfigurationReader {
    /// A unit's table, with the values of its profile.
    struct Unit {
        var configuration: ModbusUnitConfiguration
        var profile: BoardProfile?
        /// Whether its profile could not be read. Keys that depend on the profile are then not reported as well.
        var lacksProfile: Bool
    }

    /// The units of the bus `name`, by address.
    ///
    /// - Parameter isSerial: nil if the bus does not say.
    func units(of name: String, in bus: TableReader, isSerial: Bool?) -> [Int: Unit] {
        if bus.names(under: "unit").contains(where: Self.unitKeys.contains) {
            problems.note(
                at: bus.valuePlace("unit"), zh: "[modbus.\(name).unit] 缺少单元地址；应为 [modbus.\(name).unit.1] 这样的表头",
                en: "[modbus.\(name).unit] is of no unit; write its address, as in [modbus.\(name).unit.1]")
            return [:]
        }
        var units: [Int: Unit] = [:]
        for (number, unit) in bus.namedTables("unit", { unit(named: $0, in: $1, isSerial: isSerial) }) {
            units[number] = unit
        }
        return units
    }

    private static let unitKeys = ["profile", "response-timeout", "guard"]

    private func unit(named: TOMLTable.Entry, in table: TableReader, isSerial: Bool?) -> (Int, Unit)? {
        var configuration = ModbusUnitConfiguration()
        let known = boards.all.map(\.name)
        let name = table.optional(
            "profile", .profile(among: known) { self.mayBeAnyBoard || self.wrongBoards.contains($0) })
        let profile = name.flatMap { boards[$0] }
        configuration.profile = profile?.name
        configuration.answersWholeBytes = profile?.wholeBytes ?? false
        configuration.responseTimeout = table.optional("response-timeout", .duration(atMost: "60s"))
        configuration.guardRegister = guardRegister(in: table)
        let lacksProfile = table.isPresent("profile") && profile == nil
        guard let number = number(of: named, isSerial: isSerial) else { return nil }
        if isSerial == true, number > 247, !lacksProfile, profile?.unit != number {
            noteBeyondSerial(number, profile: profile, at: named.keyPlace)
        }
        return (number, Unit(configuration: configuration, profile: profile, lacksProfile: lacksProfile))
    }

    private func guardRegister(in unit: TableReader) -> ModbusUnitConfiguration.GuardRegister? {
        unit.table("guard") { table in
            let space: ModbusTable? = table.required("table", .word)
            let address = table.required("address", .integer(0...65_535))
            let value = table.required("value", .integer(space?.isRegisters == false ? 0...1 : 0...65_535))
            guard let space, let address, let value else { return nil }
            // The notation limits the value to 65535.
            return .init(table: space, address: address, value: UInt16(value))
        }
    }

    /// The unit address that the table's name spells; nil for another name, which is noted.
    private func number(of named: TOMLTable.Entry, isSerial: Bool?) -> Int? {
        let range = isSerial == true ? 1...255 : 0...255
        // "07" would be a different key than "7" for the same unit, so refuse it.
        if let number = Int(named.key), String(number) == named.key, range.contains(number) { return number }
        let wrong = TOMLValue.quoted(named.key)
        let right = isSerial == true ? "1..247" : "0..255"
        problems.note(
            at: named.keyPlace, zh: "单元地址不能是 \(wrong)；应为 \(right)，如 [modbus.名称.unit.1]",
            en: "a unit's address cannot be \(wrong); write \(right), as in [modbus.NAME.unit.1]")
        return nil
    }

    private func noteBeyondSerial(_ number: Int, profile: BoardProfile?, at place: Place) {
        let zh: String
        let en: String
        if let profile {
            zh = " \(profile.name) 的出厂地址是 \(profile.unit)"
            en = "\(profile.name) comes with address \(profile.unit)"
        } else {
            zh = "此处没有 \"profile\""
            en = "there is no \"profile\" here"
        }
        problems.note(
            at: place, zh: "串口总线的地址 \(number) 只能用于出厂即为该地址的模块，而\(zh)；应为 1..247，或写该模块的 profile",
            en: "on a serial line \(number) is for a board that comes with that address, and \(en); "
                + "write 1..247, or the profile of such a board")
    }
}

extension Notation where Value == String {
    /// The name of a known board. Also accepts a name that `isExcused`, because its problem is reported elsewhere.
    fileprivate static func profile(among names: [String], or isExcused: @escaping (String) -> Bool) -> Notation {
        Notation(
            Message(zh: "模块型号的名称，如 \"\(names.first ?? "")\"", en: "a board's name such as \"\(names.first ?? "")\"")
        ) {
            value in
            guard case .string(let name) = value else { return .refused }
            if names.contains(name) || isExcused(name) { return .value(name) }
            let wrong = TOMLValue.quoted(name)
            let known = Suggestion.message(for: name, among: names)
            return .refusedBecause(
                Message(zh: "没有型号 \(wrong)；\(known.zh)", en: "there is no board \(wrong); \(known.en)"))
        }
    }
}
