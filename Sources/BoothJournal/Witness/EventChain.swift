// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto

/// A position in the chain of events: an event's number, and the hash that covers it and all events before it.
struct ChainLink: Sendable, Hashable {
    /// Before the first event.
    static let start = ChainLink(number: 0, hash: .zero)

    /// From 1, without gaps.
    var number: Int64
    var hash: Digest

    /// Valid event numbers: more than any booth records, and far below an overflow.
    static let numbers: ClosedRange<Int64> = 1...1 << 60
}

/// A recorded event as stored in its row.
struct ChainedEvent {
    var number: Int64
    var id: EventID
    var priority: Int64
    /// The ids of the targets that got it, separated by spaces.
    var recipients: String
    var json: String
    /// The hash of the row before it.
    var previous: Digest
    var hash: Digest

    var link: ChainLink { ChainLink(number: number, hash: hash) }
}

/// The hash chain over the log of events: SHA-256 of each row's content and of the hash before it.
///
/// The hash of a row shows whether its content was changed. The chain shows whether a row is missing or was inserted,
/// because each row holds the hash of the row before it.
final class EventChain {
    private let hash = SHA256()

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

    /// Whether the row's hash is right.
    func proves(_ event: ChainedEvent) -> Bool {
        event.hash
            == hash(
                number: event.number, id: event.id, priority: event.priority, recipients: event.recipients,
                json: event.json, after: event.previous)
    }
}
