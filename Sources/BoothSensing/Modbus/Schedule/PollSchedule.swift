// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// When each request of a bus is due, and which is next. Pure: gets the time.
///
/// A request that is answered is *live*. Each live request has its own grid of instants. Of those due, the one with the
/// earliest deadline (its instant plus one period) is made first. Each step of priority shifts the deadline by `step`.
/// So on a bus that is too slow for its plan, urgent points keep their period, and others are three steps later at
/// most.
///
/// A request that was not answered is *probed* in the time between live requests. A probe gets the unit's whole
/// response timeout if that fits before the next live request; otherwise it gets what fits. If the unit answers only
/// after such a short probe ended, its answer is heard as a foreign frame, and the unit is probed with its whole
/// timeout (`heard`). If no gap is wide enough for the shortest probe, live requests wait for one. This takes a twelfth
/// of their time at most, with at least one round of live requests between two such probes (`StealBudget`).
///
/// Lost units are probed in turn, at intervals that grow to 8 s. When n lost units need more time than there is,
/// fifteen of sixteen probes are the shortest. A returning unit is then seen within 8.5 s + n × (15 × least + full) ÷
/// 16 ÷ s. Here s is the share of the bus's time that probes can use: the gaps, or a twelfth if there are none. A unit
/// slower than its probe is heard, and then seen with the next gap or delayed live request; if its late answers collide
/// with other frames, it has up to four tries.
struct PollSchedule {
    enum Next: Equatable {
        /// `patience`: the time that the bus can spare for the whole request, less than `Price.full`; nil: the unit's
        /// whole response timeout.
        case request(Int, patience: Duration?)
        case wait(until: BootTime)
        /// There is nothing to poll.
        case rest
    }

    /// How long an unanswered request takes from start to end, time on the wire included.
    struct Price: Equatable, Sendable {
        /// With the unit's whole response timeout.
        var full: Duration
        /// With the shortest probe that makes sense; `full` or less.
        var least: Duration
    }

    /// What is lost from this miss on.
    enum Loss: Equatable {
        case unit
        /// Only these addresses: the unit answers other requests.
        case request
    }

    /// A silent unit must be asked at least every 10 s. The remaining 2 s are for finding a gap.
    static let longestInterval = Duration.seconds(8)
    /// How long gaps must have been too narrow before a probe may delay a live request.
    static let gapWatch = Duration.milliseconds(1500)
    /// How late a probe may be before probes are shortened or may delay a live request.
    static let backlog = Duration.milliseconds(500)
    /// How much later a request may be than one of the next higher priority before it goes first.
    static let step = Duration.seconds(2)
    /// Kept free between the end of a probe and the next live request, because the thread may wake late.
    static let margin = Duration.milliseconds(2)
    /// A probe later than this no longer waits for another probe's late answer.
    static let longestHold = Duration.seconds(1)
    /// After this many short probes, a lost unit gets one with the whole response timeout if that fits.
    static let shortProbesInARow = 15
    /// After this many probes of units that are not lost yet, a lost unit has its turn.
    static let missingInARow = 4
    static let firstBusyPause = Duration.milliseconds(20)
    static let longestBusyPause = Duration.seconds(1)

    let unitSilent: Int
    let plan: PollPlan
    var entries: [PollEntry]
    var units: [PollUnit]
    /// Units outside the plan that were asked too.
    var strangers: [Int: PollUnit] = [:]
    /// Units whose plan is restored before the next request. Indexes are valid until then.
    var changed: Set<Int> = []
    /// The last request made, and whether it had less than its whole timeout.
    var made: (index: Int, isShort: Bool)?
    var steal = StealBudget()
    var gaps = GapWatch(Self.gapWatch)
    /// A short probe that starts later in its gap, and when.
    private var lateStart: (index: Int, at: BootTime)?
    /// Until then a late answer to a short probe may come.
    var heldUntil = BootTime(nanoseconds: 0)
    private var missingProbes = 0

    /// - Parameter unitSilent: polls in a row without a reading before a unit counts as lost.
    init(_ plan: PollPlan, unitSilent: Int, start: BootTime) {
        self.plan = plan
        self.unitSilent = unitSilent
        let numbers = Set(plan.requests.map(\.read.unit)).sorted()
        units = numbers.map { PollUnit($0) }
        let places = Dictionary(uniqueKeysWithValues: zip(numbers, numbers.indices))
        entries = plan.requests.map { PollEntry($0, unit: places[$0.read.unit] ?? 0, due: start) }
    }

    /// - Parameter index: from `next`; valid until `next` or `split` is called again.
    func request(_ index: Int) -> PollRequest { entries[index].request }

    func points(of unit: Int) -> [PolledPoint] {
        entries.lazy.filter { $0.request.read.unit == unit }.flatMap(\.request.points)
    }

    /// The state of `unit` now; `.unknown` if it is not in the plan.
    func state(of unit: Int) -> UnitCounters.State { units.first { $0.number == unit }?.state ?? .unknown }

    /// Until then a late answer may come that looks like the answer to `read`; a past instant if none can.
    func quietUntil(for read: ReadRequest) -> BootTime {
        (units.first { $0.number == read.unit } ?? strangers[read.unit])?.quietUntil(for: read)
            ?? BootTime(nanoseconds: 0)
    }

    /// The request to make now, if any.
    ///
    /// - Parameter cost: the price of an unanswered request.
    mutating func next(at now: BootTime, cost: (PollRequest) -> Price) -> Next {
        restorePlans(at: now)
        let live = liveRequests(at: now)
        let spare = live.nextDue.map { $0 - now - Self.margin }
        if let spare { gaps.note(spare, at: now) }
        let room = Room(
            spare: spare, maySteal: steal.isAllowed(at: now, live: live.count), mayBeFirst: steal.allowsFirst,
            isMissingsTurn: isMissingsTurn)
        if live.ready == nil || room.maySteal || room.mayBeFirst, let probe = bestProbe(at: now, room, cost),
            !probe.isSteal || steal.begins(at: now, probe.price, spare: spare ?? probe.price, live: live)
        {
            if let spare, let start = lateStart(of: probe, at: now, spare), start > now { return .wait(until: start) }
            // A late answer to this probe would collide with the next probe, so hold that one back.
            if probe.patience == spare, spare != nil { heldUntil = now + cost(entries[probe.index].request).full }
            missingProbes = units[entries[probe.index].unit].isLost ? 0 : missingProbes + 1
            return make(probe.index, patience: probe.patience, at: now)
        }
        if let ready = live.ready {
            steal.liveIsMade()
            return make(ready, patience: nil, at: now)
        }
        let instants = [
            live.nextDue, nextProbe(after: now), heldUntil > now ? min(heldUntil, now + Self.longestHold) : nil,
        ]
        guard let first = instants.compactMap({ $0 }).min() else { return .rest }
        return .wait(until: first)
    }

    private var isMissingsTurn: Bool { missingProbes < Self.missingInARow }

    /// A late answer is lost if it collides with a live request. That would happen in every gap in the same way, so the
    /// short probes of a unit start at different times in their gaps.
    private mutating func lateStart(of probe: Probe, at now: BootTime, _ spare: Duration) -> BootTime? {
        guard let patience = probe.patience, patience == spare else { return nil }
        if let lateStart, lateStart.index == probe.index { return lateStart.at }
        let quarters = [0, 3, 1, 2][units[entries[probe.index].unit].shortProbes % 4]
        let delay = (spare - probe.price) * quarters / 4
        guard spare - probe.price - delay > Self.margin else { return nil }
        lateStart = (probe.index, now + delay)
        return now + delay
    }

    private mutating func make(_ index: Int, patience: Duration?, at now: BootTime) -> Next {
        made = (index, patience != nil)
        lateStart = nil
        entries[index].asked = now
        return .request(index, patience: patience)
    }
}
