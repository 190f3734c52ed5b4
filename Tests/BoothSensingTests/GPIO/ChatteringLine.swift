// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Synchronization

/// A line of a simulated chip that changes about as fast as a thread can change it, until it is told to stop.
final class ChatteringLine {
    private let isStopping = Flag()
    private let thread: WorkerThread

    private final class Flag: Sendable {
        let isSet = Atomic<Bool>(false)
    }

    init(path: String) throws(SystemError) {
        let isStopping = isStopping
        thread = try WorkerThread(name: "chatter") {
            let file = open(path, O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            defer { close(file) }
            while !isStopping.isSet.load(ordering: .relaxed) {
                for _ in 0..<2 {
                    pwrite(file, "pull-up", 7, 0)
                    pwrite(file, "pull-down", 9, 0)
                }
                // The simulated chip serves its interrupts under the lock that a change takes: they need a turn.
                usleep(20)
            }
        }
    }

    /// The line is low and rests when this returns.
    func stop() {
        isStopping.isSet.store(true, ordering: .relaxed)
        thread.join(milliseconds: 10_000)
    }

    deinit {
        isStopping.isSet.store(true, ordering: .relaxed)
    }
}
