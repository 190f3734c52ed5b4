// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto

/// Where the chain of recorded events stands: the number of an event, and the hash that covers it and all before it.
struct ChainLink: Sendable, Hashable {
    /// Before the first event.
    static let start = ChainLink(number: 0, hash: .zero)

    /// From 1, without gaps.
    var number: Int64
    var hash: Digest

    /// What the number of an event can be: more than any booth records, and far from where counting would end.
    static let numbers: ClosedRange<Int64> = 1...1 << 60
}

/// A recorded event as its row has it.
struct ChainedEvent {
    var number: Int64
    var id: EventID
    var priority: Int64
    /// The targets whose queues it entered, their ids with a space between.
    var recipients: String
    var json: String
    /// The hash of the row before it.
    var previous: Digest
    /// The hash of this row.
    var hash: Digest

    var link: ChainLink { ChainLink(number: number, hash: hash) }
}

/// The hash chain over the log of events: SHA-256 of each row's content and the hash before it.
///
/// A row proves itself: its own hash is computed from what it holds. A chain proves the rows: each one names the hash of
/// the one before it, so that nothing can be changed, left out or put in between without changing all that follows.
final class EventChain {
    private let hash = SHA256()

    /// The hash of a row with this content.
    func hash(
        number: Int64, id: EventID, priority: Int64, recipients: String, json: String, after previous: Digest
    ) -> Digest {
        hash.update(previous.bytes)
        hash.update(number)
        hash.update(id.key)
        hash.update(Int64(bitPattern: id.random))
        hash.update(priority)
        hash.update(Int64(recipients.utf8.count))
        hash.update(recipients)
        hash.update(json)
        return hash.finish()
    }

    /// Whether the row is what was written.
    func proves(_ event: ChainedEvent) -> Bool {
        event.hash
            == hash(
                number: event.number, id: event.id, priority: event.priority, recipients: event.recipients,
                json: event.json, after: event.previous)
    }
}
