// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Which targets have refused events for good. It says when people must hear of that, and when it is over.
struct Rejections {
    private var counts: [TargetID: Int] = [:]
    /// Targets with a refusal that the journal has not counted yet.
    private var news: Set<TargetID> = []

    /// What happened to the events that a target refused.
    enum Change {
        /// There are more than before.
        case more
        /// None is left: they were offered again, or dropped.
        case over
    }

    /// What the journal has counted by now is no news.
    init(_ status: JournalStatus?) {
        for queue in status?.queues ?? [] { counts[queue.target] = queue.rejected }
    }

    /// A target refused an event that people must hear of.
    mutating func note(by target: TargetID) { news.insert(target) }

    mutating func note(_ status: JournalStatus) -> [(target: TargetID, change: Change)] {
        status.queues.compactMap { queue in
            let before = counts.updateValue(queue.rejected, forKey: queue.target) ?? 0
            if queue.rejected > before, news.remove(queue.target) != nil { return (queue.target, .more) }
            return queue.rejected == 0 && before > 0 ? (queue.target, .over) : nil
        }
    }
}
