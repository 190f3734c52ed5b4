// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The proof that a thread's loop goes round: a question posted into its mailbox, answered on its own thread.
///
/// A timer that ticks beside a loop proves the timer. A letter that waits with all others, and is answered only once the
/// loop has taken it and done what came with it, proves the mailbox, the thread and the work. Whoever asks compares
/// `answers` with the number of its questions, and judges by its own clock.
package final class Pulse: Sendable {
    private let count = Atomic(0)

    package init() {}

    /// How often it was answered; from any thread.
    package var answers: Int { count.load(ordering: .acquiring) }

    /// Answers; called by the loop that was asked, on its own thread, at the end of the round in which it took the letter.
    package func beat() {
        #if DEBUG
            while stops.load(ordering: .acquiring) { pause() }
        #endif
        count.add(1, ordering: .releasing)
    }

    #if DEBUG
        private let stops = Atomic(false)

        /// Has the loop stop for ever at its next answer: how tests see what becomes of one that does.
        package func wedge() { stops.store(true, ordering: .releasing) }
    #endif
}
