// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A named thread for blocking work: a bus, the journal, a target.
///
/// It inherits the signal mask of the thread that starts it, so signals blocked before the first start stay blocked.
package struct WorkerThread: Sendable {
    private let ended: WakeUp

    /// Starts the thread, which runs `body`.
    ///
    /// - Parameters:
    ///   - name: shown by `ps -L`; 15 bytes at most.
    ///   - body: the thread ends when this returns.
    /// - Throws: `SystemError` when the system has no thread or descriptor left.
    package init(name: String, body: @escaping @Sendable () -> Void) throws(SystemError) {
        let ended = try WakeUp()
        let start = Unmanaged.passRetained(
            ThreadStart(name: name) {
                body()
                ended.ring()
            })
        var thread = pthread_t()
        let code = clinux_start_thread(&thread, 512 * 1024, runThread, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError("start thread \(name)", code: code)
        }
        pthread_detach(thread)
        self.ended = ended
    }

    /// Waits for the thread to end.
    ///
    /// - Parameter milliseconds: the longest wait.
    /// - Returns: whether it has ended.
    @discardableResult
    package func join(milliseconds: Int) -> Bool {
        ended.wait(milliseconds: milliseconds)
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
    clinux_name_this_thread(start.name)
    start.body()
    return nil
}
