// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothSensing
import Glibc
import Modbus

/// A scan of one bus: finds the settings and addresses that answer, and identifies the boards. It only reads.
///
/// Blocks the thread that runs it. Checks before each request whether to stop.
package final class BusScan {
    /// Reports during a scan.
    package enum News: Sendable {
        /// A request is about to be made.
        case progress(ScanProgress)
        case found(FoundUnit)
    }

    /// The result of a scan.
    package struct Result: Sendable {
        /// In the order of their answers.
        package var units: [FoundUnit] = []
        /// Whether the whole plan was carried out.
        package var isComplete = false
        /// Why it failed; nil if it was stopped or completed.
        package var failure: ModbusError?
        /// Settings at which bad frames were heard: a unit at another speed, noise, or two masters.
        package var noisy: [SerialLine] = []
    }

    /// How long to wait after bad frames before asking again. A whole frame at 9600 Bd takes 267 ms, but a line that is
    /// never quiet must not stop the scan.
    private static let noiseTime = Duration.milliseconds(50)

    /// How many times to try to open a line that was just in use, 20 ms apart.
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
    /// The longest time the current unit took to begin an answer.
    private var delay = Duration.zero

    /// Ends the scan from inside, because the line is gone or unusable.
    private struct Stop: Error {
        var failure: ModbusError?
    }

    /// - Parameters:
    ///   - isStopped: called before each request.
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

    /// Runs until the plan is done, the scan is stopped, or the line fails.
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
            // With few units the next probe comes soon, and a late answer to this one could be mistaken for its answer.
            if plan.isShort(probe, in: round) { line?.awaitSilence() }
        }
        try askLateUnits(round)
    }

    /// Opens the line at a setting. Late answers at the old setting are waited for first, so that nothing carries over.
    private func open(_ setting: SerialLine?) throws(Stop) {
        line?.awaitSilence()
        let hasOpened = line != nil
        line = nil
        let endpoint: ModbusEndpoint =
            switch (bus.transport, setting) {
            case (.serial(let path, _, _, _), let setting?): .serial(path: path, line: setting)
            default: ModbusEndpoint(bus.transport)
            }
        // A child process that was just started may hold the old descriptor, and its lock, until it calls exec.
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

    /// Whether the unit was found at this speed. A line without real parity (a pseudo-terminal, some converters)
    /// answers at two parities; that is one unit.
    private func isKnown(_ unit: Int, _ setting: SerialLine?) -> Bool {
        result.units.contains { $0.unit == unit && $0.line?.baud == setting?.baud }
    }

    /// Asks again, with more time, the units whose answers came after the scan had gone on.
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

    /// The unit's answer; nil for silence or bad frames.
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
                // Exceptions 10 and 11 come from a gateway: the unit is not there (Modbus Application Protocol 1.1b3,
                // 7).
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
            // Gateways close idle connections, so reconnect once. A serial line that fails is gone.
            guard setting == nil, triesAgain else { throw Stop(failure: error) }
            return try answer(to: request, setting, within: span, triesAgain: false)
        }
    }

    /// Notes how long the answer took, without the time of both frames on the wire.
    private func noteDelay(of request: ReadRequest, since start: ContinuousClock.Instant, _ setting: SerialLine?) {
        let wire = setting?.time(of: 13 + request.table.bytes(of: request.count)) ?? .zero
        delay = max(delay, start.duration(to: .now) - wire)
    }

    // MARK: What it is

    /// Makes the reads that tell boards apart, each once, and gives the unit time for them.
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
    /// The read that checks for a sign.
    init(_ sign: BoardProfile.Sign, of unit: Int) {
        self.init(unit: unit, table: DataTable(sign.table), address: sign.address, count: sign.count)
    }
}
