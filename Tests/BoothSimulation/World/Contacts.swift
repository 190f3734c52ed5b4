// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What is true of the inputs, whoever looks: contacts, counters, and which devices are lost.
struct Contacts {
    private let points: [PointConfiguration]
    private(set) var states: [PointID: PointState] = [:]
    private(set) var counters: [PointID: Int] = [:]
    private(set) var lost: Set<DeviceID> = []
    /// Devices that can be lost.
    static let devices: [DeviceID] = [.chip("io"), .bus("inside"), .bus("outside"), .unit(1, of: "inside")]

    init(_ points: [PointConfiguration]) { self.points = points }

    mutating func set(_ state: PointState, of point: PointID) { states[point] = state }

    mutating func count(_ presses: Int, on point: PointID) { counters[point, default: 0] += presses }

    mutating func set(_ device: DeviceID, isLost: Bool) {
        if isLost { lost.insert(device) } else { lost.remove(device) }
    }

    /// Whether a point can be read.
    func isReadable(_ point: PointConfiguration) -> Bool {
        lost.isEmpty || !Self.path(of: point).contains { lost.contains($0) }
    }

    /// The points that are read through a device.
    func points(behind device: DeviceID) -> [PointConfiguration] {
        points.filter { Self.path(of: $0).contains(device) }
    }

    private static func path(of point: PointConfiguration) -> [DeviceID] {
        switch point.source {
        case .gpio(let gpio): [.chip(gpio.chip)]
        case .modbus(let modbus): [.bus(modbus.bus), .unit(modbus.unit, of: modbus.bus)]
        }
    }

    /// What a driver says of a point now.
    func reading(of point: PointConfiguration, at time: BootTime) -> Reading {
        let isGood = isReadable(point)
        let isCounting = point.countingRegister != nil
        return Reading(
            point: point.id, state: isCounting ? .normal : states[point.id] ?? .normal,
            value: isCounting ? (counters[point.id] ?? 0) % 65_536 : 0, quality: isGood ? .good : .stale, at: time)
    }
}
