// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a target refuses for good is a fault until none of it is left.
struct RejectionRule {
    private var counts: [TargetID: Int] = [:]
    private var isNew: Set<TargetID> = []

    mutating func started(_ contents: JournalContents?) {
        isNew = []
        counts = [:]
        for queue in contents?.status.queues ?? [] { counts[queue.target] = queue.rejected }
    }

    /// - Parameter isAboutOthers: whether the event is not itself about refused events.
    mutating func settled(_ settlement: JournalEntry.Settlement, isAboutOthers: Bool) {
        if case .rejected = settlement.outcome, isAboutOthers { isNew.insert(settlement.target) }
    }

    mutating func heard(_ status: JournalStatus, _ faults: inout FaultBook) {
        for queue in status.queues {
            let device = DeviceID.rejections(by: queue.target)
            let before = counts[queue.target] ?? 0
            counts[queue.target] = queue.rejected
            if queue.rejected > before, isNew.contains(queue.target) {
                isNew.remove(queue.target)
                faults.setAnew(device)
            } else if queue.rejected == 0, before > 0 {
                faults.set(device, isLost: false)
            }
        }
    }
}
