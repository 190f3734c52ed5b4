// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// What was recorded waits, was answered, or was told as lost, for each target that should have it.
struct Ledger {
    /// Recorded, and not answered.
    private var owed: [TargetID: Set<EventID>] = [:]
    /// Targets that lost something and have to be told.
    private var untold: Set<TargetID> = []
    /// Events that tell of a loss, and are not on disk yet.
    private var losses: Set<EventID> = []
    /// Events of this run by whom they are for, until they are on disk.
    private var refused: [TargetID: Set<EventID>] = [:]

    /// How many deliveries wait for a receipt.
    var owedCount: Int { owed.values.reduce(0) { $0 + $1.count } }

    mutating func told(_ event: JournalEntry.Event, isLoss: Bool) { if isLoss { losses.insert(event.id) } }

    mutating func recorded(_ events: [JournalEntry.Event]) {
        for event in events {
            for target in event.recipients where !answered.contains(Row(target: target, event: event.id)) {
                owed[target, default: []].insert(event.id)
            }
            if losses.remove(event.id) != nil { untold.subtract(event.recipients) }
        }
        answered.removeAll(keepingCapacity: true)
    }

    private struct Row: Hashable {
        var target: TargetID
        var event: EventID
    }
    /// Answered from memory before they were on disk.
    private var answered: Set<Row> = []

    mutating func lost(_ deliveries: [(target: TargetID, event: EventID)]) {
        for (target, event) in deliveries {
            owed[target]?.remove(event)
            untold.insert(target)
        }
    }

    mutating func ended() {
        losses = []
        answered = []
    }

    mutating func putBack(_ deliveries: [(target: TargetID, event: EventID)]) {
        for (target, event) in deliveries { owed[target, default: []].insert(event) }
    }

    /// Every receipt settles its event, and nothing else does.
    mutating func settled(_ settlements: [JournalEntry.Settlement], after input: Input) -> String? {
        var named: [(TargetID, Receipt)] = []
        switch input {
        case .target(.receipts(let target, let receipts)): named = receipts.map { (target, $0) }
        case .target(.tasks(let target, let items, _)):
            for case .receipts(let receipts) in items { named += receipts.map { (target, $0) } }
        case .answered(.incidentOf(let receipt, let target, _)): named = [(target, receipt)]
        default: if !settlements.isEmpty { return "something was settled without a receipt" }
        }
        var rest = settlements[...]
        for (target, receipt) in named {
            guard let first = rest.first, first.target == target, first.event == receipt.id else {
                // Which incident it hands over is asked first.
                if receipt.result.classNamed != nil { continue }
                return "the receipt of \(target) for \(receipt.id) settled nothing"
            }
            rest.removeFirst()
            switch (receipt.result, first.outcome) {
            case (.accepted, .accepted), (.rejected, .rejected): break
            case (.rejected, .accepted) where receipt.result.classNamed != nil: break
            default: return "the receipt of \(target) for \(receipt.id) settled it the wrong way"
            }
            if owed[target]?.remove(receipt.id) == nil { answered.insert(Row(target: target, event: receipt.id)) }
        }
        return rest.isEmpty ? nil : "something was settled that no receipt names"
    }

    /// Nothing may wait any longer.
    func end(_ journal: ModelJournal) -> String? {
        for (target, events) in owed.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            if let event = events.min() {
                return "\(events.count) events never reached \(target), the first is \(event)"
            }
        }
        for (target, queue) in journal.file.waiting where !queue.isEmpty {
            return "\(queue.count) events wait for \(target)"
        }
        if !journal.pending.allSatisfy(\.entry.canBeToldAgain) { return "entries wait for the disk" }
        return untold.isEmpty ? nil : "\(untold.map(\.rawValue).sorted()) lost something, and were not told"
    }
}
