// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Synchronization

/// Wakes the long polls when a task was added, and when the platform stops.
final class TaskBell: Sendable {
    private struct State {
        var listeners: [WakeUp] = []
        var isStopped = false
    }

    private let state = Mutex(State())

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// A new listener; it is woken from now on until `forget`.
    func listen() throws(SystemError) -> WakeUp {
        let listener = try WakeUp()
        state.withLock { $0.listeners.append(listener) }
        return listener
    }

    func forget(_ listener: WakeUp) {
        state.withLock { state in state.listeners.removeAll { $0 === listener } }
    }

    func ring() {
        state.withLock { state in
            for listener in state.listeners { listener.ring() }
        }
    }

    /// Ends all waits, and later ones at once, until `resume`.
    func stop() {
        state.withLock { $0.isStopped = true }
        ring()
    }

    func resume() {
        state.withLock { $0.isStopped = false }
    }
}
