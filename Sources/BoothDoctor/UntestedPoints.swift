// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// Inputs that were not tested for longer than their configuration allows, as the running agent reports.
enum UntestedPoints {
    /// - Parameter area: `.modbus` for inputs on buses, `.gpio` for lines.
    static func findings(of area: Area, in booth: Circumstances) -> [Finding] {
        let onBuses = Set((booth.configuration?.points ?? []).filter { $0.modbusSource != nil }.map(\.id))
        let untested = (booth.agent.points?.points ?? []).filter(\.untested)
        return untested.filter { onBuses.contains($0.id) == (area == .modbus) }.map { point in
            .warning(
                area, point.id.rawValue,
                Message(zh: "很久没有动作过", en: "has not been active for a long time"),
                next: Message(
                    zh: "动作一次，看 boothctl points 是否变化", en: "actuate it once, and see it change in boothctl points"))
        }
    }
}
