// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Synchronization

/// One reader outside that may stop reading, and the thread that waits for it so that nobody else does.
final class Outlet: Sendable {
    private enum Letter: Sendable {
        case say(@Sendable () -> Void)
        case end
    }

    /// Until when there has to be news, and what is done if there is none.
    private final class Expectation: Sendable {
        private let standing = Mutex<(end: BootTime, otherwise: @Sendable () -> Void)?>(nil)

        var end: BootTime? { standing.withLock { $0?.end } }

        /// - Returns: whether one stood before.
        func set(_ next: (end: BootTime, otherwise: @Sendable () -> Void)?) -> Bool {
            standing.withLock { standing in
                defer { standing = next }
                return standing != nil
            }
        }

        /// Does what is to be done at the end, once.
        func check(at now: BootTime) {
            let overdue = standing.withLock { standing in
                guard let end = standing?.end, end <= now else { return nil as (@Sendable () -> Void)? }
                defer { standing = nil }
                return standing?.otherwise
            }
            overdue?()
        }
    }

    /// What waits to be said, and what was not for want of a reader.
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
    ///   - lost: called on the thread when it speaks again, with how much was dropped meanwhile.
    /// - Throws: `SystemError` when the system has no thread or descriptor left.
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

    /// Has `body` called on the thread, once, at `end`, unless something else is expected by then.
    func expectNews(by end: BootTime, otherwise body: @escaping @Sendable () -> Void) {
        // One that waits already looks again when its time is up.
        if !expectation.set((end, body)) { say {} }
    }

    /// Expects nothing any more.
    func expectNothing() {
        _ = expectation.set(nil)
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
