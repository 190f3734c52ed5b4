// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Synchronization

/// One reader outside that may stop reading, and the thread that waits for it so that nobody else does.
final class Outlet: Sendable {
    private enum Letter: Sendable {
        case say(@Sendable () -> Void)
        case end
    }

    /// What waits to be said, and what was not for want of a reader.
    private final class Backlog: Sendable {
        let waiting = Atomic(0)
        let dropped = Atomic(0)
    }

    private static let mostWaiting = 1000

    private let mailbox: Mailbox<Letter>
    private let thread: WorkerThread
    private let backlog: Backlog

    /// - Parameters:
    ///   - name: of the thread, 15 bytes at most.
    ///   - lost: called on the thread when it speaks again, with how much was dropped meanwhile.
    /// - Throws: `SystemError` when the system has no thread or descriptor left.
    init(name: String, lost: @escaping @Sendable (Int) -> Void) throws(SystemError) {
        let mailbox = try Mailbox<Letter>()
        let backlog = Backlog()
        self.mailbox = mailbox
        self.backlog = backlog
        thread = try WorkerThread(name: name) {
            while true {
                for letter in mailbox.wait() {
                    guard case .say(let body) = letter else { return }
                    body()
                    backlog.waiting.subtract(1, ordering: .relaxed)
                    let dropped = backlog.dropped.exchange(0, ordering: .relaxed)
                    if dropped > 0 { lost(dropped) }
                }
            }
        }
    }

    /// Has something said, in its turn; dropped and counted where a thousand wait already.
    func say(_ body: @escaping @Sendable () -> Void) {
        guard backlog.waiting.load(ordering: .relaxed) < Self.mostWaiting else {
            backlog.dropped.add(1, ordering: .relaxed)
            return
        }
        backlog.waiting.add(1, ordering: .relaxed)
        mailbox.post(.say(body))
    }

    /// Says what waits and ends; gives up on a reader that does not read within so many milliseconds.
    func end(within milliseconds: Int) {
        mailbox.post(.end)
        thread.join(milliseconds: milliseconds)
    }
}
