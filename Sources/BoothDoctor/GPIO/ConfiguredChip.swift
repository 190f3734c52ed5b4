// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// A configured chip, with its lines that points and outputs use.
struct ConfiguredChip {
    /// A line and its user.
    struct Line {
        var line: GPIOSource.Line
        /// The point's or output's id.
        var user: String
    }

    let chip: GPIOChipConfiguration
    let lines: [Line]

    /// All chips of a configuration, even without lines.
    static func all(of configuration: Configuration) -> [ConfiguredChip] {
        let used = configuration.points.compactMap { point in
            if case .gpio(let source) = point.source { (source, point.id.rawValue) } else { nil }
        }
        let driven = configuration.outputs.compactMap { output in
            if case .gpio(let source) = output.sink { (source, output.id) } else { nil }
        }
        return configuration.chips.map { chip in
            ConfiguredChip(
                chip: chip,
                lines: (used + driven).filter { $0.0.chip == chip.name }.map { Line(line: $0.0.line, user: $0.1) })
        }
    }

    /// Whether `listed` is this chip.
    func matches(_ listed: ListedChip, in system: SystemFiles) -> Bool {
        switch chip.chip {
        case .path(let path): system.resolved(path) == system.resolved(system.name(of: listed.path))
        case .name(let name): listed.path.hasSuffix("/\(name)")
        case .label(let label): if case .success(let chip) = listed.chip { chip.label == label } else { false }
        }
    }

    /// Its device files, as paths on the machine. Also every chip that cannot be opened, if it could be this one.
    func files(among listed: [ListedChip], in system: SystemFiles) -> [String] {
        // If the configuration names a file, it is that file, even if opening failed.
        switch chip.chip {
        case .path(let path): if let file = system.resolved(path) { return [file] }
        case .name(let name): if let file = system.resolved("/dev/\(name)") { return [file] }
        case .label: break
        }
        let found = listed.filter { matches($0, in: system) }
        let possible = listed.filter { if case .success = $0.chip { false } else { true } }
        return (found.isEmpty ? possible : Array(found.prefix(1))).map { system.name(of: $0.path) }
    }
}

extension ListedChip.Chip {
    /// The line that the configuration names; nil if there is none.
    func line(_ wanted: GPIOSource.Line) -> GPIOLineInfo? {
        lines.first { line in
            switch wanted {
            case .name(let name): line.name == name
            case .offset(let offset): line.offset == offset
            }
        }
    }
}
