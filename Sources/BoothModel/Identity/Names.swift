// SPDX-License-Identifier: Apache-2.0

/// A name that the configuration gives: lower-case letters, digits and hyphens, 1...32 characters.
package protocol ConfiguredName: RawRepresentable<String>, Hashable, Sendable, Codable, ExpressibleByStringLiteral,
    CustomStringConvertible, CodingKeyRepresentable
{
    init(rawValue: String)
}

extension ConfiguredName {
    package init(stringLiteral text: String) { self.init(rawValue: text) }
    package var description: String { rawValue }
}

/// The id of a point, such as `help-1`.
package struct PointID: ConfiguredName {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// The id of a target, such as `police`.
package struct TargetID: ConfiguredName {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }
}

/// Something that can fail as one: `gpio:booth-io`, `gpio:booth-io/HELP1`, `modbus:inside`, `modbus:inside/1`,
/// `loop:strongbox`, `target:police`, `storage`.
package struct DeviceID: ConfiguredName {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The wiring of a point's supervised loop.
    package static func loop(of point: PointID) -> DeviceID { DeviceID(rawValue: "loop:\(point)") }
    package static func target(_ target: TargetID) -> DeviceID { DeviceID(rawValue: "target:\(target)") }
    package static let storage = DeviceID(rawValue: "storage")

    package static func chip(_ chip: String) -> DeviceID { DeviceID(rawValue: "gpio:\(chip)") }
    package static func line(_ line: String, of chip: String) -> DeviceID { DeviceID(rawValue: "gpio:\(chip)/\(line)") }
    package static func bus(_ bus: String) -> DeviceID { DeviceID(rawValue: "modbus:\(bus)") }
    package static func unit(_ unit: Int, of bus: String) -> DeviceID { DeviceID(rawValue: "modbus:\(bus)/\(unit)") }
}
