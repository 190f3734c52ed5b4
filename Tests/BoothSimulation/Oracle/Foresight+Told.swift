// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What was said, for what is to come.
extension Foresight {
    /// An incident was raised: its clocks run.
    mutating func raised(_ incident: Incident, at moment: Moment) {
        var story = Story(incident, at: moment)
        story.holders = takers(of: incident.incidentClass).map {
            Story.Holder(target: $0, offer: incident.opening, delivery: .queued)
        }
        story.state = .raised
        story.acceptedAt = nil
        story.isRestored = false
        story.restoredAt = nil
        story.handovers = 0
        story.escalations = 0
        story.reminders = 0
        if isStrict, let point = incident.point, incident.device == nil, !isFree(point) {
            story.count = raisedCounts.removeValue(forKey: point) ?? 1
        }
        story.announced = story.count
        add(story)
        if !story.isTest, let first = configuration.rules.escalate.first, let opened = story.opened {
            set(.escalate(story.id), opened + first.nanoseconds)
        }
        guard let id = incident.point, let point = points[id], incident.device == nil else { return }
        if story.isTest { touched.insert(id) }
        if story.category != .doorHeld, story.category != .mailOverdue { inputs[id]?.bound = story.id }
        if releasedAtOnce.remove(id) != nil, let opened = story.opened { settleLater(story.id, point, at: opened) }
    }

    mutating func recorded(_ events: [EventID]) {
        for event in events {
            guard let id = offers[event], stories[id]?.opening == event else { continue }
            stories[id]?.isRecorded = true
        }
    }

    /// Those that it was offered to now know it by this event.
    mutating func offered(_ id: EventID, by event: EventID) {
        guard let targets = offered.removeValue(forKey: id), var story = stories[id], !targets.isEmpty else { return }
        for target in targets {
            guard let index = story.holders.firstIndex(where: { $0.target == target }) else { continue }
            let before = story.holders[index].offer
            story.holders[index].offer = event
            story.holders[index].delivery = .queued
            let isForgotten = before != story.opening && !story.holders.contains { $0.offer == before }
            if isForgotten { offers[before] = nil }
        }
        offers[event] = id
        stories[id] = story
    }

    /// The fault of a device, or something that nobody foresaw, is over.
    mutating func heardRestored(_ id: EventID) {
        guard let story = stories[id], story.device != nil || isFree(story.point) || !isStrict else { return }
        stories[id]?.isRestored = true
        stories[id]?.announced = story.count
        set(.announce(id), nil)
        set(.settle(id), nil)
    }

    mutating func putBack(_ event: EventID, of target: TargetID) {
        guard let id = offers[event],
            let index = stories[id]?.holders.firstIndex(where: { $0.target == target && $0.offer == event }),
            stories[id]?.holders[index].delivery == .rejected
        else { return }
        stories[id]?.holders[index].delivery = .queued
    }

    /// Which incident a receipt is about was asked first.
    mutating func receiveLate(_ receipt: Receipt, of incident: EventID?, from target: TargetID, at moment: Moment) {
        guard let incident, let handover = receipt.result.classNamed else { return }
        reroute(incident, for: receipt.id, to: handover, by: target, at: moment.boot.nanoseconds)
    }

    /// Whether letters lie in a box since another boot: when they are overdue is not foreseen.
    var hasOldLetters: Bool {
        order.contains { stories[$0]?.category == .mail && stories[$0]?.isOfOtherBoot == true }
    }
}

extension Fact {
    /// What an event says, with its incident as it stands right after.
    init?(_ text: EventText, _ incident: Incident?) {
        switch text.type {
        case .incidentRaised:
            guard let incident else { return nil }
            self = .raised(incident.point, incident.device, incident.category, test: incident.test)
        case .incidentUpdated:
            guard let incident, let reason = text.reason.flatMap(UpdateReason.init) else { return nil }
            self = .updated(incident.id, reason)
        case .incidentRestored:
            guard let incident else { return nil }
            self = .restored(incident.id)
        case .incidentClosed:
            guard let incident else { return nil }
            self = .closed(incident.id)
        case .record:
            guard let point = text.subject, let state = text.state.flatMap(PointState.init) else { return nil }
            self = .record(PointID(rawValue: point), state)
        case .taskDone:
            guard let task = text.task, let target = text.target else { return nil }
            self = .taskDone(TargetID(rawValue: target), task)
        case .dailyReport: self = .dailyReport
        case .loss: self = .loss
        case .status, nil: return nil
        }
    }
}
