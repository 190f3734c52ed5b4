// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import GPIO
import Glibc

/// The output lines of one chip: requests them, drives them, and drives them again regularly.
///
/// Outputs have a request of their own, separate from the inputs. A request is released as a whole, and the level of a
/// released line is undefined. So requesting an input again would make every lamp flicker.
final class ChipOutputs {
    /// How often lines are driven without a change. An expander forgets its outputs when its supply fails for a moment.
    /// With libgpiod 1.6 this write is also the only way to notice that the chip is gone.
    static let period = Duration.seconds(5)

    private(set) var lines: [OutputLine]
    private var held: [HeldOutputs] = []
    private var nextWrite: BootTime?
    private let chip: GPIOChipConfiguration.Selector
    private let environment: GPIOLines.Environment
    /// Receives the outcome of a hang-up, on the loop's thread.
    private let finish: (ChipOutcome, BootTime) -> Void

    init(
        _ lines: [OutputLine], of chip: GPIOChipConfiguration.Selector, environment: GPIOLines.Environment,
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
    var nextDeadline: BootTime? { nextWrite }

    /// Sets what the output is to be. Drives it now, or as soon as its line is available.
    func drive(_ id: String, isOn: Bool, at time: BootTime) -> ChipOutcome {
        var outcome = ChipOutcome()
        for line in lines.indices where lines[line].id == id && lines[line].isOn != isOn {
            lines[line].isOn = isOn
            for held in held where held.lines.contains(line) { outcome += write(held, at: time) }
        }
        return outcome
    }

    /// Makes the next write due now, because the chip may be gone.
    func writeSoon(at time: BootTime) {
        if isHolding { nextWrite = time }
    }

    func tick(at time: BootTime) -> ChipOutcome {
        var outcome = ChipOutcome()
        guard let due = nextWrite, due <= time else { return outcome }
        nextWrite = time + Self.period
        for held in held { outcome += write(held, at: time) }
        return outcome
    }

    /// Releases every line at its current level.
    func release() {
        for descriptor in held.flatMap(\.descriptors) { environment.loop.unwatch(descriptor) }
        held = []
        nextWrite = nil
    }

    func turnOff() {
        for held in held {
            do throws(GPIOError) {
                try held.write(held.lines.map { _ in false })
            } catch {
                // The chip is gone or does not answer. Nothing can be done at the end.
                continue
            }
        }
        release()
    }

    func loseChip() {
        release()
        for line in lines.indices { lines[line].loseChip() }
    }

    // MARK: - Requesting

    /// Requests the lines that are not held yet.
    ///
    /// - Parameters:
    ///   - present: every line of the chip.
    ///   - claimed: offsets that are held as inputs.
    func request(
        of open: OpenChip, among present: [GPIOLineInfo], claimed: Set<Int>, at time: BootTime
    ) -> ChipOutcome {
        let claim = LineClaim<GPIOOutput>(
            missing: lines.indices.filter { !lines[$0].isHeld }.map { ($0, lines[$0].selector) },
            setting: { self.lines[$0].output(at: $1) },
            hold: { group throws(GPIOError) in try self.hold(group, of: open, at: time) },
            reason: { self.reason(of: $0, for: $1, of: open) }, lose: { self.lose($0, $1, at: time) })
        return claim.request(among: present, claimed: claimed.union(offsets))
    }

    private func hold(
        _ group: [WantedLine<GPIOOutput>], of open: OpenChip, at time: BootTime
    ) throws(GPIOError) -> [SensorReport] {
        let held = try HeldOutputs(
            group.map(\.setting), lines: group.map(\.line), of: open.chip, consumer: environment.consumer)
        try watch(held)
        self.held.append(held)
        nextWrite = nextWrite ?? time + Self.period
        return group.flatMap { lines[$0.line].hold(at: time) }
    }

    private func reason(
        of error: GPIOError, for wanted: WantedLine<GPIOOutput>, of open: OpenChip
    ) -> GPIOLineSearchError {
        error.code == EBUSY ? .busy(consumer: open.consumer(of: wanted.setting.offset)) : .failed(error)
    }

    private func watch(_ held: HeldOutputs) throws(GPIOError) {
        for descriptor in held.descriptors {
            do throws(SystemError) {
                // There is nothing to read. When the chip is gone the descriptor hangs up, and the next write gives the
                // error.
                try environment.loop.watch(descriptor) { [weak self, weak held] _ in
                    guard let self, let held, self.held.contains(where: { $0 === held }) else { return }
                    let time = BootTime.now()
                    finish(write(held, at: time), time)
                }
            } catch {
                for descriptor in held.descriptors { environment.loop.unwatch(descriptor) }
                throw GPIOError(.requestLines, code: error.code)
            }
        }
    }

    private func lose(_ line: Int, _ error: GPIOLineSearchError, at time: BootTime) -> [SensorReport] {
        let fault = DeviceFault(error, line: lines[line].selector, chip: chip, own: environment.consumer)
        return lines[line].lose(fault, at: time)
    }

    // MARK: - Driving

    /// Drives the lines. After a failure tries again soon, unless the chip is gone or has failed for too long.
    private func write(_ held: HeldOutputs, at time: BootTime) -> ChipOutcome {
        do throws(GPIOError) {
            try held.write(held.lines.map { lines[$0].isOn })
            held.patience.succeed()
            return ChipOutcome()
        } catch {
            if held.patience.fail(error, at: time) { return ChipOutcome(gone: error) }
            nextWrite = time + ChipPatience.retry
            return ChipOutcome()
        }
    }
}
