// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The booth's policy: settled readings, faults and receipts in, events and incidents out.
///
/// Pure: it is told the time, does no I/O, and gives the same events for the same sequence of inputs (their random
/// id bits apart). Each input returns one `Decision`, to be recorded before anything else happens.
package struct IncidentRules {
    let schedule: WeeklySchedule
    let targets: [TargetConfiguration]
    let configured: [PointID: PointConfiguration]
    let devices: DeviceMap

    var ids: EventIDGenerator
    var points: [PointID: PointMemory] = [:]
    /// Incidents that an input can still change: not restored, not answered by every target, or the last of a point.
    var live: [EventID: Incident] = [:]
    /// Live incidents by the event that opened them, for receipts.
    var opened: [EventID: EventID] = [:]
    /// Open faults by device.
    var faults: [DeviceID: EventID] = [:]
    var timers: [Timer: BootTime] = [:]
    /// When the input of an incident that settles went back to normal.
    var releases: [EventID: Stamp] = [:]
    /// What the current input has led to so far.
    var decision = Decision()

    /// Something that is due at an instant unless an input comes first.
    enum Timer: Hashable {
        /// Tell the platforms the count gathered.
        case announce(EventID)
        /// The input has been normal for long enough: restored.
        case settle(EventID)
        /// The on-delay of a point is over.
        case onDelay(PointID)
        /// No edge of a point has been lost for long enough.
        case gapRest(PointID)
    }

    /// Counts and restorations of one incident are gathered for so long before they are told.
    static let gathering = Duration.seconds(2)

    /// - Parameters:
    ///   - configuration: the points, the schedule and the targets' classes.
    ///   - points: what the journal remembers of points.
    ///   - incidents: the journal's incidents that are not closed.
    ///   - ids: continues after the journal's last id.
    package init(
        configuration: Configuration, points: [PointMemory] = [], incidents: [Incident] = [], ids: EventIDGenerator
    ) {
        schedule = configuration.schedule
        targets = configuration.targets
        configured = Dictionary(uniqueKeysWithValues: configuration.points.map { ($0.id, $0) })
        devices = DeviceMap(configuration.points)
        self.ids = ids
        for memory in points { self.points[memory.point] = memory }
        for incident in incidents where incident.isOpen { hold(incident.afterRestart) }
        resumeTimers()
        for incident in live.values { releaseIfDone(incident) }
    }

    /// The next instant at which `advance` has something to do.
    package var nextDeadline: BootTime? { timers.values.min() }

    /// The ids of faults that stand now, as the heartbeat lists them: `sensor:modbus:inside/1`.
    package var standingFaults: [String] {
        faults.compactMap { device, id in live[id].map { "\($0.category):\(device)" } }.sorted()
    }

    /// Whether the booth needs somebody who mends it.
    package var hasStandingFaults: Bool { !faults.isEmpty }

    /// Points whose contact was not at rest when it was last heard of, with the state that is believed of each.
    package var chatteringPoints: [PointID: PointState?] {
        Dictionary(
            uniqueKeysWithValues: configured.keys.filter { faults[.chatter(of: $0)] != nil }.map {
                ($0, points[$0]?.state)
            })
    }

    /// The journal was found damaged: every target is told first of all, and names what it misses by its sequence.
    package mutating func journalWasLost(at moment: Moment) -> Decision {
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: .journalLost, moment: moment, recipients: targets.map(\.id)))
        decision.canBeToldAgain = false
        return finish()
    }

    /// A new id for something that is not decided here, such as a status event.
    package mutating func makeID(at moment: Moment) -> EventID {
        ids.next(wallMilliseconds: moment.wallMilliseconds)
    }

    /// A point's reading, debounced. What is not of good quality changes nothing: its device is reported lost.
    package mutating func take(_ reading: Reading, at moment: Moment) -> Decision {
        guard reading.quality == .good, let point = configured[reading.point] else { return Decision() }
        clearFaults(above: point, at: moment)
        let before = points[point.id]
        guard before?.state != reading.state else {
            resumeOnDelay(point, at: moment)
            return finish()
        }
        var memory = before ?? PointMemory(point: point.id, state: .normal, since: Stamp(moment))
        let was = memory.state
        memory.state = reading.state
        memory.since = Stamp(moment)
        points[point.id] = memory
        apply(point, from: was, to: reading.state, at: moment)
        decision.points.append(points[point.id] ?? memory)
        return finish()
    }

    /// Time has come to `moment`: whatever was due by then.
    package mutating func advance(to moment: Moment) -> Decision {
        let due = timers.filter { $0.value <= moment.boot }.sorted { $0.value < $1.value }
        for (timer, _) in due {
            timers[timer] = nil
            switch timer {
            case .announce(let id): announceRepeats(id, at: moment)
            case .settle(let id): settle(id, at: moment)
            case .onDelay(let point): onDelayOver(point, at: moment)
            case .gapRest(let point): gapOver(point, at: moment)
            }
        }
        return finish()
    }

    private mutating func apply(
        _ point: PointConfiguration, from was: PointState, to now: PointState, at moment: Moment
    ) {
        watchLoop(of: point, state: now, at: moment)
        let wasActive = Self.counts(was, as: point.kind)
        let isActive = Self.counts(now, as: point.kind)
        guard wasActive != isActive else { return }
        switch point.kind {
        case .helpButton, .duressButton: button(point, isActive: isActive, at: moment)
        case .tamper, .contact: contact(point, isActive: isActive, at: moment)
        case .mainsPower, .battery: power(point, isActive: isActive, at: moment)
        case .roomDoor: roomDoor(point, isOpen: isActive, at: moment)
        case .streetDoor: record(point.id, isActive ? .active : .normal, at: moment)
        case .mailSlot: mailSlot(point, isActive: isActive, at: moment)
        case .mailDoor: mailDoor(point, isOpen: isActive, at: moment)
        }
    }

    /// Whether `state` is an activation for this kind: a tamper loop that is cut or bridged has been tampered with.
    private static func counts(_ state: PointState, as kind: PointKind) -> Bool {
        switch state {
        case .active: true
        case .cut, .short: kind == .tamper
        case .normal, .unknown: false
        }
    }

    mutating func finish() -> Decision {
        defer { decision = Decision() }
        return decision
    }
}
