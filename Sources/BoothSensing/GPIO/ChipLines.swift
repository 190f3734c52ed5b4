// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import GPIO

/// One configured chip with the lines that points and outputs use. Finds it, requests its lines, and does so again
/// after a loss.
final class ChipLines {
    /// How often a missing chip or line is looked for.
    static let retry = Duration.seconds(10)
    /// How long udev may take to set the group of a new device file.
    static let settling = Duration.milliseconds(200)

    private let configuration: GPIOChipConfiguration
    private let environment: GPIOLines.Environment
    private var chip: OpenChip?
    private var told: DeviceReport.Condition?
    private var nextLook: BootTime?
    // These two call back into this object, so they are created lazily.
    private lazy var inputs = makeInputs()
    private lazy var outputs = makeOutputs()
    private let inputLines: [InputLine]
    private let outputLines: [OutputLine]

    init(
        _ configuration: GPIOChipConfiguration, inputs: [InputLine], outputs: [OutputLine],
        environment: GPIOLines.Environment
    ) {
        self.configuration = configuration
        inputLines = inputs
        outputLines = outputs
        self.environment = environment
    }

    private func makeInputs() -> ChipInputs {
        ChipInputs(inputLines, of: configuration.chip, environment: environment) { [weak self] outcome, time in
            self?.finish(outcome, at: time)
        }
    }

    private func makeOutputs() -> ChipOutputs {
        ChipOutputs(outputLines, of: configuration.chip, environment: environment) { [weak self] outcome, time in
            self?.finish(outcome, at: time)
        }
    }

    var nextDeadline: BootTime? {
        [nextLook, inputs.nextDeadline, outputs.nextDeadline].compactMap(\.self).min()
    }

    /// Finds the chip if it is not open, and requests the lines that are not held.
    func look(at time: BootTime) {
        nextLook = nil
        var outcome = ChipOutcome(reports: findChip(at: time))
        outcome += requestLines(at: time)
        if chip == nil || !inputs.isComplete || !outputs.isComplete { nextLook = time + Self.retry }
        finish(outcome, at: time)
    }

    /// Looks again soon, because a device file appeared, disappeared or changed its mode. Missing lines may be
    /// available, and held lines may be gone: Linux 6.1 does not wake an epoll when a chip goes.
    func lookSoon(at time: BootTime) {
        if let planned = nextLook { nextLook = min(planned, time + Self.settling) }
        inputs.readSoon(at: time)
        outputs.writeSoon(at: time)
    }

    func tick(at time: BootTime) {
        finish(inputs.tick(at: time), at: time)
        finish(outputs.tick(at: time), at: time)
        if let due = nextLook, due <= time { look(at: time) }
    }

    func drive(_ output: String, isOn: Bool, at time: BootTime) {
        finish(outputs.drive(output, isOn: isOn, at: time), at: time)
    }

    func stop() {
        outputs.turnOff()
        inputs.release()
        chip = nil
        nextLook = nil
    }

    // MARK: - Finding

    private func findChip(at time: BootTime) -> [SensorReport] {
        guard chip == nil else { return [] }
        do throws(GPIOChipSearchError) {
            chip = try GPIOChip.find(configuration.chip.selector, in: environment.directory)
            return tell(.found, at: time)
        } catch {
            return reportAbsence(DeviceFault(error, chip: configuration.chip), at: time)
        }
    }

    /// Reports once that the chip is unavailable. Reports again when the reason changes, but not when the chip just
    /// goes missing.
    private func reportAbsence(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        if case .lost(let before) = told, before.code == fault.code || fault.code == .missing { return [] }
        let isNews = if case .lost = told { false } else { true }
        return tell(.lost(fault), at: time) + (isNews ? inputs.loseChip(at: time) : [])
    }

    private func tell(_ condition: DeviceReport.Condition, at time: BootTime) -> [SensorReport] {
        guard condition != told else { return [] }
        told = condition
        return [.device(DeviceReport(device: .chip(configuration.name), condition: condition, at: time))]
    }

    private func requestLines(at time: BootTime) -> ChipOutcome {
        guard let chip else { return ChipOutcome() }
        do throws(GPIOError) {
            let present = try chip.chip.lines()
            var outcome = inputs.request(of: chip, among: present, claimed: outputs.offsets, at: time)
            if outcome.gone == nil {
                outcome += outputs.request(of: chip, among: present, claimed: inputs.offsets, at: time)
            }
            return outcome
        } catch {
            return ChipOutcome(gone: error)
        }
    }

    // MARK: - Losing

    /// Delivers an outcome. Also applies the loss of the chip if the outcome says so.
    private func finish(_ outcome: ChipOutcome, at time: BootTime) {
        var reports = outcome.reports
        if let error = outcome.gone {
            reports += loseChip(error, at: time)
            nextLook = time + Self.retry
        }
        // Deliver last: the receiver may drive an output.
        environment.deliver(reports)
    }

    private func loseChip(_ error: GPIOError, at time: BootTime) -> [SensorReport] {
        chip = nil
        outputs.loseChip()
        return tell(.lost(DeviceFault(lostChip: error, chip: configuration.chip)), at: time)
            + inputs.loseChip(at: time)
    }
}

extension GPIOChipConfiguration.Selector {
    fileprivate var selector: GPIOChipSelector {
        switch self {
        case .label(let label): .label(label)
        case .path(let path): .path(path)
        case .name(let name): .name(name)
        }
    }
}
