// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Messages from other threads to one thread, in the order in which they were posted.
///
/// The owner either sleeps in `wait`, or watches `descriptor` in its own epoll or poll and calls `take`. The mailbox
/// itself has no limit; each sender bounds its own outstanding messages.
package final class Mailbox<Letter: Sendable>: Sendable {
    private let letters = Mutex<[Letter]>([])
    private let bell: WakeUp

    /// - Throws: `SystemError` when the process has no descriptor left.
    package init() throws(SystemError) {
        bell = try WakeUp()
    }

    /// Readable while letters wait.
    package var descriptor: CInt { bell.descriptor }

    /// Adds a letter; from any thread, never blocks.
    package func post(_ letter: Letter) {
        let wasEmpty = letters.withLock { waiting in
            waiting.append(letter)
            return waiting.count == 1
        }
        if wasEmpty { bell.ring() }
    }

    /// Removes all waiting letters, oldest first; empty when there are none.
    package func take() -> [Letter] {
        letters.withLock { waiting in
            bell.clear()
            let taken = waiting
            waiting = []
            return taken
        }
    }

    /// Sleeps until a letter comes, then removes all of them.
    ///
    /// - Parameter milliseconds: the longest wait; nil waits for ever.
    /// - Returns: the letters, oldest first; empty when the time ran out.
    package func wait(milliseconds: Int? = nil) -> [Letter] {
        bell.wait(milliseconds: milliseconds)
        return take()
    }
}
