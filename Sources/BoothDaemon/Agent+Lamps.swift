// SPDX-License-Identifier: Apache-2.0
import BoothIncidents
import BoothModel

// What the booth shows to whoever stands in front of it.
extension Agent {
    /// Lets each lamp say what is true now.
    func showLamps(at now: BootTime) {
        helpLamp.advance(to: now)
        taskOutputs.advance(to: now)
        for output in configuration.outputs {
            let isLit = isLit(output, at: now)
            guard shownLamps[output.id] != isLit else { continue }
            shownLamps[output.id] = isLit
            drive(output, isOn: isLit)
        }
    }

    private func drive(_ output: OutputConfiguration, isOn: Bool) {
        switch output.sink {
        case .gpio: gpio?.drive(output.id, isOn: isOn)
        case .modbus(let sink): bus(named: sink.bus)?.drive(output.id, isOn: isOn)
        }
    }

    /// When a lamp changes unless something happens.
    var lampDeadline: BootTime? {
        var deadlines = [taskOutputs.nextDeadline]
        if configuration.outputs.contains(where: { $0.shows == .help }) {
            deadlines += [helpLamp.nextDeadline, helpLamp.signal.nextChange(after: .now())]
        }
        return deadlines.compactMap(\.self).min()
    }

    private func isLit(_ output: OutputConfiguration, at now: BootTime) -> Bool {
        switch output.shows {
        case .help: helpLamp.signal.isLit(at: now)
        case .fault: rules.hasStandingFaults || storage.storage != .ok
        case .task: taskOutputs.isOn(output.id)
        }
    }
}
