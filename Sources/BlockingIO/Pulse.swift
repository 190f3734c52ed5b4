// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Shows that a thread's loop runs: a question is posted to its mailbox, and the loop answers it on its own thread.
///
/// A timer beside the loop would only prove the timer. The question waits in the mailbox with all other letters, and is
/// answered after the round's work is done. So an answer proves the mailbox, the thread and the work. The asking thread
/// compares `answers` with the number of its questions, and uses its own clock.
package final class Pulse: Sendable {
    private let count = Atomic(0)

    package init() {}

    /// How many questions were answered; from any thread.
    package var answers: Int { count.load(ordering: .acquiring) }

    /// Answers one question. The loop calls it on its own thread, at the end of the round in which it took the letter.
    package func beat() {
        #if DEBUG
            while stops.load(ordering: .acquiring) { pause() }
        #endif
        count.add(1, ordering: .releasing)
    }

    #if DEBUG
        private let stops = Atomic(false)

        /// Stops the loop for ever at its next answer, so that tests can see how a hung loop is handled.
        package func wedge() { stops.store(true, ordering: .releasing) }
    #endif
}
