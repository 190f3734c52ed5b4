// SPDX-License-Identifier: Apache-2.0
import BoothModel

// A missing answer is itself an alarm. An incident that nobody accepts is sent again, to backups too. An incident that
// nobody closes gets reminders.
extension IncidentRules {
    /// Escalates an incident if a step of the answer clock has passed without an acceptance.
    mutating func escalate(_ id: EventID, at moment: Moment) {
        guard var incident = live[id], incident.state == .raised, !incident.test else { return }
        let age = age(of: incident.handed ?? incident.opened, at: moment)
        // If several steps passed while the booth had no power, only the last is sent.
        let passed = settings.escalate.prefix { $0 <= age }.count
        let heirs = heirs(of: incident)
        let backups = passed == 0 ? [] : backups(for: incident)
        if passed > incident.escalations || !heirs.isEmpty || !backups.isEmpty {
            incident.escalations = max(passed, incident.escalations)
            let event = makeID(at: moment)
            offer(&incident, to: heirs + backups, by: event)
            keep(incident)
            tell(.updated(incident, .escalated), as: event, to: incident.holders, at: moment)
        }
        guard passed < settings.escalate.count else { return }
        timers[.escalate(id)] = moment.boot + (settings.escalate[passed] - age)
    }

    /// The backups that do not have the incident yet.
    private func backups(for incident: Incident) -> [TargetID] {
        targets.filter { $0.isBackup && $0.accepts.contains(incident.incidentClass) }.map(\.id)
            .filter { !incident.holders.contains($0) }
    }

    /// The targets that take over an incident if none of its targets is configured any more. Without them it would wait
    /// for nobody.
    private func heirs(of incident: Incident) -> [TargetID] {
        let isHeld = incident.holders.contains { holder in targets.contains { $0.id == holder } }
        return isHeld ? [] : takers(of: incident.incidentClass)
    }

    /// Offers an incident to targets that do not have it. Their receipt for `event` is their ticket.
    mutating func offer(_ incident: inout Incident, to takers: [TargetID], by event: EventID) {
        guard !takers.isEmpty else { return }
        offers[event] = incident.id
        for taker in takers {
            if let index = incident.targets.firstIndex(where: { $0.target == taker }) {
                let before = incident.targets[index].offer
                incident.targets[index].offer = event
                // Other targets may have got the same event, and may still answer it.
                if let before, !incident.targets.contains(where: { $0.offer == before }) { offers[before] = nil }
                incident.targets[index].delivery = .queued
                incident.targets[index].isHandedOver = false
            } else {
                incident.targets.append(.init(target: taker, delivery: .queued, offer: event))
            }
        }
    }

    // MARK: Reminders

    /// Sends a reminder if an accepted incident has not been closed in time.
    mutating func remind(_ id: EventID, at moment: Moment) {
        guard var incident = live[id], let age = waited(incident, at: moment) else { return }
        let before = incident.reminders
        // If several reminders fell due while the booth had no power, only the last is sent.
        while let wait = wait(forReminder: incident.reminders, of: incident), wait <= age { incident.reminders += 1 }
        if incident.reminders > before {
            keep(incident)
            update(incident, .escalated, at: moment)
        }
        scheduleReminder(of: incident, at: moment)
    }

    /// Sets the timer for the next reminder.
    mutating func scheduleReminder(of incident: Incident, at moment: Moment) {
        guard let wait = wait(forReminder: incident.reminders, of: incident), let age = waited(incident, at: moment)
        else { return }
        timers[.remind(incident.id)] = max(moment.boot, moment.boot + (wait - age))
    }

    /// How long the incident has waited to be closed: since it was accepted. Letters wait since they were collected, if
    /// that came later.
    private mutating func waited(_ incident: Incident, at moment: Moment) -> Duration? {
        guard let accepted = incident.accepted else { return nil }
        let sinceAcceptance = age(of: accepted, at: moment)
        guard incident.category == .mail, let collected = incident.restored else { return sinceAcceptance }
        return min(sinceAcceptance, age(of: collected, at: moment))
    }

    /// The time to reminder `number`, which counts from 0; it doubles with each number. Nil: never.
    private func wait(forReminder number: Int, of incident: Incident) -> Duration? {
        guard incident.isOpen, incident.state != .raised, !incident.test, number < 20 else { return nil }
        let index = incident.priority.rawValue - 1
        guard settings.remind.indices.contains(index), let first = settings.remind[index] else { return nil }
        // A hundred years stand for never, and cannot overflow.
        return min(first * (1 << number), .seconds(100 * 365 * 86_400))
    }
}
