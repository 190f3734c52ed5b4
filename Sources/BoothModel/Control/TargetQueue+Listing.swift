// SPDX-License-Identifier: Apache-2.0

// Makes the reply from the journal's listing.
extension TargetQueue {
    package init(_ listing: QueueListing) {
        self.init(
            target: listing.target, queued: listing.queued, rejected: listing.rejected,
            items: listing.items.map(Item.init))
    }
}

extension TargetQueue.Item {
    init(_ item: QueueListing.Item) {
        self.init(
            id: item.id, type: item.type, incident: item.incident, sequence: item.sequence,
            delivery: item.delivery, attempts: item.attempts, reason: item.reason)
    }
}
