// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// One line that points are wired to: what it said last, and what a new edge or level means for each point.
///
/// Pure: told edges, levels and the time.
struct InputLine {
    /// The longest that the kernel debounces. While a line never rests for its period, the kernel's debouncer says
    /// nothing of it at all; within one tick of Debian's kernel (250 a second) it looks at the level each tick instead.
    static let mostKernelDebounce = Duration.milliseconds(4)

    let selector: GPIOLineSelector
    /// Whether this process holds the line now.
    private(set) var isHeld = false
    /// The kernel's word, polarity reckoned in; nil before the first.
    private(set) var isActive: Bool?
    /// Whether it changed faster than any contact: its edges say nothing until `calm`.
    private(set) var isFlooding = false

    private let points: [WiredPoint]
    private let bias: GPIOBias
    private let isActiveLow: Bool
    private let debounce: Duration
    private var condition: LineCondition
    private var flood = FloodWatch()
    private var lastSequence: UInt64?
    /// Edges that the kernel counted and could not keep, not told yet.
    private var missed: UInt64 = 0

    private struct WiredPoint {
        var id: PointID
        var activeLevel: Int
    }

    /// - Parameter points: those on this line, one at least; the first one's polarity and bias are the line's.
    init(source: GPIOSource, points: [PointConfiguration]) {
        condition = LineCondition(.line(source.line.description, of: source.chip))
        selector = GPIOLineSelector(source.line)
        bias = GPIOBias(source.bias)
        isActiveLow = source.active == .low
        debounce = points.map(Self.kernelDebounce).min() ?? .zero
        self.points = points.map { point in
            guard case .gpio(let source) = point.source else { preconditionFailure("\(point.id) is not on a line") }
            return WiredPoint(id: point.id, activeLevel: source.active == .high ? 1 : 0)
        }
    }

    /// The kernel swallows what is much shorter than counts anyway, so that a chattering line costs no processor time;
    /// a quarter, because it stamps an edge late by its period. A leading edge counts however short it is.
    private static func kernelDebounce(of point: PointConfiguration) -> Duration {
        point.kind.countsLeadingEdge ? .zero : min(point.debounce / 4, mostKernelDebounce)
    }

    func input(at offset: Int) -> GPIOInput {
        GPIOInput(offset: offset, bias: bias, isActiveLow: isActiveLow, debounce: debounce)
    }

    /// The line is held now, and says so.
    mutating func hold(isActive: Bool, at time: BootTime) -> [SensorReport] {
        isHeld = true
        lastSequence = nil
        missed = 0
        calm()
        self.isActive = isActive
        return condition.find(at: time) + readings(.good, at: time)
    }

    /// The line cannot be held; told once for each reason.
    mutating func lose(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        isHeld = false
        let news = condition.lose(fault, at: time)
        return news.isEmpty ? [] : news + readings(isActive == nil ? .fault : .stale, at: time)
    }

    /// Its chip is gone, which is told of the chip; a line that was lost before stays what it was.
    mutating func loseChip(at time: BootTime) -> [SensorReport] {
        isHeld = false
        return condition.isLost ? [] : readings(.stale, at: time)
    }

    /// A change that the kernel saw; the one too many makes the line flood.
    mutating func apply(_ edge: GPIOEdge, at time: BootTime) -> [SensorReport] {
        let lost = edge.lineSequence.map { count($0) } ?? 0
        guard !isFlooding else { return [] }
        missed = missed.clampedSum(lost)
        isActive = edge.isActive
        isFlooding = flood.note(at: time, lost: lost)
        return readings(.good, at: time) + (isFlooding ? points.map { .flood($0.id, at: time) } : [])
    }

    /// The edges lost since it was asked last: what was counted, or with kernel ABI v1 that some may have been.
    ///
    /// Nothing of what was lost while the line flooded: nobody wanted those.
    mutating func takeMissed(isUncertain: Bool, at time: BootTime) -> [SensorReport] {
        let count: UInt64? = missed > 0 ? missed : nil
        missed = 0
        guard count != nil || isUncertain && !isFlooding else { return [] }
        return points.map { .missed(MissedEdges(point: $0.id, count: count, at: time)) }
    }

    /// Kernel ABI v1 may have dropped edges behind a full batch of this line.
    mutating func countUncounted() {
        flood.takeUncounted()
    }

    /// The level as read; says something only where the edges said otherwise.
    mutating func correct(isActive level: Bool, at time: BootTime) -> [SensorReport] {
        guard level != isActive else { return [] }
        isActive = level
        return readings(.good, at: time)
    }

    /// Its edges count again.
    mutating func calm() {
        isFlooding = false
        flood = FloodWatch()
    }

    /// How many edges were lost before the one with this number.
    ///
    /// A request counts from 1, so that a first number above it means as much as a jump. The kernel goes on counting
    /// where a line's edges were left off and on again (gpiolib-cdev.c, edge_detector_stop); should one begin anew, then
    /// a number that goes back says so.
    private mutating func count(_ sequence: UInt64) -> UInt64 {
        let last = lastSequence ?? 0
        lastSequence = sequence
        return sequence > last ? sequence - last - 1 : sequence.clampedDifference(1)
    }

    private func readings(_ quality: Quality, at time: BootTime) -> [SensorReport] {
        let level = isActive.map { $0 != isActiveLow ? 1 : 0 }
        return points.map { point in
            let state: PointState = level.map { $0 == point.activeLevel ? .active : .normal } ?? .unknown
            return .reading(Reading(point: point.id, state: state, value: level, quality: quality, at: time))
        }
    }
}

extension GPIOLineSelector {
    init(_ line: GPIOSource.Line) {
        switch line {
        case .name(let name): self = .name(name)
        case .offset(let offset): self = .offset(offset)
        }
    }
}

extension GPIOBias {
    init(_ bias: GPIOSource.Bias) {
        switch bias {
        case .asIs: self = .asIs
        case .disabled: self = .disabled
        case .pullUp: self = .pullUp
        case .pullDown: self = .pullDown
        }
    }
}
