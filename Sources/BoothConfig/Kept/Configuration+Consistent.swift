// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Configuration {
    /// Makes a configuration consistent again after its wrong parts were left out: each id and each line is used once,
    /// one target has authority, and nothing refers to a missing chip or bus. The result has the same guarantees as a
    /// checked configuration.
    ///
    /// - Returns: nil if no point or no target is left.
    func consistent() -> Configuration? {
        var left = self
        var taken: Set<String> = []
        /// Claims a name; false if it was claimed before.
        func claim(_ kind: String, _ name: String) -> Bool { taken.insert("\(kind) \(name)").inserted }
        left.chips = chips.filter { claim("chip", $0.name) }
        left.buses = buses.filter { claim("bus", $0.name) }
        let (chipNames, busNames) = (Set(left.chips.map(\.name)), Set(left.buses.map(\.name)))
        func isThere(_ line: GPIOSource) -> Bool {
            chipNames.contains(line.chip) && claim("line", "\(line.chip)/\(line.line)")
        }
        left.points = points.filter { point in
            guard claim("point", point.id.rawValue) else { return false }
            switch point.source {
            case .gpio(let line): return isThere(line)
            case .modbus(let source): return busNames.contains(source.bus)
            }
        }
        left.outputs = outputs.filter { output in
            guard claim("output", output.id) else { return false }
            switch output.sink {
            case .gpio(let line): return isThere(line)
            case .modbus(let sink): return busNames.contains(sink.bus)
            }
        }
        left.targets = targets.filter { !$0.accepts.isEmpty && claim("target", $0.id.rawValue) }
        for index in left.targets.indices where left.targets[index].hasAuthority && !claim("authority", "") {
            left.targets[index].hasAuthority = false
        }
        return left.points.isEmpty || left.targets.isEmpty ? nil : left
    }
}
