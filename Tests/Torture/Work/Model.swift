// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The expected content of the journal in plain values: queues in the order of sending, and stored values.
struct Model: Hashable, Sendable {
    struct Place: Hashable, Sendable, Comparable {
        let priority: Priority
        let event: EventID

        static func < (left: Place, right: Place) -> Bool {
            (left.priority, left.event) < (right.priority, right.event)
        }
    }

    var queued: [TargetID: [Place]] = [:]
    var rejected: [TargetID: Set<Place>] = [:]
    /// Versions of open and closed incidents.
    var open: [EventID: Int] = [:]
    var closed: [EventID: Int] = [:]
    var points: [PointID: Int] = [:]
    var tasks: [String: Int] = [:]
    var memory = 0

    init() {
        for target in TestedJournal.targets {
            queued[target] = []
            rejected[target] = []
        }
    }

    mutating func enqueue(_ event: EventID, _ priority: Priority, for targets: [TargetID]) {
        for target in targets {
            queued[target, default: []].append(Place(priority: priority, event: event))
            queued[target, default: []].sort()
        }
    }

    mutating func settle(_ event: EventID, for target: TargetID, accepted: Bool) {
        guard let index = queued[target]?.firstIndex(where: { $0.event == event }),
            let place = queued[target]?.remove(at: index)
        else { return }
        if !accepted { rejected[target, default: []].insert(place) }
    }

    mutating func putBack(_ event: EventID?) {
        for (target, refused) in rejected {
            let back = refused.filter { event == nil || $0.event == event }
            rejected[target] = refused.subtracting(back)
            queued[target] = (queued[target, default: []] + back).sorted()
        }
    }
}
