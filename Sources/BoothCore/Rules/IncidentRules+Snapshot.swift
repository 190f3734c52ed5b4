// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Everything that the rules know, for a journal that was created anew while the agent ran.
extension IncidentRules {
    /// What a restart must find: all open incidents, all points and tasks, and the booth's memory.
    package func snapshot() -> Decision {
        var decision = Decision()
        decision.incidents = live.values.filter(\.isOpen).sorted { $0.id < $1.id }
        decision.points = points.values.sorted { $0.point.rawValue < $1.point.rawValue }
        decision.memory = memory
        decision.tasks = ledger.all
        return decision
    }
}
