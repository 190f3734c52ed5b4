// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothSensing
import Glibc
import Modbus

/// A scan of one bus: which settings and addresses answer, and what answers there. It reads, and cannot write.
///
/// Blocks the thread that runs it; between two requests it looks whether it is to stop.
package final class BusScan {
    /// What a scan tells while it goes on.
    package enum News: Sendable {
        /// A request is about to be made.
        case progress(ScanProgress)
        case found(FoundUnit)
    }

    /// What came of a scan.
    package struct Result: Sendable {
        /// In the order in which they answered.
        package var units: [FoundUnit] = []
        /// Whether everything that was planned was asked.
        package var isComplete = false
        /// Why it ended early; nil where it was stopped or came to its end.
        package var failure: ModbusError?
        /// Settings at which broken frames were heard: a unit at another speed, noise, or two masters.
        package var noisy: [SerialLine] = []
    }

    /// How long broken frames are let pass before a unit is asked once more: a whole frame at 9600 Bd is 267 ms, but a
    /// line that is never quiet must not hold the scan up.
    private static let noiseTime = Duration.milliseconds(50)

    /// How often a line that was held before is asked for, 20 ms apart.
    private static let mostOpenings = 50

    private let bus: ModbusBusConfiguration
    private let profiles: [BoardProfile]
    private let plan: ScanPlan
    private let isStopped: () -> Bool
    private let tell: (News) -> Void

    private var line: ReadOnlyLine?
    private var result = Result()
    private var noise: [SerialLine: Int] = [:]
    private var pace: ScanPace
    /// The longest that the unit that is looked at took to begin an answer.
    private var delay = Duration.zero

    /// Ends a scan from within, when the line is gone or useless.
    private struct Stop: Error {
        var failure: ModbusError?
    }

    /// - Parameters:
    ///   - isStopped: asked before each request.
    ///   - tell: called on the thread that runs the scan.
    package init(
        _ bus: ModbusBusConfiguration, profiles: [BoardProfile], plan: ScanPlan, isStopped: @escaping () -> Bool,
        tell: @escaping (News) -> Void
    ) {
        self.bus = bus
        self.profiles = profiles
        self.plan = plan
        self.isStopped = isStopped
        self.tell = tell
        pace = ScanPace(plan)
    }

    /// Asks until the plan is done, the scan is stopped, or the line fails.
    package func run() -> Result {
        do throws(Stop) {
            for round in plan.rounds { try make(round) }
            result.isComplete = true
        } catch {
            result.failure = error.failure
        }
        line = nil
        result.noisy = noise.filter { $0.value > 1 }.keys.sorted { $0.baud < $1.baud }
        return result
    }

    // MARK: Rounds

    private func make(_ round: ScanPlan.Round) throws(Stop) {
        pace.begin(round)
        try open(round.line)
        for probe in round.probes {
            for unit in round.units {
                if isStopped() { throw Stop() }
                tell(.progress(pace.progress(at: round.line, unit: unit, found: result.units.count)))
                if !isKnown(unit, round.line) { try ask(probe.request(to: unit), round.line) }
                pace.made(probe, at: round.line)
            }
            // Few units are asked again soon: a slow one would be heard answering what was asked before.
            if plan.isShort(probe, in: round) { line?.awaitSilence() }
        }
        try askLateUnits(round)
    }

    /// The line at another speed is another line to whoever is on it: what is still to come belongs to nobody.
    private func open(_ setting: SerialLine?) throws(Stop) {
        line?.awaitSilence()
        let hasOpened = line != nil
        line = nil
        let endpoint: ModbusEndpoint =
            switch (bus.transport, setting) {
            case (.serial(let path, _, _, _), let setting?): .serial(path: path, line: setting)
            default: ModbusEndpoint(bus.transport)
            }
        // Whoever was just started by this process may hold the old descriptor, and its lock, until it has begun.
        for attempt in 1... {
            do throws(ModbusError) {
                line = try ReadOnlyLine(to: endpoint, responseTimeout: plan.timeout)
                return
            } catch {
                guard hasOpened, error.operation == .takeLine, attempt < Self.mostOpenings else {
                    throw Stop(failure: error)
                }
                poll(nil, 0, 20)
            }
        }
    }

    /// A unit that answers at two parities of one speed is one unit on a line that carries none: a pseudo-terminal, some
    /// converters.
    private func isKnown(_ unit: Int, _ setting: SerialLine?) -> Bool {
        result.units.contains { $0.unit == unit && $0.line?.baud == setting?.baud }
    }

    /// Those that answered after the scan had gone on to the next are asked again, and given time.
    private func askLateUnits(_ round: ScanPlan.Round) throws(Stop) {
        guard let line else { return }
        line.awaitSilence()
        for unit in line.takeLateUnits().sorted() where !isKnown(unit, round.line) && round.units.contains(unit) {
            for probe in round.probes where !isKnown(unit, round.line) {
                if isStopped() { throw Stop() }
                try ask(probe.request(to: unit), round.line, within: ReadOnlyLine.longestLateness)
                line.awaitSilence()
            }
        }
    }

    // MARK: Requests

    private func ask(_ request: ReadRequest, _ setting: SerialLine?, within span: Duration? = nil) throws(Stop) {
        delay = .zero
        guard let answer = try answer(to: request, setting, within: span) else { return }
        var found = FoundUnit(
            unit: request.unit, line: setting, identity: BoardIdentity(),
            evidence: FoundUnit.Evidence(request: request, answer: answer))
        found.identity = try identify(request.unit, setting, within: max(span ?? .zero, patience))
        found.delay = delay
        result.units.append(found)
        tell(.found(found))
    }

    /// What the unit says; nil where it is silent, or broken frames come.
    private func answer(
        to request: ReadRequest, _ setting: SerialLine?, within span: Duration? = nil, triesAgain: Bool = true
    ) throws(Stop) -> UnitAnswer? {
        guard let line else { return nil }
        let start = ContinuousClock.now
        do throws(ModbusError) {
            let values = try line.read(request, within: span)
            noteDelay(of: request, since: start, setting)
            return .values(values)
        } catch {
            if let exception = error.exception {
                noteDelay(of: request, since: start, setting)
                // A gateway's own word for a unit that is not there (Modbus Application Protocol 1.1b3, 7).
                return setting == nil && exception >= 10 ? nil : .exception(exception)
            }
            if error.isEcho { throw Stop(failure: error) }
            if error.isTimeout || error.operation == .selectUnit { return nil }
            if error.isBadFrame {
                if let setting { noise[setting, default: 0] += 1 }
                guard triesAgain else { return nil }
                line.awaitSilence(within: Self.noiseTime)
                return try answer(to: request, setting, within: span, triesAgain: false)
            }
            // A gateway that closes what idles is opened again once; a serial line that went is gone.
            guard setting == nil, triesAgain else { throw Stop(failure: error) }
            return try answer(to: request, setting, within: span, triesAgain: false)
        }
    }

    /// What an answer took beyond both frames' own time on the wire.
    private func noteDelay(of request: ReadRequest, since start: ContinuousClock.Instant, _ setting: SerialLine?) {
        let wire = setting?.time(of: 13 + request.table.bytes(of: request.count)) ?? .zero
        delay = max(delay, start.duration(to: .now) - wire)
    }

    // MARK: What it is

    /// Makes the reads by which boards are told apart, each once, and gives the unit time for them.
    private func identify(
        _ unit: Int, _ setting: SerialLine?, within span: Duration
    ) throws(Stop) -> BoardIdentity {
        line?.awaitSilence()
        let reads = ScanPlan.distinct(profiles.flatMap(\.signs).map { ReadRequest($0, of: unit) })
        var answers: [ReadRequest: UnitAnswer] = [:]
        for read in reads {
            if isStopped() { throw Stop() }
            if let answer = try answer(to: read, setting, within: span) { answers[read] = answer }
            line?.awaitSilence()
        }
        return BoardIdentity(of: unit, at: setting, among: profiles) { answers[ReadRequest($0, of: unit)] }
    }

    private var patience: Duration { max(plan.timeout, min(bus.responseTimeout, ReadOnlyLine.longestLateness)) }
}

extension ReadRequest {
    /// The read that looks for a sign.
    init(_ sign: BoardProfile.Sign, of unit: Int) {
        self.init(unit: unit, table: DataTable(sign.table), address: sign.address, count: sign.count)
    }
}
