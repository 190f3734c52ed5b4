// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus

/// Decides the next request of a bus, and applies its answers. Gets the time; does no I/O.
///
/// There is one request at a time. The order is: an urgent output, a technician's read that has waited long enough, a
/// due poll, and whatever fits into spare time. The schedule decides whether a silent unit is probed.
struct BusPoller {
    enum Step {
        case ask(Question)
        /// Nothing to ask before this instant; nil: until an event.
        case wait(until: BootTime?)
    }

    /// A request, with how it is to be made.
    struct Question {
        var request: ModbusRequest
        var within: Duration
        /// Whether to repeat the request after noise, because an answer is expected.
        var mayRepeat: Bool
    }

    /// What the current request is for.
    enum Purpose {
        case poll(Int)
        /// The guard of a unit, read before the poll with this index.
        case proof(Int, ReadRequest)
        case output(BusOutputs.Write)
        case errand(Errand)
    }

    /// A single read that a person asked for.
    struct Errand {
        var request: ReadRequest
        var since: BootTime
        var answer: @Sendable (Result<[UInt16], ModbusError>) -> Void
    }

    /// The longest that an output or an errand waits for due polls.
    private static let outputPatience = Duration.milliseconds(50)
    private static let errandPatience = Duration.milliseconds(500)
    /// The shortest time between two outputs that delay polls.
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
    /// The reported reason why the bus cannot be used.
    var lossTold: DeviceFault?
    var retryAt: BootTime?
    var isLent = false
    /// For each unit reported busy, the requests that have no values yet.
    var busyRequests: [Int: Set<ReadRequest>] = [:]
    /// Units that were lost when the last run ended.
    var lostSinceLastRun: Set<Int>
    /// Points whose address the unit refuses or does not answer, as reported.
    var refusedPoints: Set<PointID>
    /// Whether the bus was lost when the last run ended.
    var isLostSinceLastRun: Bool
    /// Until then an answer may come to a request made before the start, before the connection broke, or by a borrower
    /// of the line.
    var quietUntil: BootTime?
    /// An unanswered probe over TCP, and whether a poll after it was not answered either; nil once a live unit has
    /// answered.
    var probe: (began: BootTime, hasHeldUp: Bool)?
    /// The reported reasons why each unit is lost.
    var unitFaults: [Int: Set<Message>] = [:]
    var lateUnits: Set<Int> = []
    /// Whether the last request was an errand that delayed polls. Then a poll goes before the next errand.
    private var isErrandLast = false
    /// Until then no poll is delayed by an output.
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
        // The last run of the agent may have made a request a moment ago.
        quietUntil = start + prices.strangersLateness
        noOutputBefore = start
    }

    // MARK: What to ask

    /// The next step. Call it while no request is in progress.
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

    /// Uses spare time for work that can wait.
    private mutating func fill(until instant: BootTime?, at now: BootTime) -> Step {
        if let errand = nextErrand(at: now), instant.map({ now + prices.price(of: errand.request).full <= $0 }) ?? true
        {
            return .ask(run(errand))
        }
        let errand = errands.first.map { max(schedule.quietUntil(for: $0.request), $0.since + Self.errandPatience) }
        return .wait(until: [instant, outputs.nextDeadline(after: now), errand].compactMap(\.self).min())
    }

    /// The waiting errand; nil while a late answer to a poll of its unit could be mistaken for its answer.
    private func nextErrand(at now: BootTime) -> Errand? {
        errands.first.flatMap { schedule.quietUntil(for: $0.request) <= now ? $0 : nil }
    }

    /// An output that is written before the due polls. It goes at once if there is time before the next due poll.
    /// Otherwise it waits a short time, and then delays a poll. If the bus is too slow, a blinking lamp blinks slower.
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

    /// Makes one read when the bus has time for it. Fails at once if the bus is lost or lent.
    mutating func run(
        _ request: ReadRequest, at now: BootTime, _ answer: @escaping @Sendable (Result<[UInt16], ModbusError>) -> Void
    ) {
        if isLent { return answer(.failure(ModbusError(.open, code: EBUSY))) }
        if lossTold != nil { return answer(.failure(ModbusError(.open, code: ENOTCONN))) }
        errands.append(Errand(request: request, since: now, answer: answer))
    }

    /// Gives the line to somebody else. The caller closes the connection.
    mutating func lend(_ fault: DeviceFault, at now: BootTime) -> [SensorReport] {
        isLent = true
        if case .errand(let errand)? = purpose { errands.append(errand) }
        for errand in errands { errand.answer(.failure(ModbusError(.open, code: EBUSY))) }
        errands = []
        purpose = nil
        guards.doubtAll()
        return busLost(fault, at: now)
    }

    /// Takes the line back. Waits until no answer to the borrower's requests can come.
    mutating func takeBack(at now: BootTime) {
        isLent = false
        retryAt = nil
        beQuiet(until: now + prices.strangersLateness)
    }

    mutating func beQuiet(until instant: BootTime) {
        quietUntil = max(instant, quietUntil ?? instant)
    }

    /// Switches every output off.
    ///
    /// - Returns: the next write for this; nil when there is none, or none that can be made.
    mutating func rest(at now: BootTime) -> Question? {
        outputs.rest(at: now)
        // A unit that missed a poll may still be there. A lost unit cannot be switched off.
        let mayBeThere = { [schedule] (unit: Int) in schedule.state(of: unit) != .silent }
        guard !isLent, lossTold == nil, let write = outputs.next(at: now, canBeWritten: mayBeThere) else { return nil }
        return question(write)
    }

    var hasOutputs: Bool { !outputs.isEmpty }

    /// Gives up the current request.
    mutating func drop() {
        purpose = nil
    }
}
