// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `input = N` and `output = N` of a `modbus = { … }`: a terminal number as printed on the board, instead of table and
/// address.
extension ConfigurationReader {
    enum Terminal: String {
        case input, output

        fileprivate var other: Terminal { self == .input ? .output : .input }
        fileprivate var zh: String { self == .input ? "输入" : "输出" }
        fileprivate var plural: String { rawValue + "s" }
    }

    /// The position of a bit or register, and its known properties.
    struct Row {
        var table: ModbusTable
        var address: Int
        var active = Polarity.high
        var plausible: ClosedRange<Int>?
    }

    /// The row for the named terminal in the profile of `unit`; nil if there is none, which is noted.
    func row(_ terminal: Terminal, in modbus: TableReader, of unit: (number: Int, table: Unit?)?, bus: String?) -> Row?
    {
        let key = terminal.rawValue
        noteBoth(terminal, in: modbus)
        guard let number = modbus.optional(key, .integer(1...2000)), let unit else { return nil }
        guard let profile = unit.table?.profile else {
            if unit.table?.lacksProfile != true { noteNoProfile(terminal, in: modbus, unit: unit.number, bus: bus) }
            return nil
        }
        guard let row = profile.row(terminal, number) else {
            noteNoTerminal(terminal, number, of: profile, at: modbus.valuePlace(key))
            return nil
        }
        return row
    }

    /// Whether a point has an `output`, or an output has an `input`.
    func isOther(than terminal: Terminal, in modbus: TableReader) -> Bool {
        modbus.hasForeign(terminal.other.rawValue)
    }

    /// Notes that a point has an `output`, or an output has an `input`.
    func noteOther(than terminal: Terminal, in modbus: TableReader) {
        let other = terminal.other.rawValue
        guard isOther(than: terminal, in: modbus) else { return }
        problems.note(
            at: modbus.keyPlace(other), zh: "\"\(other)\" 不能用在这里；应为 \"\(terminal.rawValue)\"",
            en: "\"\(other)\" has no place here; write \"\(terminal.rawValue)\"")
    }

    /// If the board has such terminals, notes that neither a terminal nor an address is given, and returns true.
    func noteAbsent(_ terminal: Terminal, of profile: BoardProfile?, in modbus: TableReader) -> Bool {
        guard let profile, profile.count(of: terminal) > 0 else { return false }
        let key = terminal.rawValue
        let count = profile.count(of: terminal)
        problems.note(
            at: modbus.place, zh: "缺少 \"\(key)\"；\(profile.name) 可写 1..\(count)，或写 \"table\" 和 \"address\"",
            en: "\"\(key)\" is missing; write 1..\(count) for a \(profile.name), or \"table\" and \"address\"")
        return true
    }

    private func noteBoth(_ terminal: Terminal, in modbus: TableReader) {
        let key = terminal.rawValue
        guard let also = ["table", "address"].filter({ modbus.isPresent($0) }).first else { return }
        problems.note(
            at: max(modbus.keyPlace(key), modbus.keyPlace(also)), zh: "同时有 \"\(key)\" 和 \"\(also)\"；型号已决定地址，请只保留一个",
            en: "both \"\(key)\" and \"\(also)\"; the board's profile says where it is, keep one of them")
    }

    private func noteNoProfile(_ terminal: Terminal, in modbus: TableReader, unit: Int, bus: String?) {
        let key = terminal.rawValue
        let header = "[modbus.\(bus ?? "NAME").unit.\(unit)]"
        problems.note(
            at: modbus.keyPlace(key), zh: "\"\(key)\" 需要知道模块型号；请写 \(header) 及其 profile，或改用 \"table\" 和 \"address\"",
            en:
                "\"\(key)\" needs to know the board; write \(header) with its profile, or \"table\" and \"address\" instead"
        )
    }

    private func noteNoTerminal(_ terminal: Terminal, _ number: Int, of profile: BoardProfile, at place: Place) {
        let count = profile.count(of: terminal)
        guard count > 0 else {
            problems.note(
                at: place, zh: "\(profile.name) 没有\(terminal.zh)；请改用 \"table\" 和 \"address\"，或改正 profile",
                en: "a \(profile.name) has no \(terminal.plural); write \"table\" and \"address\", or another profile")
            return
        }
        problems.note(
            at: place, zh: "\(profile.name) 没有\(terminal.zh) \(number)，它有 \(count) 路；应为 1..\(count)",
            en: "a \(profile.name) has no \(terminal.rawValue) \(number), it has \(count); write 1..\(count)")
    }
}

extension BoardProfile {
    fileprivate func count(of terminal: ConfigurationReader.Terminal) -> Int {
        switch terminal {
        case .input: inputs?.count ?? 0
        case .output: outputs?.count ?? 0
        }
    }

    fileprivate func row(_ terminal: ConfigurationReader.Terminal, _ number: Int) -> ConfigurationReader.Row? {
        switch terminal {
        case .input:
            guard let inputs, let address = inputs.address(of: number) else { return nil }
            return .init(table: inputs.table, address: address, active: inputs.active, plausible: inputs.plausible)
        case .output:
            guard let outputs, let address = outputs.address(of: number) else { return nil }
            return .init(table: outputs.table, address: address)
        }
    }
}
