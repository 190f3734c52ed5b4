// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus

/// What a bus is asked next, and what its answers mean. Told the time; does no I/O.
///
/// One request is under way at a time. In this order: an output that cannot wait, a poll that is due, a question of the
/// technician's in between; whether a silent unit is asked is the schedule's matter.
struct BusPoller {
    enum Step {
        case ask(Question)
        /// Nothing to ask before; nil: until something happens.
        case wait(until: BootTime?)
    }

    /// A request, with how it is to be made.
    struct Question {
        var request: ModbusRequest
        var within: Duration
        /// Whether it is worth a second try after noise: an answer is expected.
        var mayRepeat: Bool
    }

    /// What the question under way is for.
    enum Purpose {
        case poll(Int)
        /// The guard of a unit, before the poll of the same index.
        case proof(Int, ReadRequest)
        case output(BusOutputs.Write)
        case errand(Errand)
    }

    /// A read that somebody asked for.
    struct Errand {
        var request: ReadRequest
        var since: BootTime
        var answer: @Sendable (Result<[UInt16], ModbusError>) -> Void
    }

    /// A lamp waits so long at most for polls that are due; an errand as long as people do not mind.
    private static let outputPatience = Duration.milliseconds(50)
    private static let errandPatience = Duration.milliseconds(500)
    /// Between two outputs that polls had to wait for.
    private static let outputPause = Duration.milliseconds(250)

    let configuration: ModbusBusConfiguration
    let points: [PolledPoint]
    var prices: BusPrices
    let ledger: UnitLedger
    var schedule: PollSchedule
    var readings: PointReadings
    var guards: GuardWatch
    var outputs: BusOutputs
    var errands: [Errand] = []
    var purpose: Purpose?
    /// Why the bus cannot be used, as it was told last.
    var lossTold: DeviceFault?
    var retryAt: BootTime?
    var isLent = false
    /// Of units that were told to be busy, the requests that they have no values for.
    var busyRequests: [Int: Set<ReadRequest>] = [:]
    /// Units whose loss stands since the last run.
    var lostSinceLastRun: Set<Int>
    /// Points whose address their unit refuses, or keeps silent to, as it was told.
    var refusedPoints: Set<PointID>
    /// Whether the bus was lost when the last run ended.
    var isLostSinceLastRun: Bool
    /// Before this an answer may come to what was asked by a borrower of the line, before the start, or before the
    /// connection broke.
    var quietUntil: BootTime?
    /// A probe over TCP that was not answered, and whether a poll after it was not either; nil once a live unit has
    /// answered since.
    var probe: (began: BootTime, hasHeldUp: Bool)?
    /// Why each unit counts as lost, as it was told.
    var unitFaults: [Int: Set<Message>] = [:]
    /// Units whose answers come, but too late.
    var lateUnits: Set<Int> = []
    /// An errand was run last although polls had to wait: the next one lets one of them go first.
    private var isErrandLast = false
    /// Before this no poll has to wait for an output.
    private var noOutputBefore: BootTime

    init(_ setup: BusSetup, ledger: UnitLedger, start: BootTime) {
        configuration = setup.configuration
        points = setup.polledPoints
        self.ledger = ledger
        prices = BusPrices(setup.configuration, ledger)
        schedule = PollSchedule(
            PollPlan(points, bus: setup.configuration), unitSilent: setup.unitSilent, start: start)
        readings = PointReadings(lasting: setup.unitSilent, remembered: setup.remembered)
        guards = GuardWatch(setup.configuration.units)
        let bus = setup.configuration.name
        outputs = BusOutputs(setup.outputs, on: bus, standing: setup.standing)
        lostSinceLastRun = Set(points.map(\.source.unit).filter { setup.standing.contains(.unit($0, of: bus)) })
        refusedPoints = Set(points.map(\.id).filter { setup.standing.contains(.address(of: $0)) })
        isLostSinceLastRun = setup.standing.contains(.bus(bus))
        // The agent's last run may have asked a moment ago.
        quietUntil = start + prices.strangersLateness
        noOutputBefore = start
    }

    // MARK: What to ask

    /// What to do now; nothing is under way.
    mutating func next(at now: BootTime) -> Step {
        guard !isLent else { return .wait(until: nil) }
        if let retryAt, now < retryAt { return .wait(until: retryAt) }
        if let quietUntil, now < quietUntil { return .wait(until: quietUntil) }
        if let question = urgentOutput(at: now) { return .ask(question) }
        if !isErrandLast, let errand = nextErrand(at: now), now - errand.since >= Self.errandPatience {
            isErrandLast = true
            return .ask(run(errand))
        }
        isErrandLast = false
        switch schedule.next(at: now, cost: prices.price) {
        case .request(let index, let patience): return .ask(poll(index, patience, at: now))
        case .wait(let instant): return fill(until: instant, at: now)
        case .rest: return fill(until: nil, at: now)
        }
    }

    /// Uses the bus's spare time for what can wait.
    private mutating func fill(until instant: BootTime?, at now: BootTime) -> Step {
        if let errand = nextErrand(at: now), instant.map({ now + prices.price(of: errand.request).full <= $0 }) ?? true
        {
            return .ask(run(errand))
        }
        let errand = errands.first.map { max(schedule.quietUntil(for: $0.request), $0.since + Self.errandPatience) }
        return .wait(until: [instant, outputs.nextDeadline(after: now), errand].compactMap(\.self).min())
    }

    /// The errand that waits, unless an answer to a poll of its unit may still come, which would pass for its own.
    private func nextErrand(at now: BootTime) -> Errand? {
        errands.first.flatMap { schedule.quietUntil(for: $0.request) <= now ? $0 : nil }
    }

    /// An output goes before a poll that is not due while it is written; and it does not wait for long. Where there is no
    /// time for it, a lamp that blinks blinks slower.
    private mutating func urgentOutput(at now: BootTime) -> Question? {
        let isTrusted = { [schedule, guards] (unit: Int) in
            schedule.state(of: unit) == .answering && guards.request(before: unit, at: now) == nil
        }
        guard let write = outputs.next(at: now, canBeWritten: isTrusted) else { return nil }
        if let due = schedule.liveRequests(at: now).nextDue, due < now + prices.usual(of: write.request) {
            guard now - write.since >= Self.outputPatience, now >= noOutputBefore else { return nil }
            noOutputBefore = now + Self.outputPause
        }
        return question(write)
    }

    private mutating func question(_ write: BusOutputs.Write) -> Question {
        purpose = .output(write)
        let timeout = configuration.responseTimeout(of: write.request.unit)
        return Question(request: write.request, within: timeout, mayRepeat: true)
    }

    private mutating func run(_ errand: Errand) -> Question {
        errands.removeFirst()
        purpose = .errand(errand)
        return Question(
            request: .read(errand.request), within: configuration.responseTimeout(of: errand.request.unit),
            mayRepeat: true)
    }

    private mutating func poll(_ index: Int, _ patience: Duration?, at now: BootTime) -> Question {
        let read = schedule.request(index).read
        let timeout = configuration.responseTimeout(of: read.unit)
        let span = patience.map { max(.milliseconds(1), min(timeout, $0 - prices.wireTime(of: read))) } ?? timeout
        let isExpected = schedule.state(of: read.unit) == .answering
        if let proof = guards.request(before: read.unit, at: now) {
            purpose = .proof(index, proof)
            return Question(request: .read(proof), within: span, mayRepeat: isExpected)
        }
        purpose = .poll(index)
        return Question(request: .read(read), within: span, mayRepeat: isExpected)
    }
}

// MARK: What others want of the bus

extension BusPoller {
    mutating func drive(_ output: String, isOn: Bool, at now: BootTime) {
        outputs.drive(output, isOn: isOn, at: now)
    }

    /// Makes one read when the bus has time for it; refused at once while the bus is away.
    mutating func run(
        _ request: ReadRequest, at now: BootTime, _ answer: @escaping @Sendable (Result<[UInt16], ModbusError>) -> Void
    ) {
        if isLent { return answer(.failure(ModbusError(.open, code: EBUSY))) }
        if lossTold != nil { return answer(.failure(ModbusError(.open, code: ENOTCONN))) }
        errands.append(Errand(request: request, since: now, answer: answer))
    }

    /// The line is given to somebody else; the caller closes it.
    mutating func lend(_ fault: DeviceFault, at now: BootTime) -> [SensorReport] {
        isLent = true
        if case .errand(let errand)? = purpose { errands.append(errand) }
        for errand in errands { errand.answer(.failure(ModbusError(.open, code: EBUSY))) }
        errands = []
        purpose = nil
        guards.doubtAll()
        return busLost(fault, at: now)
    }

    /// The line is this side's again, once nothing more can come to what the borrower asked.
    mutating func takeBack(at now: BootTime) {
        isLent = false
        retryAt = nil
        beQuiet(until: now + prices.strangersLateness)
    }

    /// Asks nobody anything before `instant`.
    mutating func beQuiet(until instant: BootTime) {
        quietUntil = max(instant, quietUntil ?? instant)
    }

    /// Whatever an output shows, it is to show nothing any more.
    ///
    /// - Returns: the next request that this takes; nil when there is none, or none that can be made.
    mutating func rest(at now: BootTime) -> Question? {
        outputs.rest(at: now)
        // One that missed a poll may still be there; one that is lost has nothing that could be switched off.
        let mayBeThere = { [schedule] (unit: Int) in schedule.state(of: unit) != .silent }
        guard !isLent, lossTold == nil, let write = outputs.next(at: now, canBeWritten: mayBeThere) else { return nil }
        return question(write)
    }

    /// Whether anything on the bus is written.
    var hasOutputs: Bool { !outputs.isEmpty }

    /// The question under way is given up.
    mutating func drop() {
        purpose = nil
    }
}
