// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The live requests: those that units answer.
extension PollSchedule {
    struct Live {
        /// The due request to make first.
        var ready: Int?
        /// When the first live request is due, past or future; nil when there are none.
        var nextDue: BootTime?
        var count = 0
    }

    func isLive(_ index: Int) -> Bool { !entries[index].isMissing && units[entries[index].unit].isAnswering }

    func liveRequests(at now: BootTime) -> Live {
        var live = Live()
        var earliest = (deadline: Int64.max, asked: Int64.max)
        for index in entries.indices where isLive(index) {
            live.count += 1
            // Another request of the unit may have gone unanswered, and its late answer may still come.
            let due = max(entries[index].due, units[entries[index].unit].quietUntil(for: entries[index].request.read))
            live.nextDue = min(live.nextDue ?? due, due)
            guard due <= now else { continue }
            // Equal deadlines take turns, so that on a slow bus all are equally late.
            let urgency = (deadline(of: index), entries[index].asked.nanoseconds)
            if urgency < earliest { (live.ready, earliest) = (index, urgency) }
        }
        return live
    }

    /// In nanoseconds since the kernel started, shifted by priority; only the order counts.
    private func deadline(of index: Int) -> Int64 {
        let entry = entries[index]
        // A retry of a busy unit must not delay a poll that is due.
        let due = entry.due + entry.request.period * (entry.retries == 0 ? 1 : 2)
        return due.nanoseconds + Int64(entry.priority - 1) * Self.step.nanoseconds
    }
}
