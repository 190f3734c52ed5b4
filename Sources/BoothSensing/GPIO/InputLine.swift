// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// One line that points are wired to: what it said last, and what a new edge or level means for each point.
///
/// Pure: told edges, levels and the time.
struct InputLine {
    let device: DeviceID
    let selector: GPIOLineSelector
    /// Whether this process holds the line now.
    private(set) var isHeld = false
    /// The kernel's word, polarity reckoned in; nil before the first.
    private(set) var isActive: Bool?
    /// Edges that the kernel counted and could not keep.
    private(set) var missedEdges: UInt64 = 0

    private let points: [WiredPoint]
    private let bias: GPIOBias
    private let isActiveLow: Bool
    private let debounce: Duration
    private var lastSequence: UInt64?
    private var told: DeviceReport.Condition?

    private struct WiredPoint {
        var id: PointID
        var activeLevel: Int
    }

    /// - Parameter points: those on this line, one at least; the first one's polarity and bias are the line's.
    init(source: GPIOSource, points: [PointConfiguration]) {
        device = .line(source.line.description, of: source.chip)
        switch source.line {
        case .name(let name): selector = .name(name)
        case .offset(let offset): selector = .offset(offset)
        }
        switch source.bias {
        case .asIs: bias = .asIs
        case .disabled: bias = .disabled
        case .pullUp: bias = .pullUp
        case .pullDown: bias = .pullDown
        }
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
        point.kind.countsLeadingEdge ? .zero : point.debounce / 4
    }

    func input(at offset: Int) -> GPIOInput {
        GPIOInput(offset: offset, bias: bias, isActiveLow: isActiveLow, debounce: debounce)
    }

    /// The line is held now, and says so.
    mutating func hold(isActive: Bool, at time: BootTime) -> [SensorReport] {
        isHeld = true
        lastSequence = nil
        self.isActive = isActive
        return tell(.found, at: time) + readings(.good, at: time)
    }

    /// The line cannot be held; told once for each reason.
    mutating func lose(_ fault: DeviceFault, at time: BootTime) -> [SensorReport] {
        isHeld = false
        if case .lost(let before) = told, before.code == fault.code { return [] }
        return tell(.lost(fault), at: time) + readings(isActive == nil ? .fault : .stale, at: time)
    }

    /// Its chip is gone, which is told of the chip; a line that was lost before stays what it was.
    mutating func loseChip(at time: BootTime) -> [SensorReport] {
        isHeld = false
        if case .lost = told { return [] }
        return readings(.stale, at: time)
    }

    /// A change that the kernel saw.
    mutating func take(_ edge: GPIOEdge, at time: BootTime) -> [SensorReport] {
        if let sequence = edge.lineSequence {
            // A request counts from 1, so that a first number above it means as much as a jump.
            let last = lastSequence ?? 0
            if sequence > last + 1 { missedEdges += sequence - last - 1 }
            lastSequence = sequence
        }
        isActive = edge.isActive
        return readings(.good, at: time)
    }

    /// The level as read; says something only where the edges said otherwise.
    mutating func correct(isActive level: Bool, at time: BootTime) -> [SensorReport] {
        guard level != isActive else { return [] }
        isActive = level
        return readings(.good, at: time)
    }

    private mutating func tell(_ condition: DeviceReport.Condition, at time: BootTime) -> [SensorReport] {
        guard condition != told else { return [] }
        told = condition
        return [.device(DeviceReport(device: device, condition: condition, at: time))]
    }

    private func readings(_ quality: Quality, at time: BootTime) -> [SensorReport] {
        let level = isActive.map { $0 != isActiveLow ? 1 : 0 }
        return points.map { point in
            let state: PointState = level.map { $0 == point.activeLevel ? .active : .normal } ?? .unknown
            return .reading(Reading(point: point.id, state: state, value: level, quality: quality, at: time))
        }
    }
}
