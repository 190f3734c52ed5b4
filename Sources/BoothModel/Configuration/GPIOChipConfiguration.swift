// SPDX-License-Identifier: Apache-2.0

/// A GPIO chip, `[gpio.NAME]`.
package struct GPIOChipConfiguration: Sendable, Hashable {
    /// How to find the chip among those of the machine.
    package enum Selector: Sendable, Hashable, CustomStringConvertible {
        /// The label that the driver gives. It stays when chips are renumbered.
        case label(String)
        case path(String)
        /// The kernel's name, such as `gpiochip0`.
        case name(String)

        /// As the configuration spells it: `label:booth-io`.
        package var description: String {
            switch self {
            case .label(let label): "label:\(label)"
            case .path(let path): "path:\(path)"
            case .name(let name): "name:\(name)"
            }
        }
    }

    /// The name that points use.
    package var name: String
    package var chip: Selector

    package init(name: String, chip: Selector) {
        self.name = name
        self.chip = chip
    }
}
