// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What the disk has of a modelled journal.
struct ModelFile {
    /// One event in one target's queue.
    struct Delivery: Hashable {
        var event: EventID
        var priority: Priority
        var sequence: Sequence
        var incident: EventID?
        /// Whether it calls for help, as far as the judge can tell.
        var isHelp: Bool
    }

    /// A generation and a target's count in it.
    struct Sequence: Hashable {
        var generation: Int64
        var count: Int64
    }

    /// Not closed ones.
    var incidents: [EventID: Incident] = [:]
    /// The newest closed ones, oldest first.
    var closed: [Incident] = []
    var points: [PointID: PointMemory] = [:]
    var memory = BoothMemory()
    var tasks: [TaskRecord] = []
    var lastKey: Int64 = 0
    /// In the order of sending.
    var waiting: [TargetID: [Delivery]] = [:]
    var rejected: [TargetID: [Delivery]] = [:]
    /// Which incident an event is about.
    var incidentOf: [EventID: EventID] = [:]
    var untold: [TargetID: Loss] = [:]

    private static let mostClosed = 100

    mutating func put(_ incident: Incident) {
        guard !incident.isOpen else {
            incidents[incident.id] = incident
            return
        }
        incidents[incident.id] = nil
        closed.removeAll { $0.id == incident.id }
        closed.append(incident)
        if closed.count > 2 * Self.mostClosed { closed.removeFirst(Self.mostClosed) }
    }

    mutating func put(_ task: TaskRecord) {
        if let index = tasks.lastIndex(where: { $0.target == task.target && $0.id == task.id }) {
            tasks[index] = task
            return
        }
        tasks.append(task)
        // Of each target the newest thousand; half at once.
        guard tasks.count >= 4000 else { return }
        var kept: [TargetID: Int] = [:]
        tasks = tasks.reversed().filter { task in
            kept[task.target, default: 0] += 1
            return kept[task.target, default: 0] <= 1000
        }.reversed()
    }

    mutating func queue(_ delivery: Delivery, for target: TargetID) {
        let place = waiting[target, default: []].lastIndex {
            ($0.priority, $0.event) < (delivery.priority, delivery.event)
        }
        waiting[target, default: []].insert(delivery, at: place.map { $0 + 1 } ?? 0)
    }

    /// - Returns: whether it waited.
    mutating func settle(_ settlement: JournalEntry.Settlement) -> Bool {
        let target = settlement.target
        guard let index = waiting[target]?.firstIndex(where: { $0.event == settlement.event }) else { return false }
        if let delivery = waiting[target]?.remove(at: index), case .rejected = settlement.outcome {
            rejected[target, default: []].append(delivery)
        }
        return true
    }

    /// The file as a restart finds it.
    func contents(_ status: JournalStatus, setAside: String? = nil) -> JournalContents {
        JournalContents(
            status: status, points: points.values.sorted { $0.point.rawValue < $1.point.rawValue },
            incidents: incidents.values.sorted { $0.id < $1.id }, memory: memory, tasks: tasks, lastKey: lastKey,
            setAside: setAside)
    }
}
