// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The current state of each point: debounced, and held while its contact chatters.
struct PointBoard {
    /// A change that follows from a driver's report.
    enum Change: Equatable {
        case reading(Reading)
        /// A contact began to chatter (`stands`), or has rested long enough.
        case chatter(PointID, stands: Bool, at: BootTime)
    }

    struct Entry {
        let point: PointConfiguration
        var debouncer: Debouncer
        var chatter: ChatterWatch
        /// The state that counts, with the value and the quality as last read; nil before the first report.
        var reading: Reading?
        /// The driver's last state, before debouncing.
        var heard: PointState?
        /// The last alarm that ended, and when.
        var lastAlarm: (state: PointState, until: BootTime)?
        /// The state that counts while the contact chatters: an alarm stays an alarm, whatever the contact does. Nil:
        /// it does not chatter.
        var heldState: PointState?
        /// Whether its chatter fault stands. It stands longer than the alarm is held. Otherwise a contact that chatters
        /// now and then would raise a new fault each time.
        var isFaulty = false
        /// When that fault ends, unless it chatters again.
        var faultEnd: BootTime?
    }

    /// How long a contact must not chatter before its fault ends.
    static let faultRest = Duration.seconds(60)

    /// The fault of a contact that chatters.
    static func chatterFault(of point: PointID) -> DeviceFault {
        DeviceFault(
            .chattering,
            Message(
                zh: "触点 \(point) 不停抖动，其告警保持；请检查触点与接线",
                en: "the contact of \(point) does not rest, its alarm is held; check the contact and its wiring"))
    }

    private var entries: [PointID: Entry]
    private let order: [PointID]
    /// Points that have a deadline.
    private var unsettled: Set<PointID> = []

    init(_ points: [PointConfiguration]) {
        order = points.map(\.id)
        entries = Dictionary(
            uniqueKeysWithValues: points.map { point in
                let debouncer = Debouncer(period: point.debounce, countsLeadingEdge: point.kind.countsLeadingEdge)
                let chatter = ChatterWatch(
                    limit: point.rules.chatter, bounce: point.debounce, poll: point.chatterPoll)
                return (point.id, Entry(point: point, debouncer: debouncer, chatter: chatter))
            })
    }

    /// Every point, in the configuration's order.
    var all: [Entry] { order.compactMap { entries[$0] } }

    /// When `advance` has something to do unless an input changes.
    var nextDeadline: BootTime? { unsettled.compactMap { entries[$0]?.nextDeadline }.min() }

    /// Applies a driver's reading.
    ///
    /// - Returns: the changes that follow from it, oldest first.
    mutating func apply(_ reading: Reading) -> [Change] {
        guard var entry = entries[reading.point] else { return [] }
        defer { store(entry) }
        guard reading.quality == .good else {
            entry.note(reading, state: entry.reading?.state ?? reading.state, at: reading.at)
            return []
        }
        var changes = entry.advance(to: reading.at)
        // If a reading is good again, the rules must learn it even if the state is the same: the device is back. They
        // must also learn a new counter value, because a counter has no other change.
        let hasRecovered = entry.reading?.quality != .good
        let hasCounted = entry.point.countingRegister != nil && entry.reading?.value != reading.value
        var news: [Change] = []
        if let state = entry.debouncer.apply(state: reading.state, at: reading.at) {
            news = entry.accept(state, reading, at: reading.at)
        } else {
            let state = entry.heldState ?? entry.debouncer.accepted ?? reading.state
            entry.note(reading, state: state, at: reading.at)
        }
        if news.isEmpty, hasRecovered || hasCounted, let noted = entry.reading { news = [.reading(noted)] }
        changes += news
        if entry.hear(reading.state, at: reading.at) { changes += entry.beginChatter(at: reading.at) }
        return changes
    }

    /// A contact chattered before a restart: its state is held until it has rested.
    ///
    /// - Parameter state: its last known state; nil: none is remembered.
    /// - Returns: the chatter as a change, so that log and `status` can say why the fault stands.
    mutating func resumeChatter(of point: PointID, state: PointState?, at time: BootTime) -> [Change] {
        guard var entry = entries[point] else { return [] }
        defer { store(entry) }
        _ = entry.chatter.takeFlood(at: time)
        entry.heldState = state ?? .normal
        entry.isFaulty = true
        return [.chatter(point, stands: true, at: time)]
    }

    /// A driver was flooded with a point's edges.
    mutating func flood(_ point: PointID, at time: BootTime) -> [Change] {
        guard var entry = entries[point] else { return [] }
        defer { store(entry) }
        guard entry.chatter.takeFlood(at: time) else { return [] }
        return entry.beginChatter(at: time)
    }

    /// Lets time pass for the points that have a deadline.
    mutating func advance(to time: BootTime) -> [Change] {
        var changes: [Change] = []
        for point in order where unsettled.contains(point) {
            guard var entry = entries[point] else { continue }
            changes += entry.advance(to: time)
            store(entry)
        }
        return changes.sorted { $0.at < $1.at }
    }

    private mutating func store(_ entry: Entry) {
        entries[entry.point.id] = entry
        if entry.nextDeadline == nil {
            unsettled.remove(entry.point.id)
        } else {
            unsettled.insert(entry.point.id)
        }
    }
}

extension PointBoard.Change {
    /// When it happened.
    var at: BootTime {
        switch self {
        case .reading(let reading): reading.at
        case .chatter(_, _, let time): time
        }
    }
}

extension PointConfiguration {
    /// The poll interval that counts for chatter. It is zero for buttons and letter slots: quick activations are normal
    /// there and are gathered on one incident, so a slow poll must not turn them into chatter.
    fileprivate var chatterPoll: Duration {
        guard case .modbus(let source) = source, !kind.gathersActivations else { return .zero }
        return source.poll
    }
}

extension PointState {
    /// Whether it is neither normal nor unknown.
    fileprivate var isAlarm: Bool { self != .normal && self != .unknown }
}

extension PointBoard.Entry {
    fileprivate var nextDeadline: BootTime? {
        [debouncer.nextDeadline, chatter.nextDeadline, faultEnd].compactMap(\.self).min()
    }

    /// Lets time pass.
    fileprivate mutating func advance(to time: BootTime) -> [PointBoard.Change] {
        var changes: [PointBoard.Change] = []
        if let reading, let (state, since) = debouncer.advance(to: time) {
            changes += accept(state, reading, at: since)
        }
        if let over = chatter.nextDeadline, chatter.advance(to: time) { changes += endChatter(at: over) }
        if let end = faultEnd, end <= time {
            faultEnd = nil
            isFaulty = false
            changes.append(.chatter(point.id, stands: false, at: end))
        }
        return changes
    }

    /// Notes the driver's state. Returns whether the chatter begins with it.
    fileprivate mutating func hear(_ state: PointState, at time: BootTime) -> Bool {
        defer { heard = state }
        // The first state, and a state after `unknown`, are no movement of the contact.
        guard let heard, heard != state, heard != .unknown, state != .unknown else { return false }
        return chatter.takeChange(at: time)
    }

    /// Applies a debounced state. While the contact chatters, only another alarm counts.
    fileprivate mutating func accept(_ state: PointState, _ latest: Reading, at time: BootTime) -> [PointBoard.Change] {
        if let held = heldState {
            // A debounced alarm counts even now; a return to normal does not.
            guard state.isAlarm, state != held else {
                note(latest, state: held, at: time)
                return []
            }
            heldState = state
        } else if let before = reading?.state, before.isAlarm {
            lastAlarm = (before, until: time)
        }
        return [.reading(note(latest, state: state, at: time))]
    }

    /// The chatter begins. An alarm that stands, or has just ended, is held. A contact that was in no alarm raises
    /// none.
    fileprivate mutating func beginChatter(at time: BootTime) -> [PointBoard.Change] {
        let begins = isFaulty ? [] : [PointBoard.Change.chatter(point.id, stands: true, at: time)]
        isFaulty = true
        faultEnd = nil
        guard let reading else {
            heldState = .normal
            return begins
        }
        var held = reading.state
        if !held.isAlarm, let lastAlarm, time - lastAlarm.until <= chatter.window { held = lastAlarm.state }
        heldState = held
        return (reading.state == held ? [] : [.reading(note(reading, state: held, at: time))]) + begins
    }

    /// The chatter ends: the contact's own state counts again. Its fault stands for a while longer.
    private mutating func endChatter(at time: BootTime) -> [PointBoard.Change] {
        faultEnd = time + max(.zero, PointBoard.faultRest - chatter.rest)
        let held = heldState
        heldState = nil
        // A source that does not answer reports its state when it is back.
        guard let reading, reading.quality == .good else { return [] }
        guard let state = debouncer.accepted, state != held else { return [] }
        return [.reading(note(reading, state: state, at: time))]
    }

    /// Stores a reading with the state that counts. `at` changes only if the state or the quality changes.
    @discardableResult
    fileprivate mutating func note(_ latest: Reading, state: PointState, at time: BootTime) -> Reading {
        let isSame = reading?.state == state && reading?.quality == latest.quality
        let kept = Reading(
            point: latest.point, state: state, value: latest.value, quality: latest.quality,
            at: isSame ? reading?.at ?? time : time)
        reading = kept
        return kept
    }
}
