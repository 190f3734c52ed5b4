// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What contacts and counters must lead to (docs/incidents.md, "What opens one, and what restores it").
extension Foresight {
    /// Counts and restorations are gathered for so long.
    static let gathering: Int64 = 2_000_000_000
    static let gapRest: Int64 = 60_000_000_000

    mutating func read(_ reading: Reading, at moment: Moment) {
        guard reading.quality == .good, let point = points[reading.point] else { return }
        guard point.debounce > .zero, let input = inputs[point.id], input.isSeen else {
            return settled(reading, at: moment)
        }
        let now = reading.at.nanoseconds
        if input.heard == nil, reading.state == input.state { return settled(reading, at: moment) }
        // Two changes within the period are a bounce, and what comes of one is not foreseen.
        if let heard = input.heard, now - heard.since < point.debounce.nanoseconds { free(point.id, at: now) }
        inputs[point.id]?.heard = (reading, now)
        set(.held(point.id), now + point.debounce.nanoseconds)
        guard point.kind.countsLeadingEdge, input.state == .normal, reading.state != .normal else { return }
        settled(reading, at: moment)
    }

    /// A contact has held still for long enough.
    mutating func heldStill(_ id: PointID, _ moment: Moment) {
        guard let heard = inputs[id]?.heard else { return }
        inputs[id]?.heard = nil
        guard heard.reading.state != inputs[id]?.state else { return }
        settled(heard.reading, at: moment.at(BootTime(nanoseconds: heard.since)))
    }

    private mutating func settled(_ reading: Reading, at moment: Moment) {
        guard let point = points[reading.point] else { return }
        let now = reading.at.nanoseconds
        faults.proveWay(to: point)
        var input = inputs[point.id] ?? Input()
        let isFirst = inputs[point.id] == nil
        input.isSeen = true
        let was = input.isActive
        let before = input.state
        input.state = reading.state
        switch reading.state {
        case .active: input.isActive = true
        case .cut, .short: input.isActive = point.kind == .tamper || was
        case .normal, .unknown: input.isActive = false
        }
        if isFirst || before != reading.state { input.since = now }
        inputs[point.id] = input
        if point.loop != nil, point.kind != .tamper {
            faults.set(.loop(of: point.id), isLost: reading.state == .cut || reading.state == .short)
        }
        if was != input.isActive {
            change(point, isActive: input.isActive, count: 1, at: now, moment)
        } else {
            resumeOnDelay(point, at: now)
        }
        watchStuck(point, at: now, moment)
    }

    mutating func counted(_ presses: CountedPresses, at moment: Moment) {
        guard let point = points[presses.point] else { return }
        faults.proveWay(to: point)
        inputs[point.id, default: Input()].isSeen = true
        change(point, isActive: true, count: presses.count, at: presses.at.nanoseconds, moment)
        change(point, isActive: false, count: 1, at: presses.at.nanoseconds, moment)
    }

    private mutating func change(
        _ point: PointConfiguration, isActive: Bool, count: Int, at now: Int64, _ moment: Moment
    ) {
        switch point.kind {
        case .helpButton, .duressButton:
            if isActive { activate(point, count, at: now) } else { release(point, at: now) }
        case .tamper, .contact: if isActive { activate(point, count, at: now) } else { restoreBound(point.id, at: now) }
        case .mainsPower, .battery: power(point, isActive, at: now)
        case .roomDoor: roomDoor(point, isOpen: isActive, at: now, moment)
        case .streetDoor: expect(.record(point.id, isActive ? .active : .normal))
        case .mailSlot: if isActive { letter(point, count, at: now) }
        case .mailDoor: mailDoor(point, isOpen: isActive, at: now, moment)
        }
    }

    // MARK: Activations

    /// The open incident that a change of the input belongs to.
    private func current(_ point: PointID) -> Story? { inputs[point]?.bound.flatMap { stories[$0] } }

    /// A repeat of the last incident, or a new one.
    private mutating func activate(
        _ point: PointConfiguration, _ count: Int, as category: Category? = nil, at now: Int64
    ) {
        guard let category = category ?? point.classification?.category else { return }
        let isTest = tested.contains(point.id)
        if let story = current(point.id), story.isTest == isTest, isRepeat(of: story, on: point, at: now) {
            return add(count, to: story.id, at: now)
        }
        expect(.raised(point.id, nil, category, test: isTest))
        raisedCounts[point.id] = count
    }

    private func isRepeat(of story: Story, on point: PointConfiguration, at now: Int64) -> Bool {
        let isButton = point.kind == .helpButton || point.kind == .duressButton
        // Nothing is a repeat of what was in another boot.
        let last = isButton ? story.latest : story.isRestored ? story.restoredAt : story.latest
        guard let last else { return false }
        return now - last < point.rules.repeatWindow.nanoseconds
    }

    private mutating func add(_ count: Int, to id: EventID, at now: Int64) {
        stories[id]?.count += count
        stories[id]?.latest = now
        stories[id]?.isRestored = false
        stories[id]?.restoredAt = nil
        set(.settle(id), nil)
        if timers[.announce(id)] == nil { set(.announce(id), now + Self.gathering) }
    }

    private mutating func release(_ point: PointConfiguration, at now: Int64) {
        // Raised by this very input: it has no story yet.
        if raisedCounts[point.id] != nil {
            releasedAtOnce.insert(point.id)
            return
        }
        guard let story = current(point.id), !story.isRestored else { return }
        settleLater(story.id, point, at: now)
    }

    mutating func settleLater(_ id: EventID, _ point: PointConfiguration, at now: Int64) {
        let wait = min(Self.gathering, point.rules.repeatWindow.nanoseconds)
        releases[id] = now
        if wait == 0 { return restore(id, at: now) }
        set(.settle(id), now + wait)
    }

    mutating func restore(_ id: EventID, at now: Int64?) {
        guard let story = stories[id], !story.isRestored else { return }
        stories[id]?.isRestored = true
        stories[id]?.restoredAt = now
        stories[id]?.announced = story.count
        set(.announce(id), nil)
        set(.settle(id), nil)
        expect(.restored(id))
    }

    private mutating func restoreBound(_ point: PointID, at now: Int64) {
        if let story = current(point) { restore(story.id, at: now) }
    }

    // MARK: Power

    private mutating func power(_ point: PointConfiguration, _ isActive: Bool, at now: Int64) {
        guard !isActive else { return set(.onDelay(point.id), now + point.rules.powerDelay.nanoseconds) }
        set(.onDelay(point.id), nil)
        inputs[point.id]?.isTold = false
        restoreBound(point.id, at: now)
    }

    private mutating func resumeOnDelay(_ point: PointConfiguration, at now: Int64) {
        guard point.kind == .mainsPower || point.kind == .battery, let input = inputs[point.id], input.state == .active,
            !input.isTold, timers[.onDelay(point.id)] == nil, current(point.id)?.isRestored ?? true
        else { return }
        set(.onDelay(point.id), now + point.rules.powerDelay.nanoseconds)
    }

    mutating func onDelayOver(_ id: PointID, at now: Int64) {
        guard let point = points[id], inputs[id]?.state == .active else { return }
        inputs[id]?.isTold = true
        activate(point, 1, at: now)
    }

    // MARK: Doors

    private mutating func roomDoor(_ point: PointConfiguration, isOpen: Bool, at now: Int64, _ moment: Moment) {
        let isIn = presence.isIn(at: moment)
        if isOpen, !isIn {
            activate(point, 1, at: now)
        } else if !isOpen, let story = current(point.id), !story.isRestored {
            restore(story.id, at: now)
        } else {
            expect(.record(point.id, isOpen ? .active : .normal))
        }
        set(.doorHeld(point.id), nil)
        guard !isOpen else { return watchHeldDoor(point, isIn: isIn, at: now) }
        inputs[point.id]?.isTold = false
        for story in standing(on: point.id) where story.category == .doorHeld { restore(story.id, at: now) }
    }

    private mutating func watchHeldDoor(_ point: PointConfiguration, isIn: Bool, at now: Int64) {
        set(.doorHeld(point.id), nil)
        guard inputs[point.id]?.isActive == true else { return }
        if isIn {
            inputs[point.id]?.isTold = false
        } else if inputs[point.id]?.isTold == false {
            set(.doorHeld(point.id), now + point.rules.doorHeld.nanoseconds)
        }
    }

    mutating func doorHeldOver(_ id: PointID, at moment: Moment) {
        let isHeld = standing(on: id).contains { $0.category == .doorHeld }
        guard inputs[id]?.isActive == true, inputs[id]?.isTold == false, !presence.isIn(at: moment), !isHeld else {
            return
        }
        inputs[id]?.isTold = true
        expect(.raised(id, nil, .doorHeld, test: tested.contains(id)))
    }

    /// Somebody came or went: a door that is open counts differently from then on.
    mutating func watchPresence(at moment: Moment) {
        let isIn = presence.isIn(at: moment)
        guard isIn != wasIn else { return }
        let isStart = wasIn == nil
        wasIn = isIn
        for point in configuration.points where point.kind == .roomDoor {
            // How long a door stood open before a start is not foreseen.
            if isStart, inputs[point.id]?.isActive == true {
                free(point.id, at: moment.boot.nanoseconds)
            } else {
                watchHeldDoor(point, isIn: isIn, at: moment.boot.nanoseconds)
            }
        }
    }

    // MARK: The letter box

    private mutating func letter(_ point: PointConfiguration, _ count: Int, at now: Int64) {
        let last = inputs[point.id]?.lastEdge
        inputs[point.id]?.lastEdge = now
        if let last, now - last < point.rules.letter.nanoseconds { return }
        let isTest = tested.contains(point.id)
        if let lying = standing(on: point.id).first(where: { $0.category == .mail && $0.isTest == isTest }) {
            stories[lying.id]?.count += 1
            stories[lying.id]?.latest = now
            if timers[.announce(lying.id)] == nil { set(.announce(lying.id), now + Self.gathering) }
            return
        }
        expect(.raised(point.id, nil, .mail, test: isTest))
        raisedCounts[point.id] = 1
        guard !isTest else { return }
        inputs[point.id]?.isTold = false
        set(.overdue(point.id), now + point.rules.mailOverdue.nanoseconds)
    }

    private mutating func mailDoor(_ point: PointConfiguration, isOpen: Bool, at now: Int64, _ moment: Moment) {
        guard isOpen else {
            if let story = current(point.id), !story.isRestored { return restore(story.id, at: now) }
            return expect(.record(point.id, .normal))
        }
        for slot in configuration.points where slot.kind == .mailSlot {
            inputs[slot.id]?.lastEdge = nil
            inputs[slot.id]?.isTold = false
            set(.overdue(slot.id), nil)
            for story in standing(on: slot.id) { restore(story.id, at: now) }
        }
        if presence.isIn(at: moment) { return expect(.record(point.id, .active)) }
        activate(point, 1, as: .mailTamper, at: now)
    }

    mutating func overdueOver(_ id: PointID, at now: Int64) {
        let standing = standing(on: id)
        guard let letters = standing.first(where: { $0.category == .mail && !$0.isTest }),
            inputs[id]?.isTold != true, !standing.contains(where: { $0.category == .mailOverdue }),
            let opened = letters.opened, let limit = points[id]?.rules.mailOverdue.nanoseconds
        else { return }
        guard now - opened >= limit else { return set(.overdue(id), opened + limit) }
        inputs[id]?.isTold = true
        expect(.raised(id, nil, .mailOverdue, test: tested.contains(id)))
    }

    // MARK: Stuck inputs, lost edges

    private mutating func watchStuck(_ point: PointConfiguration, at now: Int64, _ moment: Moment) {
        guard point.kind.canBeStuck, point.countingRegister == nil, let limit = point.rules.stuck?.nanoseconds,
            let input = inputs[point.id]
        else { return }
        switch input.state {
        case .active:
            guard !faults.isLost(.stuck(point.id)), timers[.stuck(point.id)] == nil else { return }
            set(.stuck(point.id), max((input.since ?? now) + limit, now))
        case .normal:
            set(.stuck(point.id), nil)
            faults.set(.stuck(point.id), isLost: false)
        case .cut, .short: set(.stuck(point.id), nil)
        case .unknown: break
        }
    }

    mutating func stuckOver(_ id: PointID, at now: Int64) {
        guard let point = points[id], inputs[id]?.state == .active, let limit = point.rules.stuck?.nanoseconds else {
            return
        }
        // Nobody knows whether it is active still.
        guard !faults.isBlind(point) else { return set(.stuck(id), now + limit) }
        faults.set(.stuck(id), isLost: true)
    }

    mutating func missed(_ missed: MissedEdges) {
        let device = DeviceID.edges(of: missed.point)
        if faults.isTold(device), let id = faults.incident(of: device), stories[id] != nil {
            stories[id]?.count += 1
            stories[id]?.latest = missed.at.nanoseconds
            if timers[.announce(id)] == nil { set(.announce(id), missed.at.nanoseconds + Self.gathering) }
        } else {
            faults.raiseAnew(device)
        }
        set(.gapRest(missed.point), missed.at.nanoseconds + Self.gapRest)
    }
}
