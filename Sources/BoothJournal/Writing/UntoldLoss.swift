// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a target lost, and no event has told it yet.
struct UntoldLoss: Sendable, Hashable, Codable {
    var loss: Loss
    /// Whether the event that tells of it is the first of its generation: count 1 is kept for it.
    var opensGeneration: Bool

    /// Adds an event that was given up.
    mutating func add(_ sequence: SequenceNumber, category: String) {
        // Where it is not known what was lost, a span would say that it is.
        if opensGeneration, loss.from == nil { return }
        loss.from = min(loss.from ?? sequence.text, sequence.text)
        loss.to = max(loss.to ?? sequence.text, sequence.text)
        loss.count = (loss.count ?? [:]).merging([category: 1], uniquingKeysWith: +)
    }
}

/// Events that tell of a loss and are the first of their targets' generation.
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
