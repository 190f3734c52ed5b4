// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A loss of one target that no event has reported yet.
struct UntoldLoss: Sendable, Hashable, Codable {
    var loss: Loss
    /// Whether the event that reports it is the first of its generation: count 1 is reserved for it.
    var opensGeneration: Bool

    mutating func add(_ sequence: SequenceNumber, category: String) {
        // If it is not known what was lost, a range would claim more than is known.
        if opensGeneration, loss.from == nil { return }
        loss.from = min(loss.from ?? sequence.text, sequence.text)
        loss.to = max(loss.to ?? sequence.text, sequence.text)
        loss.count = (loss.count ?? [:]).merging([category: 1], uniquingKeysWith: +)
    }
}

/// Events that report a loss and are the first of a generation of their targets.
struct OpeningLosses {
    private struct Row: Hashable {
        let target: TargetID
        let event: EventID
    }
    private var rows: Set<Row> = []

    mutating func insert(_ target: TargetID, for event: EventID) { rows.insert(Row(target: target, event: event)) }

    /// - Returns: whether it was there.
    mutating func remove(_ target: TargetID, for event: EventID) -> Bool {
        rows.remove(Row(target: target, event: event)) != nil
    }

    mutating func removeAll() { rows = [] }
}
