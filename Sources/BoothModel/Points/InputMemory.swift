// SPDX-License-Identifier: Apache-2.0

/// What a driver must know from the last run about an input that it reads from registers.
package struct InputMemory: Sendable, Hashable {
    /// The last known state. It decides about a loop's value that lies between two bands.
    package var state: PointState
    /// The last recorded value of a counting input, 0...65535. If the counter has gone on since, somebody pressed.
    package var counter: Int?

    /// Whether its values were reported to be impossible, and that fault still stands.
    package var isImplausible: Bool

    package init(state: PointState = .unknown, counter: Int? = nil, isImplausible: Bool = false) {
        self.state = state
        self.counter = counter
        self.isImplausible = isImplausible
    }
}
