// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// Waits for a descriptor with poll(2), which, unlike select(2), has no highest descriptor number.
enum Readiness {
    /// Waits until `descriptor` can be read (`POLLIN`) or written (`POLLOUT`), or has failed.
    ///
    /// - Returns: false when `deadline` passed first. A signal does not end the wait.
    static func wait(for events: CInt, of descriptor: CInt, until deadline: ContinuousClock.Instant) -> Bool {
        var one = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            let ready = poll(&one, 1, left.milliseconds)
            if ready > 0 { return true }
            // For any other error of poll(2), the next call on the descriptor reports the cause.
            if ready < 0, errno != EINTR { return true }
            if left == .zero { return false }
        }
    }
}

extension Duration {
    /// For poll(2), rounded up.
    fileprivate var milliseconds: CInt {
        CInt(
            clamping: components.seconds * 1000 + (components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        )
    }
}
