// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What the rules decided on one input. It becomes one entry of the journal, written whole or not at all.
package struct Decision: Sendable, Hashable {
    /// What happened, oldest first.
    package var events: [BoothEvent] = []
    /// Changed incidents in their new state; the last one of an id counts.
    package var incidents: [Incident] = []
    /// Changed points in their new state.
    package var points: [PointMemory] = []
    /// The booth's memory, if it changed.
    package var memory: BoothMemory?
    /// The booth's memory before that change; nil if `memory` is nil.
    package var memoryBefore: BoothMemory?
    /// Presses that a unit counted. No reading reports them again.
    package var presses: [CountedPresses] = []
    /// Tasks that were done or refused.
    package var tasks: [TaskRecord] = []
    /// The new attendance, if it changed.
    package var attendance: Attendance?
    /// Orders to outputs, to be carried out once this is recorded.
    package var outputs: [OutputOrder] = []
    /// Faults that the rules themselves found or saw end, each with the next step. No driver reports them.
    package var devices: [DeviceReport] = []
    /// The platform's answer that led to it; nil: the input was something else.
    package var answer: IncidentRules.Answer?

    /// Whether a power cut may lose it, because the next reading, receipt or minute brings it again.
    ///
    /// Events, tasks and presses come only once. So does an activation that is counted and not announced yet, and so
    /// does what somebody asked for. States of points and receipts come again.
    package var canBeToldAgain: Bool {
        events.isEmpty && tasks.isEmpty && presses.isEmpty && !hasCounted && isMemoryToldAgain
    }

    /// Whether an activation was counted that is not announced yet. An answer counts no activation: those that wait
    /// were recorded before.
    private var hasCounted: Bool { answer == nil && incidents.contains { $0.announced < $0.count } }

    private var isMemoryToldAgain: Bool {
        guard let memory else { return true }
        return memory.isToldAgain(after: memoryBefore ?? BoothMemory())
    }

    /// Whether it is only shown and never written. A single attempt to send is not worth a write.
    package var isTransient: Bool {
        guard let answer, !answer.isFinal else { return false }
        return canBeToldAgain && points.isEmpty && memory == nil
    }

    /// Whether there is nothing to record.
    package var isEmpty: Bool {
        events.isEmpty && incidents.isEmpty && points.isEmpty && memory == nil && tasks.isEmpty
    }
}

/// What a task orders an output to do.
package struct OutputOrder: Sendable, Hashable {
    package var output: String
    package var isOn: Bool
    /// How long it lasts; nil: until the next order, or until the agent ends.
    package var span: Duration?

    package init(output: String, isOn: Bool, span: Duration? = nil) {
        self.output = output
        self.isOn = isOn
        self.span = span
    }
}
