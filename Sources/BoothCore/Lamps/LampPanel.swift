// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Every output of the booth, and the state that each was last told.
struct LampPanel {
    /// What outputs with `shows = fault` show.
    struct Faults {
        /// Whether a fault stands that needs a technician.
        var areStanding: Bool
    }

    private let outputs: [OutputConfiguration]
    private let showsHelp: Bool
    var help: HelpLamp
    var tasks = TaskOutputs()
    /// The state last told, by output; empty at the start.
    private var shown: [String: Bool] = [:]

    init(_ configuration: Configuration, bootID: String) {
        outputs = configuration.outputs
        showsHelp = outputs.contains { $0.shows == .help }
        help = HelpLamp(configuration.points, bootID: bootID)
    }

    /// When an output has another thing to show unless something happens.
    var nextDeadline: BootTime? {
        [tasks.nextDeadline, showsHelp ? help.nextDeadline : nil].compactMap(\.self).min()
    }

    /// When a lamp that blinks is lit or goes dark next; nil while none blinks.
    func nextBlink(after now: BootTime) -> BootTime? { showsHelp ? help.signal.nextChange(after: now) : nil }

    /// The outputs that have to change now, for each to say what is true.
    mutating func changes(at now: BootTime, _ faults: Faults) -> [(output: OutputConfiguration, isOn: Bool)] {
        help.advance(to: now)
        tasks.advance(to: now)
        var changes: [(output: OutputConfiguration, isOn: Bool)] = []
        for output in outputs {
            let isLit = isLit(output, at: now, faults)
            guard shown[output.id] != isLit else { continue }
            shown[output.id] = isLit
            changes.append((output, isLit))
        }
        return changes
    }

    private func isLit(_ output: OutputConfiguration, at now: BootTime, _ faults: Faults) -> Bool {
        switch output.shows {
        case .help: help.signal.isLit(at: now)
        case .fault: faults.areStanding
        case .task: tasks.isOn(output.id)
        }
    }
}
