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
    /// Faults that the rules found themselves or saw end, with what to do; no driver tells of them.
    package var devices: [DeviceReport] = []
    /// Whether it may be lost with the power: only what the next reading or receipt would tell again.
    package var canBeToldAgain = true
    /// Whether it is only for those who look now: what is on its way is not worth a write at each attempt.
    package var isTransient = false

    package var isEmpty: Bool { events.isEmpty && incidents.isEmpty && points.isEmpty }
}
