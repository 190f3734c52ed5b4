// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The requests that units answer.
extension PollSchedule {
    struct Live {
        /// The one to make first of those that are due.
        var ready: Int?
        /// When the first of them is due, past or to come; nil when there are none.
        var nextDue: BootTime?
        var count = 0
    }

    func isLive(_ index: Int) -> Bool { !entries[index].isMissing && units[entries[index].unit].isAnswering }

    func liveRequests(at now: BootTime) -> Live {
        var live = Live()
        var earliest = (deadline: Int64.max, asked: Int64.max)
        for index in entries.indices where isLive(index) {
            live.count += 1
            // Another request of the unit may have been left without its answer.
            let due = max(entries[index].due, units[entries[index].unit].quietUntil(for: entries[index].request.read))
            live.nextDue = min(live.nextDue ?? due, due)
            guard due <= now else { continue }
            // In turn, so that on a bus that is too slow all are late alike.
            let urgency = (deadline(of: index), entries[index].asked.nanoseconds)
            if urgency < earliest { (live.ready, earliest) = (index, urgency) }
        }
        return live
    }

    /// In nanoseconds since the kernel started; only their order counts.
    private func deadline(of index: Int) -> Int64 {
        let entry = entries[index]
        // A busy unit that is asked once more keeps nobody waiting whose poll it is.
        let due = entry.due + entry.request.period * (entry.retries == 0 ? 1 : 2)
        return due.nanoseconds + Int64(entry.priority - 1) * Self.step.nanoseconds
    }
}
