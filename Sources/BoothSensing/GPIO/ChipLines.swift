// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import GPIO
import Glibc

/// One configured chip and the lines that points use: found, requested, read, lost and found again.
final class ChipLines {
    /// How often a chip or a line that cannot be had is looked for.
    static let retry = Duration.seconds(10)
    /// How often levels are read although no edge came: an edge may have been lost.
    static let levelPeriod = Duration.seconds(5)
    /// From a reading that failed to the next.
    static let levelRetry = Duration.milliseconds(200)
    /// Readings in a row that may fail before a chip that does not call itself gone counts as gone: an expander on I2C
    /// may miss one, and comes back faster than a chip that is released and looked for.
    static let patience = 10
    /// From a device file's appearance until udev has given it its group.
    static let settling = Duration.milliseconds(200)

    private let configuration: GPIOChipConfiguration
    private let environment: GPIOLines.Environment
    private var lines: [InputLine]
    private var chip: OpenChip?
    private var held: [HeldInputs] = []
    private var told: DeviceReport.Condition?
    private var nextLook: BootTime?
    private var nextLevels: BootTime?

    /// Keeps a chip, which cannot be copied, where an optional can.
    private final class OpenChip {
        let chip: GPIOChip
        init(_ chip: consuming GPIOChip) { self.chip = chip }
    }

    init(_ configuration: GPIOChipConfiguration, lines: [InputLine], environment: GPIOLines.Environment) {
        self.configuration = configuration
        self.lines = lines
        self.environment = environment
    }

    var nextDeadline: BootTime? { [nextLook, nextLevels].compactMap(\.self).min() }
    var missedEdges: UInt64 { lines.reduce(0) { $0 + $1.missedEdges } }
    var uncountedBatches: UInt64 { held.reduce(0) { $0 + $1.uncountedBatches } }

    /// Finds the chip if it is not open, and requests the lines that are not held.
    func look(at time: BootTime) {
        nextLook = nil
        let reports = findChip(at: time) + requestLines(at: time)
        if chip == nil || lines.contains(where: { !$0.isHeld }) { nextLook = time + Self.retry }
        environment.deliver(reports)
    }

    /// A device file appeared, disappeared or changed its mode: what is missing may be there in a moment, and what is
    /// held may be gone: Linux 6.1 does not wake an epoll when a chip goes.
    func lookSoon(at time: BootTime) {
        if let planned = nextLook { nextLook = min(planned, time + Self.settling) }
        if !held.isEmpty { nextLevels = time }
    }

    func tick(at time: BootTime) {
        if let due = nextLevels, due <= time {
            nextLevels = time + Self.levelPeriod
            for lines in held { readChanges(of: lines) }
        }
        if let due = nextLook, due <= time { look(at: time) }
    }

    /// Gives every line back.
    func release() {
        for descriptor in held.flatMap(\.descriptors) { environment.loop.unwatch(descriptor) }
        held = []
        chip = nil
        nextLook = nil
        nextLevels = nil
    }

    // MARK: - Finding

    private func findChip(at time: BootTime) -> [SensorReport] {
        guard chip == nil else { return [] }
        do throws(GPIOChipSearchError) {
            chip = OpenChip(try GPIOChip.find(configuration.chip.selector, in: environment.directory))
            return tell(.found, at: time)
        } catch {
            return reportAbsence(DeviceFault(error, chip: configuration.chip), at: time)
        }
    }

    /// Tells once that the chip cannot be had; again only when it is there and not for us.
    private func reportAbsence(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        if case .lost(let before) = told, before.code == fault.code || fault.code == .missing { return [] }
        let isNews = if case .lost = told { false } else { true }
        return tell(.lost(fault), at: time) + (isNews ? loseLines(at: time) : [])
    }

    private func tell(_ condition: DeviceReport.Condition, at time: BootTime) -> [SensorReport] {
        guard condition != told else { return [] }
        told = condition
        return [.device(DeviceReport(device: .chip(configuration.name), condition: condition, at: time))]
    }

    // MARK: - Requesting

    private typealias Wanted = (line: Int, input: GPIOInput)

    private func requestLines(at time: BootTime) -> [SensorReport] {
        guard let chip else { return [] }
        let present: [GPIOLineInfo]
        do throws(GPIOError) {
            present = try chip.chip.lines()
        } catch {
            return loseChip(error, at: time)
        }
        var reports: [SensorReport] = []
        var wanted: [Wanted] = []
        for line in lines.indices where !lines[line].isHeld {
            do throws(GPIOLineSearchError) {
                let found = try GPIOLineInfo.find(lines[line].selector, among: present)
                if wanted.contains(where: { $0.input.offset == found.offset }) {
                    throw GPIOLineSearchError.busy(consumer: environment.consumer)
                }
                wanted.append((line, lines[line].input(at: found.offset)))
            } catch {
                reports += lose(line, error, at: time)
            }
        }
        while !wanted.isEmpty {
            reports += request(Array(wanted.prefix(GPIORequest.mostLines)), of: chip, at: time)
            wanted.removeFirst(min(wanted.count, GPIORequest.mostLines))
        }
        return reports
    }

    private func request(_ wanted: [Wanted], of open: OpenChip, at time: BootTime) -> [SensorReport] {
        // The chip may have gone with an earlier part of the lines.
        guard chip === open else { return [] }
        do throws(GPIOError) {
            let request = try open.chip.request(wanted.map(\.input), consumer: environment.consumer)
            return hold(HeldInputs(request, lines: wanted.map(\.line)), at: time)
        } catch {
            if error.meansChipGone { return loseChip(error, at: time) }
            guard wanted.count > 1 else {
                return lose(wanted[0].line, error.code == EBUSY ? .busy(consumer: nil) : .failed(error), at: time)
            }
            // One line spoils the request of all; alone, each says for itself.
            return wanted.flatMap { request([$0], of: open, at: time) }
        }
    }

    private func hold(_ lines: HeldInputs, at time: BootTime) -> [SensorReport] {
        do throws(GPIOError) {
            let levels = try lines.readLevels()
            try watch(lines)
            held.append(lines)
            nextLevels = nextLevels ?? time + Self.levelPeriod
            return levels.flatMap { self.lines[$0.line].hold(isActive: $0.isActive, at: time) }
        } catch {
            if error.meansChipGone { return loseChip(error, at: time) }
            // Only these lines are given back: those of other requests go on.
            for descriptor in lines.descriptors { environment.loop.unwatch(descriptor) }
            return lines.lines.flatMap { lose($0, .failed(error), at: time) }
        }
    }

    private func watch(_ lines: HeldInputs) throws(GPIOError) {
        for descriptor in lines.descriptors {
            do throws(SystemError) {
                try environment.loop.watch(descriptor) { [weak self, weak lines] _ in
                    guard let self, let lines else { return }
                    readChanges(of: lines)
                }
            } catch {
                throw GPIOError(.requestLines, code: error.code)
            }
        }
    }

    private func lose(_ line: Int, _ error: GPIOLineSearchError, at time: BootTime) -> [SensorReport] {
        lines[line].lose(DeviceFault(error, line: lines[line].selector, chip: configuration.chip), at: time)
    }

    // MARK: - Reading

    /// A chip that is gone makes its descriptors ready for ever; reading says so, whatever the readiness said.
    private func readChanges(of lines: HeldInputs) {
        guard held.contains(where: { $0 === lines }) else { return }
        let time = BootTime.now()
        let changes = lines.readChanges()
        var reports: [SensorReport] = []
        for (line, edge) in changes.edges {
            let instant = BootTime(monotonicNanoseconds: edge.timestampNanoseconds)
            reports += self.lines[line].take(edge, at: instant)
        }
        for (line, isActive) in changes.levels ?? [] {
            reports += self.lines[line].correct(isActive: isActive, at: time)
        }
        if let failure = changes.failure {
            reports += outlast(failure, of: lines, at: time)
        } else if changes.levels != nil {
            lines.failuresInARow = 0
        }
        environment.deliver(reports)
    }

    /// Reads again soon, unless the chip is gone or has failed for too long.
    private func outlast(_ failure: GPIOError, of lines: HeldInputs, at time: BootTime) -> [SensorReport] {
        lines.failuresInARow += 1
        guard failure.meansChipGone || lines.failuresInARow >= Self.patience else {
            nextLevels = time + Self.levelRetry
            return []
        }
        let reports = loseChip(failure, at: time)
        nextLook = time + Self.retry
        return reports
    }

    private func loseChip(_ error: GPIOError, at time: BootTime) -> [SensorReport] {
        release()
        let fault = DeviceFault(lostChip: error, chip: configuration.chip)
        return tell(.lost(fault), at: time) + loseLines(at: time)
    }

    private func loseLines(at time: BootTime) -> [SensorReport] {
        lines.indices.flatMap { lines[$0].loseChip(at: time) }
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
