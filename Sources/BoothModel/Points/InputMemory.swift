// SPDX-License-Identifier: Apache-2.0

/// What a driver has to know of an input that it reads from registers, from the last run of the agent.
package struct InputMemory: Sendable, Hashable {
    /// The last state that was believed; a loop's value between two bands is judged by it.
    package var state: PointState
    /// The value that a counting input had when it was recorded last, 0...65535; a counter that went on since is a press.
    package var counter: Int?

    /// Whether its values were told to be impossible, and nobody has taken that back.
    package var isImplausible: Bool

    package init(state: PointState = .unknown, counter: Int? = nil, isImplausible: Bool = false) {
        self.state = state
        self.counter = counter
        self.isImplausible = isImplausible
    }
}
