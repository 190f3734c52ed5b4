// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

// A reply of what the journal lists.
extension TargetQueue {
    package init(_ listing: QueueListing) {
        self.init(
            target: listing.target, queued: listing.queued, rejected: listing.rejected,
            items: listing.items.map(Item.init))
    }
}

extension TargetQueue.Item {
    /// The parts of a recorded event that a queue shows.
    private struct Excerpt: Decodable {
        struct Content: Decodable { var incident: EventID? }
        var type: String
        var data: Content
    }

    init(_ item: QueueListing.Item) {
        // What the agent encoded itself it can decode; a damaged row is listed without its type.
        let excerpt = try? JSONDecoder().decode(Excerpt.self, from: Data(item.event.json.utf8))
        self.init(
            id: item.id, type: excerpt?.type ?? "", incident: excerpt?.data.incident, sequence: item.sequence,
            delivery: item.delivery, attempts: item.attempts, reason: item.reason)
    }
}
