// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What the rules want kept after one input: one entry of the journal, whole or not at all.
package struct Decision: Sendable, Hashable {
    /// What happened, oldest first.
    package var events: [BoothEvent] = []
    /// Incidents as they stand now; the last one of an id counts.
    package var incidents: [Incident] = []
    /// Points as they stand now.
    package var points: [PointMemory] = []
    /// What is remembered of the booth as a whole, where that changed.
    package var memory: BoothMemory?
    /// What was remembered before; nil where `memory` is.
    package var memoryBefore: BoothMemory?
    /// Presses that a unit counted for itself: no reading tells of them again.
    package var presses: [CountedPresses] = []
    /// What became of tasks.
    package var tasks: [TaskRecord] = []
    /// How it is now that somebody came or went.
    package var attendance: Attendance?
    /// What to do with outputs, once this is recorded.
    package var outputs: [OutputOrder] = []
    /// Faults that the rules found themselves or saw end, with what to do; no driver tells of them.
    package var devices: [DeviceReport] = []
    /// A platform's word on an event that led to it; nil: something else did.
    package var answer: IncidentRules.Answer?

    /// Whether it may be lost with the power: only what the next reading, receipt or minute would tell again.
    ///
    /// An event, a task and a press happen once. So does an activation that is counted and not announced yet, and what
    /// somebody asked for. States of points and receipts come again.
    package var canBeToldAgain: Bool {
        events.isEmpty && tasks.isEmpty && presses.isEmpty && !hasCounted && isMemoryToldAgain
    }

    /// Whether an activation was counted that nobody is told of yet. An answer counts none: what waits was recorded.
    private var hasCounted: Bool { answer == nil && incidents.contains { $0.announced < $0.count } }

    private var isMemoryToldAgain: Bool {
        guard let memory else { return true }
        return memory.isToldAgain(after: memoryBefore ?? BoothMemory())
    }

    /// Whether it is only for those who look now: what is on its way is not worth a write at each attempt.
    package var isTransient: Bool {
        guard let answer, !answer.isFinal else { return false }
        return canBeToldAgain && points.isEmpty && memory == nil
    }

    /// Whether there is nothing to record.
    package var isEmpty: Bool {
        events.isEmpty && incidents.isEmpty && points.isEmpty && memory == nil && tasks.isEmpty
    }
}

/// What a task wants of an output.
package struct OutputOrder: Sendable, Hashable {
    package var output: String
    package var isOn: Bool
    /// For so long; nil: until the next task, or the end.
    package var span: Duration?

    package init(output: String, isOn: Bool, span: Duration? = nil) {
        self.output = output
        self.isOn = isOn
        self.span = span
    }
}
