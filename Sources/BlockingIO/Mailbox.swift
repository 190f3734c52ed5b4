// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What other threads hand to one thread, in the order in which they handed it.
///
/// The owner either sleeps in `wait`, or watches `descriptor` in its own epoll or poll and calls `take`.
/// A mailbox has no limit of its own: what a sender may have outstanding is bounded where it sends.
package final class Mailbox<Letter: Sendable>: Sendable {
    private let letters = Mutex<[Letter]>([])
    private let bell: WakeUp

    /// - Throws: `SystemError` when the process has no descriptor left.
    package init() throws(SystemError) {
        bell = try WakeUp()
    }

    /// Readable while there are letters.
    package var descriptor: CInt { bell.descriptor }

    /// Hands over a letter; from any thread, never blocks.
    package func post(_ letter: Letter) {
        let wasEmpty = letters.withLock { waiting in
            waiting.append(letter)
            return waiting.count == 1
        }
        if wasEmpty { bell.ring() }
    }

    /// Everything that waits, oldest first; empty when there is nothing.
    package func take() -> [Letter] {
        letters.withLock { waiting in
            bell.clear()
            let taken = waiting
            waiting = []
            return taken
        }
    }

    /// Sleeps until there is a letter, then takes all of them.
    ///
    /// - Parameter milliseconds: at most so long; nil waits for ever.
    /// - Returns: the letters, oldest first; empty when the time ran out.
    package func wait(milliseconds: Int? = nil) -> [Letter] {
        bell.wait(milliseconds: milliseconds)
        return take()
    }
}
