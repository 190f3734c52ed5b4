// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Rehearsal

/// The lower bound for recording: another thread appends the same bytes to a file and calls fdatasync(2).
final class BareAppender {
    private enum Order: Sendable {
        case append
        case stop
    }

    private let orders: Mailbox<Order>
    private let outcomes: Mailbox<BootTime?>
    private let thread: WorkerThread

    /// - Parameters:
    ///   - path: the file to create.
    ///   - bytes: how many bytes to append each time.
    init(path: String, bytes: Int) throws {
        let (orders, outcomes) = (try Mailbox<Order>(), try Mailbox<BootTime?>())
        thread = try WorkerThread(name: "appender") {
            let opened = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            defer { close(opened) }
            let block = [UInt8](repeating: 0x61, count: bytes)
            while true {
                for order in orders.wait() {
                    if case .stop = order { return }
                    let isDone = write(opened, block, block.count) == block.count && fdatasync(opened) == 0
                    outcomes.post(isDone ? .now() : nil)
                }
            }
        }
        self.orders = orders
        self.outcomes = outcomes
    }

    deinit {
        orders.post(.stop)
        thread.join(milliseconds: 5000)
    }

    /// Appends once.
    ///
    /// - Returns: the time from the order to the sync.
    func append() throws -> Duration {
        let began = BootTime.now()
        orders.post(.append)
        guard let outcome = outcomes.wait(milliseconds: 20_000).first, let synced = outcome else {
            throw RehearsalError("the bare append failed")
        }
        return synced - began
    }
}
