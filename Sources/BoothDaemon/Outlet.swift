// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Synchronization

/// An outside reader that may stop reading, and the thread that waits for it so that no other thread has to.
final class Outlet: Sendable {
    private enum Letter: Sendable {
        case say(@Sendable () -> Void)
        case end
    }

    /// The deadline for the next news, and what to do if none comes.
    private final class Expectation: Sendable {
        private let standing = Mutex<(end: BootTime, otherwise: @Sendable () -> Void)?>(nil)

        var end: BootTime? { standing.withLock { $0?.end } }

        /// - Returns: whether there was an expectation before.
        func set(_ next: (end: BootTime, otherwise: @Sendable () -> Void)?) -> Bool {
            standing.withLock { standing in
                defer { standing = next }
                return standing != nil
            }
        }

        /// Runs the action once if the deadline has passed.
        func check(at now: BootTime) {
            let overdue = standing.withLock { standing in
                guard let end = standing?.end, end <= now else { return nil as (@Sendable () -> Void)? }
                defer { standing = nil }
                return standing?.otherwise
            }
            overdue?()
        }
    }

    /// Counts messages that wait, and messages dropped because nobody read.
    private final class Backlog: Sendable {
        let waiting = Atomic(0)
        let dropped = Atomic(0)

        func say(_ body: () -> Void, _ lost: (Int) -> Void) {
            body()
            waiting.subtract(1, ordering: .relaxed)
            let dropped = dropped.exchange(0, ordering: .relaxed)
            if dropped > 0 { lost(dropped) }
        }
    }

    private static let mostWaiting = 1000

    private let mailbox: Mailbox<Letter>
    private let thread: WorkerThread
    private let backlog: Backlog
    private let expectation: Expectation

    /// - Parameters:
    ///   - name: of the thread, 15 bytes at most.
    ///   - lost: called on the thread after a message was sent again, with the number dropped meanwhile.
    /// - Throws: `SystemError` if the system has no thread or descriptor left.
    init(name: String, lost: @escaping @Sendable (Int) -> Void) throws(SystemError) {
        let mailbox = try Mailbox<Letter>()
        let backlog = Backlog()
        let expectation = Expectation()
        self.expectation = expectation
        self.mailbox = mailbox
        self.backlog = backlog
        thread = try WorkerThread(name: name) {
            while true {
                for letter in mailbox.wait(milliseconds: expectation.end?.millisecondsAway()) {
                    guard case .say(let body) = letter else { return }
                    backlog.say(body, lost)
                }
                expectation.check(at: .now())
            }
        }
    }

    /// Runs `body` on the thread once at `end`, unless another expectation is set by then.
    func expectNews(by end: BootTime, otherwise body: @escaping @Sendable () -> Void) {
        // A thread that waits for an earlier expectation checks again when that time is over.
        if !expectation.set((end, body)) { say {} }
    }

    func expectNothing() {
        _ = expectation.set(nil)
    }

    /// Queues a message; it is dropped and counted if a thousand messages wait already.
    func say(_ body: @escaping @Sendable () -> Void) {
        guard backlog.waiting.load(ordering: .relaxed) < Self.mostWaiting else {
            backlog.dropped.add(1, ordering: .relaxed)
            return
        }
        backlog.waiting.add(1, ordering: .relaxed)
        mailbox.post(.say(body))
    }

    /// Sends what waits and ends; gives up on the reader after `milliseconds`.
    func end(within milliseconds: Int) {
        mailbox.post(.end)
        thread.join(milliseconds: milliseconds)
    }
}
