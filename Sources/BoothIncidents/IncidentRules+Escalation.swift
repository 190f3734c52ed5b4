// SPDX-License-Identifier: Apache-2.0
import BoothModel

// No answer is itself an alarm: what nobody accepts is told again, to backups too; what nobody closes is remembered.
extension IncidentRules {
    /// Looks whether a step of the answer clock has passed without an acceptance.
    mutating func escalate(_ id: EventID, at moment: Moment) {
        guard var incident = live[id], incident.state == .raised, !incident.test else { return }
        let age = Self.age(of: incident.handed ?? incident.opened, at: moment)
        // Of several that passed while the booth had no power, the last is told.
        let passed = settings.escalate.prefix { $0 <= age }.count
        if passed > incident.escalations {
            incident.escalations = passed
            let event = makeID(at: moment)
            let backups = targets.filter { $0.isBackup && $0.accepts.contains(incident.incidentClass) }.map(\.id)
            offer(&incident, to: backups.filter { !incident.holders.contains($0) }, by: event)
            keep(incident)
            tell(.updated(incident, .escalated), as: event, to: incident.holders, at: moment)
        }
        guard passed < settings.escalate.count else { return }
        timers[.escalate(id)] = moment.boot + (settings.escalate[passed] - age)
    }

    /// `event` tells these targets of an incident that they do not have: its receipt is their ticket.
    mutating func offer(_ incident: inout Incident, to takers: [TargetID], by event: EventID) {
        guard !takers.isEmpty else { return }
        offers[event] = incident.id
        for taker in takers {
            if let index = incident.targets.firstIndex(where: { $0.target == taker }) {
                if let before = incident.targets[index].offer { offers[before] = nil }
                incident.targets[index].offer = event
                incident.targets[index].delivery = .queued
                incident.targets[index].isHandedOver = false
            } else {
                incident.targets.append(.init(target: taker, delivery: .queued, offer: event))
            }
        }
    }

    // MARK: Reminders

    /// Looks whether somebody has to be reminded that an accepted incident is not closed.
    mutating func remind(_ id: EventID, at moment: Moment) {
        guard var incident = live[id], let wait = wait(forReminder: incident.reminders, of: incident),
            let since = Self.waiting(incident)
        else { return }
        let left = wait - Self.age(of: since, at: moment)
        guard left <= .zero else {
            timers[.remind(id)] = moment.boot + left
            return
        }
        // Of several that passed while the booth had no power, one is told.
        let age = Self.age(of: since, at: moment)
        while let next = self.wait(forReminder: incident.reminders, of: incident), next <= age {
            incident.reminders += 1
        }
        keep(incident)
        update(incident, .escalated, at: moment)
        scheduleReminder(of: incident, at: moment)
    }

    /// Has it looked at when its next reminder is due.
    mutating func scheduleReminder(of incident: Incident, at moment: Moment) {
        guard let wait = wait(forReminder: incident.reminders, of: incident), let since = Self.waiting(incident)
        else { return }
        timers[.remind(incident.id)] = max(moment.boot, moment.boot + (wait - Self.age(of: since, at: moment)))
    }

    /// From when on an answer is due: its acceptance, and of letters their collection.
    private static func waiting(_ incident: Incident) -> Stamp? {
        incident.category == .mail ? incident.restored ?? incident.accepted : incident.accepted
    }

    /// After how long the reminder of that number is due; each wait is twice the one before. Nil: never.
    private func wait(forReminder number: Int, of incident: Incident) -> Duration? {
        guard incident.isOpen, incident.state != .raised, !incident.test, number < 20 else { return nil }
        let index = incident.priority.rawValue - 1
        guard settings.remind.indices.contains(index) else { return nil }
        return settings.remind[index] * (1 << number)
    }
}
