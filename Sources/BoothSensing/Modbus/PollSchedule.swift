// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// When each request of a bus is due, and which one is next. Pure: told the time.
///
/// Requests that are answered are *live*: each has its own grid, and of those that are due the one with the earliest
/// deadline is made; a step of priority is worth `step` of lateness, so that on a bus that is too slow for its plan
/// urgent points keep their period, and none is later than three steps for the sake of others.
///
/// What was not answered is *probed* in the time that the live ones leave: with the unit's whole response timeout where
/// that fits before the next live request, else with what fits. A unit that answers only after such a short probe is
/// heard as a foreign frame, and asked again with its whole timeout (`heard`). Where there is no gap even for the
/// shortest probe, a live request is made to wait for one: at most a thirteenth of the bus's time goes there, and never
/// two of them without a round of live requests between.
///
/// A lost unit is probed after a growing interval, at most `longestInterval`, counted from its last probe; probes take
/// turns. When n of them want more time than there is, seven of eight are cut to the shortest: a unit that comes back
/// is seen within 8 s + 0.5 s + n × (7 × least + full) ÷ 8 ÷ s of its return, where s is the part of the bus's time
/// that probes fit in; one that answers slower than its probe allowed, one response timeout and one gap later. On a bus
/// without gaps, s is a thirteenth.
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
    /// How long a lost unit waits for a gap before a live one is made to wait.
    static let patience = Duration.milliseconds(1500)
    /// How late a probe may be before probes are cut short.
    static let backlog = Duration.milliseconds(500)
    /// How much later a request may be than one of the next higher priority before it goes first.
    static let step = Duration.seconds(2)
    /// Between the end of a probe and the next live request: the thread may be woken late.
    static let margin = Duration.milliseconds(2)
    /// After a probe that live units waited for, none for so many times as long as it took.
    static let pausesOfSteal = 12
    /// Of so many probes one has the whole response timeout where that fits.
    static let shortProbesInARow = 7
    /// After so many probes of units that may yet be lost, a lost one has its turn.
    static let missingInARow = 4
    static let firstBusyPause = Duration.milliseconds(20)
    static let longestBusyPause = Duration.seconds(1)

    let unitSilent: Int
    let plan: PollPlan
    var entries: [PollEntry]
    var units: [PollUnit]
    /// Units whose plan is to be made anew before the next request; indexes hold until then.
    var changed: Set<Int> = []
    /// The request made last, and whether it had less than its whole timeout.
    var made: (index: Int, isShort: Bool)?
    var steal = StealBudget()
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

    /// Which request to make now, if any.
    ///
    /// - Parameter cost: what a request takes that is not answered.
    mutating func next(at now: BootTime, cost: (PollRequest) -> Price) -> Next {
        restorePlans(at: now)
        let live = liveRequests(at: now)
        let spare = live.nextDue.map { $0 - now - Self.margin }
        let maySteal = steal.isAllowed(at: now, live: live.count)
        if live.ready == nil || maySteal,
            let probe = bestProbe(
                at: now, Room(spare: spare, maySteal: maySteal, isMissingsTurn: isMissingsTurn), cost),
            !probe.isSteal || steal.begins(at: now, probe.price, live: live)
        {
            missingProbes = units[entries[probe.index].unit].isLost ? 0 : missingProbes + 1
            return make(probe.index, patience: probe.patience, at: now)
        }
        if let ready = live.ready {
            steal.liveIsMade()
            return make(ready, patience: nil, at: now)
        }
        guard let first = [live.nextDue, nextProbe(after: now)].compactMap({ $0 }).min() else { return .rest }
        return .wait(until: first)
    }

    private var isMissingsTurn: Bool { missingProbes < Self.missingInARow }

    private mutating func make(_ index: Int, patience: Duration?, at now: BootTime) -> Next {
        made = (index, patience != nil)
        entries[index].asked = now
        return .request(index, patience: patience)
    }
}
