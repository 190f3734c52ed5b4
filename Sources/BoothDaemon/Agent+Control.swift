// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothJournal
import BoothModel
import FoundationEssentials
import Synchronization

// What `boothctl` asks.
extension Agent {
    /// Most items that `queue` lists for each target.
    private static let mostItems = 100
    /// Events that `events` begins with.
    private static let recentEvents = 100

    static let unreadable = ControlAnswer.refused(
        .unavailable(
            Message(zh: "日志现在读不出来；检查磁盘，再试一次", en: "the journal cannot be read now; check the disk, then try again")))

    /// Answers from memory, or has the journal answer from its file.
    func answer(_ call: ControlCall, _ replier: ControlReplier) {
        switch call {
        case .status: replier.answer(.status(statusReply()))
        case .points:
            replier.answer(.points(PointsReply(points: pointStatuses(), units: unitCounters())))
        case .incidents(nil, let all):
            journal.ask(.incidents(all: all) { replier.answer($0.map { .incidents(.init($0)) } ?? Self.unreadable) })
        case .incidents(let id?, _):
            journal.ask(
                .incident(id) { found in
                    guard let found else { return replier.answer(Self.unreadable) }
                    replier.answer(found.isEmpty ? .refused(.noSuchIncident(id)) : .incidents(.init(found)))
                })
        case .queue:
            journal.ask(
                .queues(limit: Self.mostItems) { replier.answer(.queue(QueueReply(targets: $0.map(TargetQueue.init)))) }
            )
        case .events:
            journal.ask(
                .recentEvents(limit: Self.recentEvents) { events in
                    let recent = events?.map { RecentEvent(key: $0.key, json: $0.event.json) }
                    replier.answer(recent.map { .events($0) } ?? Self.unreadable)
                })
        case .report(let kind, let date):
            report(kind, on: date) { outcome in
                switch outcome {
                case .success(let report): replier.answer(.report(report))
                case .failure(let refusal): replier.answer(.refused(.unavailable(refusal.message)))
                }
            }
        case .verify(let full): verify(full: full, for: replier)
        case .act(let act): perform(act, for: replier)
        case .test(let point): beginWalkTest(of: point, for: replier)
        case .lendBus(let bus, let line): lend(bus, on: line, to: replier)
        case .readModbus(let read): make(read, for: replier)
        }
    }
}

extension Agent {
    private func verify(full: Bool, for replier: ControlReplier) {
        guard let place = VerificationPlace.take() else {
            return replier.answer(
                .refused(
                    .unavailable(
                        Message(
                            zh: "已有 \(VerificationPlace.most) 个核对在进行；等它们结束再试",
                            en: "\(VerificationPlace.most) are under way already; wait for their end, then try again")))
            )
        }
        journal.ask(
            .verify(full: full) { findings in
                withExtendedLifetime(place) {
                    replier.answer(findings.map { .verified(VerifyReply($0, full: full)) } ?? Self.unreadable)
                }
            })
    }
}

/// One of the few walks along the chain that may be under way: each reads all of the journal, and goes on when whoever
/// asked for it is gone.
private final class VerificationPlace: Sendable {
    static let most = 4
    private static let taken = Atomic(0)

    /// nil where all are taken.
    static func take() -> VerificationPlace? {
        guard taken.add(1, ordering: .relaxed).newValue <= most else {
            taken.subtract(1, ordering: .relaxed)
            return nil
        }
        return VerificationPlace()
    }

    private init() {}

    deinit { Self.taken.subtract(1, ordering: .relaxed) }
}

extension IncidentsReply {
    fileprivate init(_ incidents: [Incident]) {
        self.init(incidents: incidents.map(IncidentStatus.init))
    }
}

extension VerifyReply {
    init(_ findings: ChainFindings, full: Bool) {
        self.init(
            full: full, problem: findings.problem.map(Problem.init), at: findings.at,
            oldest: findings.oldest.map(Place.init), newest: findings.newest.map(Place.init),
            checked: findings.checked, head: findings.head, reports: findings.reports, reported: findings.reported)
    }
}

extension VerifyReply.Problem {
    fileprivate init(_ problem: ChainFindings.Problem) {
        switch problem {
        case .changed: self = .changed
        case .missing: self = .missing
        case .contradicted: self = .contradicted
        case .unreadable: self = .unreadable
        }
    }
}

extension VerifyReply.Place {
    fileprivate init(_ place: ChainFindings.Place) {
        self.init(
            event: place.number, time: CivilTime(wallMilliseconds: place.time.milliseconds).rfc3339)
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
