// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import GPIO
import Glibc

/// The input lines of one chip: requests them, reads them, and ignores a flooding line for a while.
final class ChipInputs {
    /// How often levels are read without an edge, because an edge may have been lost.
    static let levelPeriod = Duration.seconds(5)

    var lines: [InputLine]
    var held: [HeldInputs] = []
    private var nextLevels: BootTime?
    /// When the edges of a flooding line are watched again, by line.
    var resting: [Int: BootTime] = [:]
    var nextSample: BootTime?
    private let chip: GPIOChipConfiguration.Selector
    private let environment: GPIOLines.Environment
    /// Receives the outcome of an edge, on the loop's thread.
    private let finish: (ChipOutcome, BootTime) -> Void

    init(
        _ lines: [InputLine], of chip: GPIOChipConfiguration.Selector, environment: GPIOLines.Environment,
        finish: @escaping (ChipOutcome, BootTime) -> Void
    ) {
        self.lines = lines
        self.chip = chip
        self.environment = environment
        self.finish = finish
    }

    var isComplete: Bool { lines.allSatisfy(\.isHeld) }
    var isHolding: Bool { !held.isEmpty }
    var offsets: Set<Int> { Set(held.flatMap(\.offsets)) }
    var nextDeadline: BootTime? { [nextLevels, nextSample].compactMap(\.self).min() }

    /// Makes the next reading of levels due now, because the chip may be gone.
    func readSoon(at time: BootTime) {
        if isHolding { nextLevels = time }
    }

    func tick(at time: BootTime) -> ChipOutcome {
        var outcome = ChipOutcome()
        if let due = nextLevels, due <= time {
            nextLevels = time + Self.levelPeriod
            for held in held { outcome += readChanges(of: held, at: time) }
        }
        if let due = nextSample, due <= time { outcome += serveResting(at: time) }
        return outcome
    }

    func release() {
        for descriptor in held.flatMap(\.descriptors) { environment.loop.unwatch(descriptor) }
        held = []
        nextLevels = nil
        resting = [:]
        nextSample = nil
    }

    func loseChip(at time: BootTime) -> [SensorReport] {
        release()
        return lines.indices.flatMap { lines[$0].loseChip(at: time) }
    }

    // MARK: - Requesting

    /// Requests the lines that are not held yet.
    ///
    /// - Parameters:
    ///   - present: every line of the chip.
    ///   - claimed: offsets that are held as outputs.
    func request(
        of open: OpenChip, among present: [GPIOLineInfo], claimed: Set<Int>, at time: BootTime
    ) -> ChipOutcome {
        let claim = LineClaim<GPIOInput>(
            missing: lines.indices.filter { !lines[$0].isHeld }.map { ($0, lines[$0].selector) },
            setting: { self.lines[$0].input(at: $1) },
            hold: { group throws(GPIOError) in try self.hold(group, of: open, at: time) },
            reason: { self.reason(of: $0, for: $1, of: open) }, lose: { self.lose($0, $1, at: time) })
        return claim.request(among: present, claimed: claimed.union(offsets))
    }

    private func hold(
        _ group: [WantedLine<GPIOInput>], of open: OpenChip, at time: BootTime
    ) throws(GPIOError) -> [SensorReport] {
        let held = try request(group.map(\.setting), lines: group.map(\.line), of: open)
        do throws(GPIOError) {
            let levels = try held.readLevels()
            try watch(held)
            self.held.append(held)
            nextLevels = nextLevels ?? time + Self.levelPeriod
            return levels.flatMap { lines[$0.line].hold(isActive: $0.isActive, at: time) }
        } catch {
            for descriptor in held.descriptors { environment.loop.unwatch(descriptor) }
            if error.meansChipGone { throw error }
            // Lose only these lines; other requests go on.
            return held.lines.flatMap { lose($0, .failed(error), at: time) }
        }
    }

    /// Tries again without the kernel's debounce when a driver refuses it. The agent debounces every line anyway.
    private func request(
        _ inputs: [GPIOInput], lines: [Int], of open: OpenChip
    ) throws(GPIOError) -> HeldInputs {
        do throws(GPIOError) {
            return try HeldInputs(inputs, lines: lines, of: open.chip, consumer: environment.consumer)
        } catch {
            let plain = RefusedRequest.withoutDebounce(inputs, after: error)
            guard let plain else { throw error }
            return try HeldInputs(plain, lines: lines, of: open.chip, consumer: environment.consumer)
        }
    }

    private func reason(
        of error: GPIOError, for wanted: WantedLine<GPIOInput>, of open: OpenChip
    ) -> GPIOLineSearchError {
        if error.code == EBUSY { return .busy(consumer: open.consumer(of: wanted.setting.offset)) }
        guard let plain = RefusedRequest.withoutBias(wanted.setting) else { return .failed(error) }
        do throws(GPIOError) {
            // Release the line at once: a contact that needs its resistor must not be used without it.
            _ = try request([plain], lines: [wanted.line], of: open)
            return .unbiased(wanted.setting.bias, error)
        } catch {
            return .failed(error)
        }
    }

    func watch(_ held: HeldInputs) throws(GPIOError) {
        for (index, descriptor) in held.descriptors.enumerated() {
            guard !held.unread.contains(index) else {
                environment.loop.unwatch(descriptor)
                continue
            }
            do throws(SystemError) {
                try environment.loop.watch(descriptor) { [weak self, weak held] _ in
                    guard let self, let held else { return }
                    let time = BootTime.now()
                    finish(readChanges(of: held, at: time), time)
                }
            } catch {
                throw GPIOError(.requestLines, code: error.code)
            }
        }
    }

    private func lose(_ line: Int, _ error: GPIOLineSearchError, at time: BootTime) -> [SensorReport] {
        let fault = DeviceFault(error, line: lines[line].selector, chip: chip, own: environment.consumer)
        return lines[line].lose(fault, at: time)
    }

    // MARK: - Reading

    /// Reads whatever the readiness was: the descriptors of a chip that is gone stay ready, and reading gives the
    /// error.
    private func readChanges(of held: HeldInputs, at time: BootTime) -> ChipOutcome {
        guard self.held.contains(where: { $0 === held }) else { return ChipOutcome() }
        var outcome = apply(held.readChanges(), of: held, at: time)
        if outcome.gone == nil { outcome += hush(held, at: time) }
        return outcome
    }

    func apply(_ changes: LineChanges, of held: HeldInputs, at time: BootTime) -> ChipOutcome {
        var outcome = ChipOutcome()
        for (line, edge) in changes.edges {
            let instant = BootTime(monotonicNanoseconds: edge.timestampNanoseconds)
            outcome.reports += lines[line].apply(edge, at: instant)
        }
        for line in held.lines {
            if changes.uncounted.contains(line) { lines[line].countUncounted() }
            let isUncertain = changes.uncounted.contains(line) || changes.doubtful.contains(line)
            outcome.reports += lines[line].takeMissed(isUncertain: isUncertain, at: time)
        }
        for (line, isActive) in changes.levels ?? [] {
            outcome.reports += lines[line].correct(isActive: isActive, at: time)
        }
        if let failure = changes.failure {
            outcome += outlast(failure, of: held, at: time)
        } else if changes.levels != nil {
            held.patience.succeed()
        }
        return outcome
    }

    /// Plans another reading soon, unless the chip is gone or has failed for too long.
    func outlast(_ failure: GPIOError, of held: HeldInputs, at time: BootTime) -> ChipOutcome {
        if held.patience.fail(failure, at: time) { return ChipOutcome(gone: failure) }
        // Keep an earlier retry: failures while sampling a flooding line must not postpone it.
        let retry = time + ChipPatience.retry
        nextLevels = nextLevels.map { min($0, retry) } ?? retry
        return ChipOutcome()
    }
}
