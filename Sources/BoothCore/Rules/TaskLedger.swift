// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The results of recent tasks, so that no task is executed twice.
struct TaskLedger: Sendable {
    /// Bounded: the newest 1000 tasks of each target. The platform's cursor keeps older ones from coming again.
    static let most = 1000

    /// The most refusals that are recorded for each target in an hour, of tasks without an id or from a target without
    /// authority.
    static let mostRefusals = 60

    private var talk: [TargetID: (since: BootTime, count: Int)] = [:]
    private var records: [TargetID: [String: TaskRecord]] = [:]
    private var order: [TargetID: [String]] = [:]

    /// - Parameter records: oldest first.
    init(_ records: [TaskRecord]) {
        for record in records { keep(record) }
    }

    /// Whether one more such refusal is recorded. Bounded: `mostRefusals` of each target in an hour.
    mutating func hasRoom(forRefusalOf target: TargetID, at now: BootTime) -> Bool {
        var talk = talk[target] ?? (since: now, count: 0)
        if now - talk.since >= .seconds(3600) { talk = (since: now, count: 0) }
        talk.count += 1
        self.talk[target] = talk
        return talk.count <= Self.mostRefusals
    }

    /// All records, by target, oldest first.
    var all: [TaskRecord] {
        order.keys.sorted { $0.rawValue < $1.rawValue }.flatMap { target in
            (order[target] ?? []).suffix(Self.most).compactMap { records[target]?[$0] }
        }
    }

    func record(of id: String, from target: TargetID) -> TaskRecord? { records[target]?[id] }

    /// This ledger with `older` in front: records that were not known before, oldest first.
    func following(_ older: [TaskRecord]) -> TaskLedger {
        var ledger = TaskLedger(older)
        ledger.talk = talk
        for (target, ids) in order {
            for record in ids.compactMap({ records[target]?[$0] }) {
                var record = record
                record.answers = max(record.answers, ledger.record(of: record.id, from: target)?.answers ?? 0)
                ledger.keep(record)
            }
        }
        return ledger
    }

    mutating func keep(_ record: TaskRecord) {
        if records[record.target, default: [:]].updateValue(record, forKey: record.id) == nil {
            order[record.target, default: []].append(record.id)
        }
        // Removes half at once: to remove the first element of an array, all the others are moved.
        guard let ids = order[record.target], ids.count >= 2 * Self.most else { return }
        for id in ids.prefix(Self.most) { records[record.target]?[id] = nil }
        order[record.target] = Array(ids.dropFirst(Self.most))
    }
}
