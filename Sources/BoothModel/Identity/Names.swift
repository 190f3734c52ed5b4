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

/// A device that can fail: `gpio:booth-io`, `gpio:booth-io/HELP1`, `modbus:inside`, `modbus:inside/1`,
/// `loop:strongbox`, `chatter:help-1`, `edges:help-1`, `value:strongbox`, `address:strongbox`, `stuck:help-1`,
/// `output:help-lamp`, `target:police`, `clock`, `storage`, `configuration`.
package struct DeviceID: ConfiguredName {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// The wiring of a point's supervised loop.
    package static func loop(of point: PointID) -> DeviceID { DeviceID(rawValue: "loop:\(point)") }
    /// The contact of a point, which may chatter.
    package static func chatter(of point: PointID) -> DeviceID { DeviceID(rawValue: "chatter:\(point)") }
    /// The edges of a point, which the kernel may lose.
    package static func edges(of point: PointID) -> DeviceID { DeviceID(rawValue: "edges:\(point)") }
    /// The input of a point, which may stay active for longer than anybody presses.
    package static func stuck(_ point: PointID) -> DeviceID { DeviceID(rawValue: "stuck:\(point)") }
    /// The value of a point, which may be impossible.
    package static func value(of point: PointID) -> DeviceID { DeviceID(rawValue: "value:\(point)") }
    /// The address of a point, which its unit may refuse.
    package static func address(of point: PointID) -> DeviceID { DeviceID(rawValue: "address:\(point)") }
    /// An output, which may not show what was written to it.
    package static func output(_ output: String) -> DeviceID { DeviceID(rawValue: "output:\(output)") }
    /// The link to a target.
    package static func target(_ target: TargetID) -> DeviceID { DeviceID(rawValue: "target:\(target)") }
    /// The wall clock.
    /// The events that a target refused for good, and that were set aside.
    package static func rejections(by target: TargetID) -> DeviceID { DeviceID(rawValue: "rejected:\(target)") }

    package static let clock = DeviceID(rawValue: "clock")
    /// The disk under the journal.
    package static let storage = DeviceID(rawValue: "storage")
    /// The configuration file.
    package static let configuration = DeviceID(rawValue: "configuration")

    /// A GPIO chip, by its name in the configuration.
    package static func chip(_ chip: String) -> DeviceID { DeviceID(rawValue: "gpio:\(chip)") }
    /// A line by its name or offset, of a chip of the configuration.
    package static func line(_ line: String, of chip: String) -> DeviceID { DeviceID(rawValue: "gpio:\(chip)/\(line)") }
    /// A Modbus bus, by its name in the configuration.
    package static func bus(_ bus: String) -> DeviceID { DeviceID(rawValue: "modbus:\(bus)") }
    /// A unit, 0...255, of a bus of the configuration.
    package static func unit(_ unit: Int, of bus: String) -> DeviceID { DeviceID(rawValue: "modbus:\(bus)/\(unit)") }
}
