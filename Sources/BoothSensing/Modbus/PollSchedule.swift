// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// When each request of a bus is due, and which one is next. Pure: told the time.
///
/// Units that answer are first class: their requests are made on their own grid. Units that do not are asked in the
/// time that is left, and where none is left one of them between two rounds of the others: a dead unit costs the
/// living one timeout at a time.
struct PollSchedule {
    /// What to do now.
    enum Next: Equatable {
        case request(Int)
        case wait(until: BootTime)
        /// Nothing is polled at all.
        case rest
    }

    /// What counts as lost from a miss on.
    enum Loss: Equatable {
        case unit
        /// The unit answers other requests.
        case request
    }

    private struct Entry {
        var request: PollRequest
        var due: BootTime
        /// Polls without a reading, in a row.
        var misses = 0
    }

    private struct Unit {
        var isAnswering = false
        /// Polls without a reading, in a row.
        var misses = 0
        var isLost = false
        /// Of a lost unit: when it is asked again, how long after the last time.
        var interval = Duration.zero
        /// Before this an answer may still come to what was asked before.
        var quietUntil = BootTime(nanoseconds: 0)
    }

    /// The contract asks a silent unit every 10 s at least; what lies between is for finding a gap.
    static let longestInterval = Duration.seconds(8)
    static let patience = Duration.milliseconds(1500)

    private let unitSilent: Int
    private var entries: [Entry]
    private var units: [Int: Unit] = [:]
    /// When a live unit was last made to wait.
    private var lastSteal = BootTime(nanoseconds: 0)

    /// - Parameter unitSilent: polls without a reading before a unit counts as lost.
    init(_ plan: PollPlan, unitSilent: Int, start: BootTime) {
        self.unitSilent = unitSilent
        entries = plan.requests.map { Entry(request: $0, due: start) }
        for request in plan.requests { units[request.read.unit] = Unit() }
    }

    func request(_ index: Int) -> PollRequest { entries[index].request }

    /// All points of `unit`.
    func points(of unit: Int) -> [PolledPoint] {
        entries.filter { $0.request.read.unit == unit }.flatMap(\.request.points)
    }

    /// - Parameter cost: the most that a request without an answer takes.
    mutating func next(at now: BootTime, cost: (PollRequest) -> Duration) -> Next {
        let live = firstLive()
        guard let rest = firstOfTheRest() else { return live.map { makeOrWait(for: $0, at: now) } ?? .rest }
        let ready = readiness(of: rest)
        guard let live else { return ready <= now ? .request(rest) : .wait(until: ready) }
        let price = cost(entries[rest].request)
        let steals = stealTime(for: rest, price)
        if steals <= now {
            lastSteal = now
            return .request(rest)
        }
        if ready <= now, now + price <= entries[live].due { return .request(rest) }
        guard entries[live].due > now else { return .request(live) }
        return .wait(until: min(entries[live].due, ready > now ? ready : steals))
    }

    private func makeOrWait(for index: Int, at now: BootTime) -> Next {
        entries[index].due <= now ? .request(index) : .wait(until: entries[index].due)
    }

    private func firstLive() -> Int? {
        entries.indices.filter { units[entries[$0].request.read.unit]?.isAnswering == true }
            .min { entries[$0].due < entries[$1].due }
    }

    /// The request of a unit that does not answer which is ready first.
    private func firstOfTheRest() -> Int? {
        entries.indices.filter { units[entries[$0].request.read.unit]?.isAnswering == false }
            .min { (readiness(of: $0), $0) < (readiness(of: $1), $1) }
    }

    private func readiness(of index: Int) -> BootTime {
        max(entries[index].due, units[entries[index].request.read.unit]?.quietUntil ?? entries[index].due)
    }

    /// When a request of a unit that does not answer is made although a live unit has to wait for it.
    private func stealTime(for index: Int, _ price: Duration) -> BootTime {
        let isLost = units[entries[index].request.read.unit]?.isLost == true
        let latest = readiness(of: index) + (isLost ? Self.patience : entries[index].request.period)
        // One between two rounds of the live units. Those that may yet be lost take a sixth of the bus's time at most.
        let round =
            entries.lazy.filter { [units] in units[$0.request.read.unit]?.isAnswering == true }
            .map(\.request.period).max() ?? .zero
        let pause = isLost ? min(round, .seconds(1)) : max(round, price * 5)
        return max(latest, lastSteal + price + pause)
    }
}

// MARK: What came of a request

extension PollSchedule {
    /// The request was answered, with values or with a refusal of its address.
    ///
    /// - Returns: whether its unit had been lost.
    mutating func answered(_ index: Int, at now: BootTime) -> Bool {
        let number = entries[index].request.read.unit
        let wasLost = units[number]?.isLost == true
        units[number] = Unit(isAnswering: true)
        entries[index].misses = 0
        if wasLost {
            for other in entries.indices where entries[other].request.read.unit == number { entries[other].due = now }
        }
        moveOn(index, after: now)
        return wasLost
    }

    /// The request brought nothing.
    ///
    /// - Parameter lateAnswer: how long an answer to it may still come; the unit is asked nothing before.
    mutating func missed(_ index: Int, at now: BootTime, lateAnswer: Duration) -> Loss? {
        let number = entries[index].request.read.unit
        var unit = units[number] ?? Unit()
        unit.misses += 1
        unit.isAnswering = false
        unit.quietUntil = now + lateAnswer
        entries[index].misses += 1
        let isNews = !unit.isLost && unit.misses >= unitSilent
        if isNews { unit.isLost = true }
        if unit.isLost {
            unit.interval = min(Self.longestInterval, max(unit.interval * 2, entries[index].request.period))
            for other in entries.indices where entries[other].request.read.unit == number {
                entries[other].due = now + unit.interval
            }
        } else {
            moveOn(index, after: now)
        }
        units[number] = unit
        if isNews { return .unit }
        return !unit.isLost && entries[index].misses == unitSilent ? .request : nil
    }

    /// Puts one request for each address in the place of `index`, which the unit refused as a whole.
    mutating func split(_ index: Int, at now: BootTime) {
        let refused = entries.remove(at: index)
        entries += refused.request.split.map { Entry(request: $0, due: now) }
    }

    /// Everything is due: the connection was opened anew.
    mutating func restart(at now: BootTime) {
        for index in entries.indices { entries[index].due = now }
    }

    /// To the next instant of the request's grid: what a stall skipped is not made up for.
    private mutating func moveOn(_ index: Int, after now: BootTime) {
        let period = max(1, entries[index].request.period.nanoseconds)
        let late = max(0, now.nanoseconds - entries[index].due.nanoseconds)
        entries[index].due = entries[index].due + .nanoseconds((late / period + 1) * period)
    }
}
