// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A platform, and the two threads of the agent that talk to it, as the core sees them. The real ones are `Courier` and
/// `TaskPoller`.
struct ModelTarget {
    let id: TargetID
    private let configuration: TargetConfiguration
    var mood = Step.Mood.good
    /// From a request to its answer.
    var delay: Int64 = 40_000_000

    // The platform; it outlives every process.
    /// Events that it took, and what it said of each.
    private(set) var taken: [EventID: Receipt.Result] = [:]
    /// The newest events that it answered.
    private(set) var answered: [EventID] = []
    private var tasks: [(number: Int, item: ReceivedTask)] = []
    private var tasksMade = 0
    private var counted = 0
    /// Receipts that a 202 promised, and when they come.
    private var owed: [(due: Int64, events: [EventID])] = []

    // The thread that sends.
    private var request = 0
    private var isAsking = false
    private var flight: (events: [ModelFile.Delivery], lands: Int64)?
    private var level = 0
    private var retryAt: Int64?
    private var newestHelp = EventID(key: 0, random: 0)
    private var promised: [EventID: Int64] = [:]
    private var link: LinkState?
    private var isRunning = false

    // The thread that asks for tasks.
    private var isPolling = false
    private var waitsForTaken = false
    private var position = 0
    private var pollAt: Int64?

    init(_ configuration: TargetConfiguration) {
        id = configuration.id
        self.configuration = configuration
    }

    // MARK: Orders

    mutating func start() -> [UplinkReport] {
        isRunning = true
        return [ready()]
    }

    /// The process is gone; the platform is not.
    mutating func stop() {
        isRunning = false
        isAsking = false
        flight = nil
        level = 0
        retryAt = nil
        newestHelp = EventID(key: 0, random: 0)
        promised = [:]
        link = nil
        isPolling = false
        waitsForTaken = false
        pollAt = nil
    }

    private mutating func ready() -> UplinkReport {
        request += 1
        isAsking = true
        let isWaiting = retryAt != nil
        return .ready(
            id,
            FetchRequest(
                number: request, limit: 50, onlyHelpAfter: isWaiting ? newestHelp : nil, except: Set(promised.keys)))
    }

    mutating func take(_ batch: [ModelFile.Delivery], number: Int, at now: Int64) -> [UplinkReport] {
        guard isRunning, isAsking, number == request else { return [] }
        isAsking = false
        flight = (batch, now + delay)
        for delivery in batch where delivery.priority == .help { newestHelp = max(newestHelp, delivery.event) }
        return [.sending(id, batch.map(\.event))]
    }

    mutating func retryNow(at now: Int64) { if retryAt != nil { retryAt = now } }

    mutating func startTasks(after cursor: String?, at now: Int64) {
        isPolling = true
        waitsForTaken = false
        position = cursor.flatMap { Int($0.dropFirst()) } ?? 0
        pollAt = now + delay
    }

    mutating func nextTasks(at now: Int64) {
        waitsForTaken = false
        pollAt = now + delay
    }

    // MARK: The platform

    mutating func add(_ item: ReceivedTask, at now: Int64) {
        tasksMade += 1
        tasks.append((tasksMade, item))
        if tasks.count > 4000 { tasks.removeFirst(2000) }
        if pollAt == nil { pollAt = now + delay }
    }

    /// Whether tasks wait that the agent has not asked for.
    var hasUnreadTasks: Bool { (tasks.last?.number ?? 0) > position }

    mutating func forgetCursor(at now: Int64) {
        position = max(0, tasksMade - 50)
        pollAt = now + delay
    }

    var isReachable: Bool {
        switch mood {
        case .silent, .unavailable, .wrong: false
        case .good, .partial, .rejecting, .poison, .rerouting, .promising, .deaf: true
        }
    }

    /// Everything is well, at once.
    mutating func recover(at now: Int64) {
        mood = .good
        delay = 40_000_000
        retryNow(at: now)
    }

    // MARK: Time

    var nextInstant: Int64? {
        guard isRunning else { return nil }
        var next = flight?.lands ?? .max
        if let retryAt { next = min(next, retryAt) }
        if let due = owed.first?.due { next = min(next, due) }
        if let end = promised.values.min() { next = min(next, end) }
        if let pollAt, canPoll { next = min(next, pollAt) }
        return next == .max ? nil : next
    }

    private var canPoll: Bool {
        isPolling && !waitsForTaken && isReachable && (tasks.last?.number ?? 0) > position
    }

    mutating func act(at now: Int64) -> [UplinkReport] {
        guard isRunning else { return [] }
        var reports: [UplinkReport] = []
        while let first = owed.first, first.due <= now {
            owed.removeFirst()
            promised = promised.filter { !first.events.contains($0.key) }
            add(.receipts(first.events.map { receipt(for: $0) }), at: now)
        }
        if let flight, flight.lands <= now {
            self.flight = nil
            reports += land(flight.events, at: now)
            reports.append(ready())
        }
        if let retryAt, retryAt <= now {
            self.retryAt = nil
            if flight == nil { reports.append(ready()) }
        }
        let late = promised.filter { $0.value <= now }.map(\.key).sorted()
        if !late.isEmpty {
            for event in late { promised[event] = nil }
            reports.append(.returned(id, late))
            if flight == nil { reports.append(ready()) }
        }
        if let pollAt, pollAt <= now, canPoll { reports += poll() }
        return reports
    }

    private mutating func poll() -> [UplinkReport] {
        guard canPoll else {
            pollAt = nil
            return []
        }
        let items = tasks.filter { $0.number > position }.prefix(10)
        guard let last = items.last?.number else { return [] }
        let report = UplinkReport.tasks(id, items.map(\.item), cursor: "c\(last)")
        position = last
        waitsForTaken = true
        return [report]
    }

    /// The platform takes an event, or says once more what it said of it.
    private mutating func receipt(for event: EventID) -> Receipt {
        if taken[event] == nil {
            note(event, .accepted(ticket: "JQ\(taken.count)"))
        }
        return Receipt(id: event, result: taken[event] ?? .accepted(ticket: nil))
    }

    private mutating func note(_ event: EventID, _ result: Receipt.Result) {
        taken[event] = result
        answered.append(event)
        if answered.count > 400 { answered.removeFirst(200) }
    }

    private mutating func land(_ events: [ModelFile.Delivery], at now: Int64) -> [UplinkReport] {
        let ids = events.map(\.event)
        switch mood {
        case .good: return succeed(ids.map { receipt(for: $0) })
        case .partial(let nth):
            let named = ids.filter { _ in isNamed(nth) }
            let rest = ids.filter { !named.contains($0) }
            let reports = named.isEmpty ? [] : succeed(named.map { receipt(for: $0) })
            return reports + (rest.isEmpty ? [] : fail(rest, .retrying(Self.words), at: now))
        case .rejecting(let nth):
            return succeed(
                ids.map { isNamed(nth) ? receipt(for: $0) : reject($0, "not-ours") })
        case .poison: return succeed(ids.map { reject($0, "422") })
        case .rerouting(let incidentClass):
            return succeed(
                events.map {
                    $0.incident == nil ? receipt(for: $0.event) : reject($0.event, "reroute:\(incidentClass)")
                })
        case .promising(let seconds):
            for event in ids { promised[event] = now + configuration.receiptWait.nanoseconds }
            if let seconds { owed.append((now + Int64(seconds) * 1_000_000_000, ids)) }
            owed.sort { $0.due < $1.due }
            return tell(.ok)
        case .silent, .unavailable: return fail(ids, .retrying(Self.words), at: now)
        case .deaf:
            for event in ids { _ = receipt(for: event) }
            return fail(ids, .retrying(Self.words), at: now)
        case .wrong: return fail(ids, .refused(Self.words), at: now)
        }
    }

    private mutating func isNamed(_ nth: Int) -> Bool {
        counted += 1
        return counted % nth != 0
    }

    private mutating func reject(_ event: EventID, _ reason: String) -> Receipt {
        if taken[event] == nil { note(event, .rejected(reason: reason)) }
        return Receipt(id: event, result: taken[event] ?? .rejected(reason: reason))
    }

    private mutating func succeed(_ receipts: [Receipt]) -> [UplinkReport] {
        level = 0
        retryAt = nil
        return [.receipts(id, receipts)] + tell(.ok)
    }

    private mutating func fail(_ events: [EventID], _ state: LinkState, at now: Int64) -> [UplinkReport] {
        level = min(level + 1, 10)
        retryAt = now + min(configuration.retryFirst.nanoseconds << level, configuration.retryMost.nanoseconds)
        return [.returned(id, events)] + tell(state)
    }

    private mutating func tell(_ state: LinkState) -> [UplinkReport] {
        guard link != state else { return [] }
        link = state
        return [.link(id, state)]
    }

    private static let words = Message(zh: "平台无应答", en: "the platform does not answer")
}
