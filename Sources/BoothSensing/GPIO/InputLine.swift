// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// One line that points are wired to. Keeps its last level, and decides what a new edge or level means for each point.
///
/// Pure: gets edges, levels and the time.
struct InputLine {
    /// The longest debounce that is asked of the kernel. If a line never rests for the debounce period, the kernel's
    /// debouncer reports nothing. With a period of at most one tick of Debian's kernel (4 ms) it checks the level every
    /// tick.
    static let mostKernelDebounce = Duration.milliseconds(4)

    let selector: GPIOLineSelector
    private(set) var isHeld = false
    /// The level as the kernel reported it, active-low already applied; nil before the first.
    private(set) var isActive: Bool?
    /// Whether the line changed faster than any contact. Its edges are then ignored until `calm`.
    private(set) var isFlooding = false

    private let points: [WiredPoint]
    private let bias: GPIOBias
    private let isActiveLow: Bool
    private let debounce: Duration
    private var condition: LineCondition
    private var flood = FloodWatch()
    private var lastSequence: UInt64?
    /// Edges that the kernel counted but did not keep, not reported yet.
    private var missed: UInt64 = 0

    private struct WiredPoint {
        var id: PointID
        var activeLevel: Int
    }

    /// - Parameter points: the points on this line, one or more. The line uses the polarity and bias of the first one.
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

    /// The kernel drops changes much shorter than the point's debounce, so that a chattering line costs no processor
    /// time. It gets only a quarter of the debounce, because it stamps an edge late by its period. It gets none if the
    /// point counts leading edges, since those count however short they are.
    private static func kernelDebounce(of point: PointConfiguration) -> Duration {
        point.kind.countsLeadingEdge ? .zero : min(point.debounce / 4, mostKernelDebounce)
    }

    func input(at offset: Int) -> GPIOInput {
        GPIOInput(offset: offset, bias: bias, isActiveLow: isActiveLow, debounce: debounce)
    }

    /// Notes that the line is held now; reports its level.
    mutating func hold(isActive: Bool, at time: BootTime) -> [SensorReport] {
        isHeld = true
        lastSequence = nil
        missed = 0
        calm()
        self.isActive = isActive
        return condition.find(at: time) + readings(.good, at: time)
    }

    /// Notes that the line cannot be held; reports it once for each reason.
    mutating func lose(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        isHeld = false
        let news = condition.lose(fault, at: time)
        return news.isEmpty ? [] : news + readings(isActive == nil ? .fault : .stale, at: time)
    }

    /// Notes that its chip is gone. The chip's report covers the line; a line lost before keeps its state.
    mutating func loseChip(at time: BootTime) -> [SensorReport] {
        isHeld = false
        return condition.isLost ? [] : readings(.stale, at: time)
    }

    /// Applies an edge from the kernel. The line floods once there are too many.
    mutating func apply(_ edge: GPIOEdge, at time: BootTime) -> [SensorReport] {
        let lost = edge.lineSequence.map { count($0) } ?? 0
        guard !isFlooding else { return [] }
        missed = missed.clampedSum(lost)
        isActive = edge.isActive
        isFlooding = flood.note(at: time, lost: lost)
        return readings(.good, at: time) + (isFlooding ? points.map { .flood($0.id, at: time) } : [])
    }

    /// Reports the edges lost since the last call: a number, or with kernel ABI v1 only that some may be lost.
    ///
    /// Edges lost while the line flooded are not reported; they are not used anyway.
    mutating func takeMissed(isUncertain: Bool, at time: BootTime) -> [SensorReport] {
        let count: UInt64? = missed > 0 ? missed : nil
        missed = 0
        guard count != nil || isUncertain && !isFlooding else { return [] }
        return points.map { .missed(MissedEdges(point: $0.id, count: count, at: time)) }
    }

    /// Counts edges that kernel ABI v1 may have dropped after a full batch of this line.
    mutating func countUncounted() {
        flood.takeUncounted()
    }

    /// Applies a level that was read. Reports something only if it differs from what the edges said.
    mutating func correct(isActive level: Bool, at time: BootTime) -> [SensorReport] {
        guard level != isActive else { return [] }
        isActive = level
        return readings(.good, at: time)
    }

    /// Ends flooding; edges count again.
    mutating func calm() {
        isFlooding = false
        flood = FloodWatch()
    }

    /// How many edges were lost before the one numbered `sequence`.
    ///
    /// A request counts from 1, so a first number above 1 is a loss too. The kernel keeps counting when a line's edges
    /// are switched off and on again (gpiolib-cdev.c, edge_detector_stop). If a kernel started again from 1, the number
    /// would go back, and that is recognised.
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
