// SPDX-License-Identifier: Apache-2.0

/// Which level counts as active.
package enum Polarity: String, Sendable, CaseIterable {
    case high, low
}

/// A GPIO line.
package struct GPIOSource: Sendable, Hashable {
    /// The resistor that the chip puts on the line; `as-is` leaves the current setting.
    package enum Bias: String, Sendable, CaseIterable {
        case asIs = "as-is"
        case disabled
        case pullUp = "pull-up"
        case pullDown = "pull-down"
    }

    /// Which line of the chip: by its name, or counted from 0.
    package enum Line: Sendable, Hashable, CustomStringConvertible {
        case name(String)
        case offset(Int)

        /// The name, or the offset in digits.
        package var description: String {
            switch self {
            case .name(let name): name
            case .offset(let offset): String(offset)
            }
        }
    }

    package static let usualActive = Polarity.high
    package static let usualBias = Bias.asIs

    /// The name of a `GPIOChipConfiguration`.
    package var chip: String
    package var line: Line
    /// The electrical level that counts as active.
    package var active: Polarity
    package var bias: Bias

    package init(chip: String, line: Line, active: Polarity = GPIOSource.usualActive, bias: Bias = GPIOSource.usualBias)
    {
        self.chip = chip
        self.line = line
        self.active = active
        self.bias = bias
    }
}
