// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// Checks the Modbus buses with the running agent's counters. Also finds inputs that should not be on a bus.
enum BusChecks {
    static func findings(in booth: Circumstances) -> [Finding] {
        guard let configuration = booth.configuration, !configuration.buses.isEmpty else { return [] }
        let faults = booth.agent.reply?.faults ?? []
        let ofUnits = FaultChecks(faults, configuration)
        let units = (booth.agent.points?.units ?? []).flatMap { unit in
            let known = ofUnits.findings(of: unit.unit, on: unit.bus)
            return known.isEmpty ? UnitChecks.findings(unit, configuration) : known
        }
        return configuration.buses.flatMap { bus in busFaults(of: bus.name, faults) }
            + (booth.agent.reply == nil ? EchoCheck.findings(configuration, in: booth) : [])
            + (units.isEmpty ? [unseen(in: booth)].compactMap { $0 } : units)
            + shortPresses(in: configuration) + UntestedPoints.findings(of: .modbus, in: booth)
    }

    /// Faults of a whole bus, which the counters of its units do not show.
    private static func busFaults(of bus: String, _ faults: [StatusReply.Fault]) -> [Finding] {
        faults.filter { $0.device.rawValue == "modbus:\(bus)" }.map { fault in
            switch fault.code {
            case .echo: EchoCheck.finding(of: bus)
            case .lent:
                .warning(
                    .modbus, bus, fault.message,
                    next: Message(
                        zh: "等扫描结束；点位此间无更新", en: "wait for the scan to end; the points are stale meanwhile"))
            default:
                .failure(
                    .modbus, bus, fault.message,
                    next: Message(
                        zh: "修好后：boothctl modbus scan \(bus)", en: "once it is mended: boothctl modbus scan \(bus)"))
            }
        }
    }

    /// Why there are no counters, if points are on a bus.
    private static func unseen(in booth: Circumstances) -> Finding? {
        let isUsed = booth.configuration?.points.contains { $0.modbusSource != nil } == true
        guard isUsed else { return nil }
        return .warning(
            .modbus, "Modbus",
            Message(
                zh: "没有单元的统计：boothd 没有运行，或版本较旧",
                en: "no counters of units: boothd does not run, or is an older one"),
            next: Message(
                zh: "systemctl start boothd 后再看；或直接 boothctl modbus scan 总线名",
                en: "start boothd and look again; or boothctl modbus scan BUS at once"))
    }

    /// Warns of help buttons whose presses may be shorter than a poll and would be missed. A person presses only once.
    private static func shortPresses(in configuration: Configuration) -> [Finding] {
        configuration.points.compactMap { point in
            guard [.helpButton, .duressButton].contains(point.kind), let source = point.modbusSource, !source.counter
            else { return nil }
            return .warning(
                .modbus, point.id.rawValue,
                Message(
                    zh: "按钮在 Modbus 上轮询（每 \(source.poll.milliseconds) 毫秒）：比轮询短的按压会丢失",
                    en:
                        "a button polled on Modbus (every \(source.poll.milliseconds) ms): a press shorter than the poll can be lost"
                ),
                next: Message(
                    zh: "改接 GPIO，或用自锁按钮，或用计数输入并写 counter = true",
                    en: "wire it to a GPIO line, or use a latching button, or a counting input with counter = true"))
        }
    }
}

extension PointConfiguration {
    /// The Modbus source; nil for a GPIO line.
    var modbusSource: ModbusSource? {
        if case .modbus(let source) = source { source } else { nil }
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
