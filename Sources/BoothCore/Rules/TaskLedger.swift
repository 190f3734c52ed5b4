// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What became of the tasks of late, so that none is executed twice.
struct TaskLedger: Sendable {
    /// So many are remembered of each target. What is older, the platform's own cursor keeps from coming again.
    static let most = 1000

    /// So many refusals of tasks that nobody may send, or that have no id, are recorded of each target in an hour.
    static let mostRefusals = 60

    private var talk: [TargetID: (since: BootTime, count: Int)] = [:]
    private var records: [TargetID: [String: TaskRecord]] = [:]
    private var order: [TargetID: [String]] = [:]

    /// - Parameter records: oldest first.
    init(_ records: [TaskRecord]) {
        for record in records { keep(record) }
    }

    /// Whether one more refusal of a target's idle talk is recorded: what it cannot do once it cannot do a thousand times.
    mutating func hasRoom(forRefusalOf target: TargetID, at now: BootTime) -> Bool {
        var talk = talk[target] ?? (since: now, count: 0)
        if now - talk.since >= .seconds(3600) { talk = (since: now, count: 0) }
        talk.count += 1
        self.talk[target] = talk
        return talk.count <= Self.mostRefusals
    }

    /// What is kept, each target's oldest first.
    var all: [TaskRecord] {
        order.keys.sorted { $0.rawValue < $1.rawValue }.flatMap { target in
            (order[target] ?? []).suffix(Self.most).compactMap { records[target]?[$0] }
        }
    }

    func record(of id: String, from target: TargetID) -> TaskRecord? { records[target]?[id] }

    /// The same after `older`, oldest first, which was not known before.
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
        // Half at once: an array forgets its first element at the cost of all the others.
        guard let ids = order[record.target], ids.count >= 2 * Self.most else { return }
        for id in ids.prefix(Self.most) { records[record.target]?[id] = nil }
        order[record.target] = Array(ids.dropFirst(Self.most))
    }
}
