// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothJournal
import BoothModel
import FoundationEssentials

// What `boothctl` asks.
extension Agent {
    /// Most items that `queue` lists for each target.
    private static let mostItems = 100
    /// Events that `events` begins with.
    private static let recentEvents = 100

    /// Answers from memory, or has the journal answer from its file.
    func answer(_ call: ControlCall, _ replier: ControlReplier) {
        switch call {
        case .status: replier.answer(.status(statusReply()))
        case .points: replier.answer(.points(PointsReply(points: pointStatuses())))
        case .incidents(nil, let all):
            journal.ask(
                .incidents(all: all) {
                    replier.answer(.incidents(IncidentsReply(incidents: $0.map(IncidentStatus.init))))
                })
        case .incidents(let id?, _):
            journal.ask(
                .incident(id) { found in
                    let reply = found.map { IncidentsReply(incidents: [IncidentStatus($0)]) }
                    replier.answer(reply.map { .incidents($0) } ?? .refused(.noSuchIncident(id)))
                })
        case .queue:
            journal.ask(
                .queues(limit: Self.mostItems) { replier.answer(.queue(QueueReply(targets: $0.map(TargetQueue.init)))) }
            )
        case .events:
            journal.ask(
                .recentEvents(limit: Self.recentEvents) { events in
                    replier.answer(.events(events.map { RecentEvent(key: $0.key, json: $0.event.json) }))
                })
        }
    }
}

extension TargetQueue {
    init(_ listing: QueueListing) {
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
