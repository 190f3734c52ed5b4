// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What each point is known to be now: the readings, debounced, and held while a contact does not rest.
struct PointBoard {
    /// What follows from a driver's report.
    enum Change: Equatable {
        case reading(Reading)
        /// A contact began to chatter, or has rested for long enough to be in order again.
        case chatter(PointID, stands: Bool, at: BootTime)
    }

    struct Entry {
        let point: PointConfiguration
        var debouncer: Debouncer
        var chatter: ChatterWatch
        /// The settled state, with the value and the quality as last read; nil before the first report.
        var reading: Reading?
        /// What the driver said last, before debouncing.
        var heard: PointState?
        /// The alarm that was left last, and when.
        var lastAlarm: (state: PointState, until: BootTime)?
        /// What counts while the contact chatters: an alarm stays one, whatever it says between.
        var heldState: PointState?
        /// Whether the fault of its chattering stands: longer than its alarm is held, or a contact that chatters now
        /// and then would be a new fault each time.
        var isFaulty = false
        /// When that fault is over unless it chatters again.
        var faultEnd: BootTime?
    }

    /// A contact is in order again once it has not chattered for so long.
    static let faultRest = Duration.seconds(60)

    /// What is wrong with a contact that chatters.
    static func chatterFault(of point: PointID) -> DeviceFault {
        DeviceFault(
            .chattering,
            Message(
                zh: "触点 \(point) 不停抖动，其告警保持；请检查触点与接线",
                en: "the contact of \(point) does not rest, its alarm is held; check the contact and its wiring"))
    }

    private var entries: [PointID: Entry]
    private let order: [PointID]
    /// Points that wait for time to pass.
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

    /// Takes a driver's reading.
    ///
    /// - Returns: what follows from it, oldest first.
    mutating func apply(_ reading: Reading) -> [Change] {
        guard var entry = entries[reading.point] else { return [] }
        defer { store(entry) }
        guard reading.quality == .good else {
            entry.note(reading, state: entry.reading?.state ?? reading.state, at: reading.at)
            return []
        }
        var changes = entry.advance(to: reading.at)
        // Good again with the state that it had: nothing changed, and the rules learn that its device is back. Of a
        // counter the value is all there is.
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

    /// A contact chattered before a restart: what was held then is held until it has rested.
    ///
    /// - Parameter state: the last that was believed; nil where nothing is remembered.
    /// - Returns: that it does, for whoever has to say why its fault stands.
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

    /// Lets time pass for the points that wait for it.
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
    /// How seldom the input is looked at, as far as chatter is concerned. Quick presses and letters are what those
    /// inputs are for, and are gathered on one incident: a poll that sees few of them makes no chatter of them.
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

    /// Notes what the driver says, and tells whether the contact begins to chatter with it.
    fileprivate mutating func hear(_ state: PointState, at time: BootTime) -> Bool {
        defer { heard = state }
        // The first word, and to know again after not knowing, is no movement of a contact.
        guard let heard, heard != state, heard != .unknown, state != .unknown else { return false }
        return chatter.takeChange(at: time)
    }

    /// A state that counts, unless the contact chatters.
    fileprivate mutating func accept(_ state: PointState, _ latest: Reading, at time: BootTime) -> [PointBoard.Change] {
        if let held = heldState {
            // An alarm that settled counts even so; back to normal does not.
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

    /// From now on an alarm that stood just now stands; a contact that never settled into one raises none.
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

    /// What the contact says now counts again; its fault stands for a while yet.
    private mutating func endChatter(at time: BootTime) -> [PointBoard.Change] {
        faultEnd = time + max(.zero, PointBoard.faultRest - chatter.rest)
        let held = heldState
        heldState = nil
        // A source that is away says what it is when it comes back.
        guard let reading, reading.quality == .good else { return [] }
        guard let state = debouncer.accepted, state != held else { return [] }
        return [.reading(note(reading, state: state, at: time))]
    }

    /// Keeps a reading with the state that counts; `at` moves only when state or quality does.
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
