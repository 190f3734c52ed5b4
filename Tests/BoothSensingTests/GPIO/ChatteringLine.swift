// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Synchronization

/// A line of a simulated chip that changes as fast as a thread can change it, until it is told to stop.
final class ChatteringLine {
    private let shared = Shared()
    private let thread: WorkerThread

    private final class Shared: Sendable {
        let isStopping = Atomic<Bool>(false)
        let changes = Atomic<Int>(0)
    }

    init(path: String) throws(SystemError) {
        let shared = shared
        thread = try WorkerThread(name: "chatter") {
            let file = open(path, O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            defer { close(file) }
            while !shared.isStopping.load(ordering: .relaxed) {
                let level = shared.changes.wrappingAdd(1, ordering: .relaxed).newValue % 2 == 1
                pwrite(file, level ? "pull-up" : "pull-down", level ? 7 : 9, 0)
            }
            pwrite(file, "pull-down", 9, 0)
        }
    }

    /// The line is low and rests when this returns.
    ///
    /// - Returns: how often it changed.
    func stop() -> Int {
        shared.isStopping.store(true, ordering: .relaxed)
        _ = thread.join(milliseconds: 10_000)
        return shared.changes.load(ordering: .relaxed)
    }

    deinit {
        shared.isStopping.store(true, ordering: .relaxed)
    }
}
