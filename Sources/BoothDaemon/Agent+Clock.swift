// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothIncidents
import BoothModel

// What the core hears of its clock. Nobody tells that the kernel's clock follows a reference again, or no longer: that is
// seen whenever the time is asked for, at the next heartbeat at the latest.
extension Agent {
    /// Somebody, or a time service, may have set the clock.
    func takeClock() {
        guard clockWatch.wasSet() else { return }
        tellClock()
    }

    /// Tells the rules where the clock is another one than they know.
    func noticeClock() {
        guard clock.state != knownClock else { return }
        tellClock()
    }

    private func tellClock() {
        let now = clock.now()
        knownClock = now.clock
        record(rules.clockChanged(at: now))
        // A new day may have begun with it.
        reporting.nextLook = now.boot
    }
}
