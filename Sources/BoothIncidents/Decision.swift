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
    /// What became of tasks.
    package var tasks: [TaskRecord] = []
    /// How it is now that somebody came or went.
    package var attendance: Attendance?
    /// What to do with outputs, once this is recorded.
    package var outputs: [OutputOrder] = []
    /// Faults that the rules found themselves or saw end, with what to do; no driver tells of them.
    package var devices: [DeviceReport] = []
    /// Whether it may be lost with the power: only what the next reading or receipt would tell again.
    package var canBeToldAgain = true
    /// Whether it is only for those who look now: what is on its way is not worth a write at each attempt.
    package var isTransient = false

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
