// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// When each request of a bus is due, and which one is next. Pure: told the time.
///
/// Requests that are answered are *live*: each has its own grid, and of those that are due the one with the earliest
/// deadline, one period after its instant, is made. A step of priority is worth `step` of lateness, so that on a bus
/// that is too slow for its plan urgent points keep their period, and the others are at most three steps later.
///
/// What was not answered is *probed* in the time that the live ones leave: with the unit's whole response timeout where
/// that fits before the next live request, else with what fits. A unit that answers only after such a short probe is
/// heard as a foreign frame, and asked again with its whole timeout (`heard`). Where no gap is wide enough for the
/// shortest probe, live requests are made to wait for one: a twelfth of their time at most goes there, and never two
/// in a row without a live round between (`StealBudget`).
///
/// A lost unit is probed after a growing interval, at most 8 s after its last probe, each in turn. Where n lost units
/// want more time than there is, fifteen of sixteen probes are the shortest. One that comes back is seen within
/// 8.5 s + n × (15 × least + full) ÷ 16 ÷ s of its return, where s is the part of the bus's time that probes can use:
/// that of the gaps, or a twelfth without any. One that is slower than its probe allowed is heard, and seen with the
/// next gap or stolen probe; where its late answers meet other frames, it has up to four tries.
struct PollSchedule {
    /// What to do now.
    enum Next: Equatable {
        /// `patience`: the span from the request's start to its end that the bus can spare, shorter than `Price.full`;
        /// nil: the unit's whole response timeout.
        case request(Int, patience: Duration?)
        case wait(until: BootTime)
        /// Nothing is polled at all.
        case rest
    }

    /// What a request takes that is not answered, from its start to its end, the wire's time included.
    struct Price: Equatable, Sendable {
        /// With the unit's whole response timeout.
        var full: Duration
        /// The shortest probe that makes sense, `full` or less.
        var least: Duration
    }

    /// What counts as lost from a miss on.
    enum Loss: Equatable {
        case unit
        /// The unit answers other requests.
        case request
    }

    /// The contract asks a silent unit every 10 s at least; what lies between is for finding a gap.
    static let longestInterval = Duration.seconds(8)
    /// How long no gap has to be wide enough before a live request is made to wait for a probe.
    static let gapWatch = Duration.milliseconds(1500)
    /// How late a probe may be before probes are cut short, or a live request is made to wait.
    static let backlog = Duration.milliseconds(500)
    /// How much later a request may be than one of the next higher priority before it goes first.
    static let step = Duration.seconds(2)
    /// Between the end of a probe and the next live request: the thread may be woken late.
    static let margin = Duration.milliseconds(2)
    /// A probe that is so late does not wait for the late answer of another.
    static let longestHold = Duration.seconds(1)
    /// After so many short probes of a lost unit, one has the whole response timeout where that fits.
    static let shortProbesInARow = 15
    /// After so many probes of units that may yet be lost, a lost one has its turn.
    static let missingInARow = 4
    static let firstBusyPause = Duration.milliseconds(20)
    static let longestBusyPause = Duration.seconds(1)

    let unitSilent: Int
    let plan: PollPlan
    var entries: [PollEntry]
    var units: [PollUnit]
    /// Units that are not in the plan, and were asked all the same.
    var strangers: [Int: PollUnit] = [:]
    /// Units whose plan is to be made anew before the next request; indexes hold until then.
    var changed: Set<Int> = []
    /// The request made last, and whether it had less than its whole timeout.
    var made: (index: Int, isShort: Bool)?
    var steal = StealBudget()
    var gaps = GapWatch(Self.gapWatch)
    /// When a short probe begins that is to begin late in its gap.
    private var lateStart: (index: Int, at: BootTime)?
    /// Before this the answer to a short probe may be on the wire.
    var heldUntil = BootTime(nanoseconds: 0)
    private var missingProbes = 0

    /// - Parameter unitSilent: polls without a reading before a unit counts as lost.
    init(_ plan: PollPlan, unitSilent: Int, start: BootTime) {
        self.plan = plan
        self.unitSilent = unitSilent
        let numbers = Set(plan.requests.map(\.read.unit)).sorted()
        units = numbers.map { PollUnit($0) }
        let places = Dictionary(uniqueKeysWithValues: zip(numbers, numbers.indices))
        entries = plan.requests.map { PollEntry($0, unit: places[$0.read.unit] ?? 0, due: start) }
    }

    /// - Parameter index: as `next` gave it; holds until `next` or `split` is called again.
    func request(_ index: Int) -> PollRequest { entries[index].request }

    /// All points of `unit`.
    func points(of unit: Int) -> [PolledPoint] {
        entries.lazy.filter { $0.request.read.unit == unit }.flatMap(\.request.points)
    }

    /// What is known of `unit` now; unknown for one that is not in the plan.
    func state(of unit: Int) -> UnitCounters.State { units.first { $0.number == unit }?.state ?? .unknown }

    /// Before this an answer may come that would pass for the one to `read`; the past where none may.
    func quietUntil(for read: ReadRequest) -> BootTime {
        (units.first { $0.number == read.unit } ?? strangers[read.unit])?.quietUntil(for: read)
            ?? BootTime(nanoseconds: 0)
    }

    /// Which request to make now, if any.
    ///
    /// - Parameter cost: what a request takes that is not answered.
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
            // Its late answer would be lost where it meets the next probe.
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

    /// An answer that is late is lost where it meets a live request, in each gap the same one; so short probes of a unit
    /// begin at different times in their gaps.
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
