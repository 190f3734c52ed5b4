// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The journal opened late: merges what it remembers with what this run has seen.
extension IncidentRules {
    /// The two states that are merged.
    struct Remembered {
        /// The rules as a restart would make them from the journal.
        var file: IncidentRules
        /// The rules of this run before the merge.
        let run: IncidentRules
    }

    /// Takes what the journal remembers. The journal opened after the booth went into service.
    ///
    /// An old incident goes on if its cause was never seen to end. If this run opened another incident for the same
    /// cause, the agent closes that one. If the cause ended in between, the old incident is restored as of then.
    ///
    /// - Parameters:
    ///   - points: as for `init`, without this run's own decisions. The same is true for `incidents`, `memory` and
    ///     `tasks`.
    ///   - lastKey: the highest `EventID.key` that the journal has; new ids are higher.
    /// - Returns: the changes: incidents that were opened twice are merged, and incidents whose cause has ended are
    ///   restored. Escalations resume with the next `advance`.
    package mutating func recall(
        points: [PointMemory], incidents: [Incident], memory: BoothMemory, tasks: [TaskRecord], lastKey: Int64,
        at moment: Moment
    ) -> Decision {
        ids.skip(to: lastKey)
        var file = self
        file.forgetRun()
        file.begin(points: points, incidents: incidents.filter { live[$0.id] == nil })
        let both = Remembered(file: file, run: self)
        ledger = ledger.following(tasks)
        let hasOverridden = blind.hasOverridden
        remember { $0 = $0.following(memory, keepsOverride: hasOverridden) }
        hold(file)
        for id in configured.keys.sorted(by: { $0.rawValue < $1.rawValue }) { joinPoint(id, of: both, at: moment) }
        for device in file.faults.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            joinFault(of: device, of: both, at: moment)
        }
        for id in configured.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            countMissed(id, of: both, at: moment)
            guard let memory = self.points[id], let before = both.run.points[id], memory != before else { continue }
            decision.points.removeAll { $0.point == id }
            decision.points.append(memory)
        }
        blind = BlindStart()
        return finish()
    }

    /// Forgets points, incidents, faults and timers. The configuration and the last id stay.
    private mutating func forgetRun() {
        (points, live, offers, standing, faults) = ([:], [:], [:], [:], [:])
        (timers, releases) = (Timetable(), [:])
        (touched, pastFaults, kept) = ([], [], [])
        decision = Decision()
    }

    /// Takes in the old incidents beside those of this run, with their timers.
    private mutating func hold(_ file: IncidentRules) {
        for incident in file.live.values { register(incident) }
        pastFaults = live.values.filter { $0.device != nil && $0.restored != nil }.map(\.id).sorted()
        touched.formUnion(file.touched)
        releases.merge(file.releases) { ours, _ in ours }
        for (timer, instant) in file.timers.instants {
            switch timer {
            case .announce, .restore, .escalate, .remind, .mailOverdue, .attendance, .clock, .endTests:
                timers[timer] = instant
            // `joinFault` ends the faults of lost edges. The other timers run since this start.
            case .gapRest, .onDelay, .stuck, .doorHeld, .unconfirmed: break
            }
        }
    }

    // MARK: Points

    private mutating func joinPoint(_ id: PointID, of both: Remembered, at moment: Moment) {
        guard let point = configured[id], let before = both.file.points[id] else { return }
        guard let now = points[id], let sight = blind.sights[id] else {
            // This run has not read the point yet. Its next reading is compared with the old state.
            if points[id] == nil { points[id] = before }
            return
        }
        let emptied = emptying(of: both)
        points[id] = now.following(before, sight, as: point.kind, isEmptied: emptied != nil)
        let wasActive = before.isActive(as: point.kind)
        let ours = both.run.live.values.filter { $0.point == id && $0.device == nil && $0.isOpen }
        let current = before.incident.flatMap { both.file.live[$0] }
        var old = (both.file.standing[id] ?? []).compactMap { both.file.live[$0] }
        if let current, !old.contains(where: { $0.id == current.id }) { old.append(current) }
        for incident in old.sorted(by: { $0.id < $1.id }) {
            let twins = ours.filter { $0.category == incident.category && $0.test == incident.test }
                .sorted { $0.id < $1.id }
            if point.kind == .mailSlot {
                joinLetters(incident, twins, sight, isActive: wasActive, emptied: emptied, at: moment)
            } else {
                let isCurrent = incident.id == current?.id
                joinInput(incident, twins, sight, isActive: wasActive, point, isCurrent: isCurrent, at: moment)
            }
        }
        stopTwice(point, at: moment)
    }

    /// When the box was first opened in this run. A door that was open before does not count.
    private func emptying(of both: Remembered) -> Stamp? {
        let stoodOpen = configured.values.contains { point in
            guard point.kind == .mailDoor, let before = both.file.points[point.id], let sight = blind.sights[point.id]
            else { return false }
            return before.isActive(as: point.kind) && sight.isActive && sight.at == blind.emptyings.first
        }
        return stoodOpen ? blind.emptyings.dropFirst().first : blind.emptyings.first
    }

    /// Letters that came in this run before the box was opened belong to the incident of the old letters.
    private mutating func joinLetters(
        _ incident: Incident, _ twins: [Incident], _ sight: BlindStart.Sight, isActive: Bool, emptied: Stamp?,
        at moment: Moment
    ) {
        guard incident.restored == nil else { return }
        var end = emptied
        for twin in twins where emptied.map({ twin.opened.boot < $0.boot }) ?? true {
            // An edge that had begun before this run is not one letter more. Nor is an overdue incident.
            let isOld = isActive && sight.isActive && twin.opened.boot == sight.at.boot || twin.category == .mailOverdue
            join(twin.id, into: incident.id, adding: twin.count - (isOld ? 1 : 0), at: moment)
            end = twin.restored
        }
        if let end { restore(incident.id, since: end, at: moment) }
    }

    /// - Parameter isCurrent: whether a repeated activation would have counted on it.
    private mutating func joinInput(
        _ incident: Incident, _ twins: [Incident], _ sight: BlindStart.Sight, isActive: Bool,
        _ point: PointConfiguration, isCurrent: Bool, at moment: Moment
    ) {
        let stood = incident.restored == nil && isActive
        let end = !stood ? incident.restored : sight.isActive ? sight.atRest : sight.at
        var over = incident
        over.restored = end
        let isSame = { (twin: Incident) in end.map { twin.opened.boot <= $0.boot } ?? true }
        if stood, sight.isActive, let twin = twins.first(where: isSame) {
            // The old incident has already counted the activation that opened the twin.
            join(twin.id, into: incident.id, adding: twin.count - 1, at: moment)
            if let end = twin.restored { restore(incident.id, since: end, at: moment) }
        } else if isCurrent, let twin = twins.first(where: { isWithinRepeat(of: over, on: point, at: $0.opened) }) {
            join(twin.id, into: incident.id, adding: twin.count, at: moment)
            if let end = twin.restored { restore(incident.id, since: end, at: moment) }
        } else if stood, let end {
            restore(incident.id, since: end, at: moment)
        }
    }

    /// Ends timers whose incident was raised before, so that it is not raised a second time.
    private mutating func stopTwice(_ point: PointConfiguration, at moment: Moment) {
        guard let memory = points[point.id] else { return }
        switch point.kind {
        case .mainsPower, .battery:
            let isRaised = current(of: point.id).map { $0.restored == nil } ?? false
            if isRaised || memory.isTold == true { timers[.onDelay(point.id)] = nil }
        case .roomDoor:
            if memory.isTold == true, isAttended(at: moment) { points[point.id]?.isTold = nil }
            if memory.isTold == true || standing(.doorHeld, of: point.id) != nil { timers[.doorHeld(point.id)] = nil }
        case .helpButton, .duressButton, .tamper, .contact, .streetDoor, .mailSlot, .mailDoor: break
        }
    }

    /// Merges two incidents. The older one goes on; the other one is closed, and its count is kept. If the other one
    /// was restored, the caller restores the older one.
    ///
    /// - Parameter more: activations that only the other incident has, 0 or more.
    mutating func join(_ twin: EventID, into older: EventID, adding more: Int, at moment: Moment) {
        guard var incident = live[older], let twin = live[twin], incident.isOpen, twin.isOpen else { return }
        let (count, isTooMuch) = incident.count.addingReportingOverflow(max(0, more))
        if more > 0, !isTooMuch {
            incident.count = count
            incident.latest = twin.latest
            if timers[.announce(older)] == nil { timers[.announce(older)] = moment.boot + Self.gathering }
        }
        if more > 0 || twin.restored == nil { incident.restored = nil }
        if twin.restored == nil {
            (timers[.restore(older)], releases[older]) = (timers[.restore(twin.id)], releases[twin.id])
        }
        keep(incident)
        if let point = twin.point, points[point]?.incident == twin.id { bind(incident, to: point) }
        close(twin, outcome: "goes on as incident \(older)", by: .agent, at: moment)
    }

    // MARK: Presses

    /// Counts the presses that a unit counted while no agent ran. Only this comparison finds them.
    private mutating func countMissed(_ id: PointID, of both: Remembered, at moment: Moment) {
        guard let point = configured[id], let register = point.countingRegister,
            let before = both.file.points[id]?.counter, before.register == register,
            (0...65_535).contains(before.value), let first = blind.sights[id]?.counter, first != before.value
        else { return }
        let ahead = ((first - before.value) % 65_536 + 65_536) % 65_536
        let isLeap = ahead > Self.mostAtOnce
        // A unit that was reset counts from 0. If the value is too high for that as well, one press is counted, because
        // somebody may have pressed.
        let count = !isLeap ? ahead : first <= Self.mostAtOnce ? first : 1
        if count > 0 {
            decision.presses.append(CountedPresses(point: id, count: count, value: first, at: moment.boot))
            press(point, count: count, at: moment)
        }
        if isLeap { noteGap(of: id, missed: nil, at: moment) }
    }
}

extension PointMemory {
    /// Merges this run's memory of a point with the journal's, which is `before`.
    ///
    /// - Parameter isEmptied: whether the letter box was opened in this run.
    fileprivate func following(
        _ before: PointMemory, _ sight: BlindStart.Sight, as kind: PointKind, isEmptied: Bool
    ) -> PointMemory {
        var memory = self
        let isUnbroken = before.isActive(as: kind) && sight.isActive && sight.atRest == nil
        if state == before.state, since.boot == sight.at.boot { memory.since = before.since }
        if isUnbroken || kind == .mailSlot && !isEmptied { memory.isTold = isTold ?? before.isTold }
        memory.incident = incident ?? before.incident
        memory.counter = counter ?? before.counter
        memory.isTouched = isTouched ?? before.isTouched
        if let seen = before.firstSeen, seen.time != nil || seen.bootID == sight.at.bootID { memory.firstSeen = seen }
        if let active = before.lastActive, active.time != nil || active.bootID == sight.at.bootID {
            if lastActive == nil || isUnbroken { memory.lastActive = active }
        }
        return memory
    }
}

extension BoothMemory {
    /// Merges this run's memory of the booth with the journal's, which is `before`.
    fileprivate func following(_ before: BoothMemory, keepsOverride: Bool) -> BoothMemory {
        var memory = self
        if !keepsOverride { memory.override = before.override }
        memory.cursors = before.cursors.merging(cursors) { _, ours in ours }
        memory.reported = (before.reported.filter { !reported.contains($0) } + reported).suffix(Self.mostReported)
        memory.syncedBoot = syncedBoot ?? before.syncedBoot
        memory.alive = alive ?? before.alive
        memory.outages = (before.outages + outages).suffix(Self.mostOutages)
        return memory
    }
}
