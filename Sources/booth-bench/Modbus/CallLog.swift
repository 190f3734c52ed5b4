// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import Synchronization

/// A request as a unit received it.
struct Call: Sendable {
    /// 1...247; with several gateways, the gateway's number from 1.
    let unit: Int
    /// When its first byte came.
    let at: BootTime
    /// Whether it came before the required silence between two frames was over.
    let isEarly: Bool
    let isAnswered: Bool
}

/// All requests to simulated units. The units' thread writes the log, the bench reads it.
final class CallLog: Sendable {
    private let calls = Mutex<[Call]>([])

    func add(_ call: Call) {
        calls.withLock { $0.append(call) }
    }

    /// The requests from `begin` until before `end`, in order.
    func calls(from begin: BootTime, to end: BootTime) -> [Call] {
        calls.withLock { $0.filter { $0.at >= begin && $0.at < end } }
    }

    /// Waits until `unit` has received `count` requests since `begin`.
    ///
    /// - Returns: false if `limit` passed first.
    func wait(for count: Int, to unit: Int, since begin: BootTime, within limit: Duration) -> Bool {
        let deadline = BootTime.now() + limit
        while calls.withLock({ $0.count { $0.unit == unit && $0.at >= begin } }) < count {
            guard BootTime.now() < deadline else { return false }
            poll(nil, 0, 20)
        }
        return true
    }
}

/// Sleeps until `instant`, never less (clock_nanosleep(2), on the clock that also counts suspend).
func sleep(until instant: BootTime) {
    var time = timespec(
        tv_sec: Int(instant.nanoseconds / 1_000_000_000), tv_nsec: Int(instant.nanoseconds % 1_000_000_000))
    while clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &time, nil) == EINTR {}
}
