// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// Waiting for a descriptor by poll(2): unlike select(2) it knows no highest number.
enum Readiness {
    /// Waits until `descriptor` can be read (`POLLIN`) or written (`POLLOUT`), or has failed.
    ///
    /// - Returns: false when `deadline` passed first. A signal is no end.
    static func wait(for events: CInt, of descriptor: CInt, until deadline: ContinuousClock.Instant) -> Bool {
        var one = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            let left = max(.zero, ContinuousClock.now.duration(to: deadline))
            let ready = poll(&one, 1, left.milliseconds)
            if ready > 0 { return true }
            // Whatever else poll(2) refuses, the call that follows names it.
            if ready < 0, errno != EINTR { return true }
            if left == .zero { return false }
        }
    }
}

extension Duration {
    /// As poll(2) takes it, rounded up.
    fileprivate var milliseconds: CInt {
        CInt(
            clamping: components.seconds * 1000 + (components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        )
    }
}
