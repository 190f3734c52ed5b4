// SPDX-License-Identifier: Apache-2.0

/// How the agent gets access to a kind of device: by a group, set with a udev rule.
enum DeviceAccess {
    case gpio
    case serial

    var group: String {
        switch self {
        case .gpio: "gpio"
        case .serial: "dialout"
        }
    }

    /// The text that a rule for it must contain.
    var device: String {
        switch self {
        case .gpio: "gpiochip"
        case .serial: "tty"
        }
    }

    /// The rule itself, for installations without the package.
    var line: String {
        switch self {
        case .gpio: #"SUBSYSTEM=="gpio", KERNEL=="gpiochip[0-9]*", GROUP="gpio", MODE="0660""#
        case .serial: #"SUBSYSTEM=="tty", KERNEL=="tty[A-Z]*", GROUP="dialout", MODE="0660""#
        }
    }

    /// The command that applies udev's rules to the devices that exist.
    var trigger: String {
        switch self {
        case .gpio: "udevadm control --reload && udevadm trigger --subsystem-match=gpio"
        case .serial: "udevadm control --reload && udevadm trigger --subsystem-match=tty"
        }
    }

    /// The rule file that gives such devices to the group; nil if there is none (udev(7) reads these directories).
    func rule(in system: SystemFiles) -> String? {
        for directory in ["/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d"] {
            for name in system.names(in: directory) where name.hasSuffix(".rules") {
                let lines = (system.text("\(directory)/\(name)") ?? "").split(separator: "\n")
                let gives = lines.contains { line in
                    !line.hasPrefix("#") && line.contains(device) && line.contains("GROUP=\"\(group)\"")
                }
                if gives { return "\(directory)/\(name)" }
            }
        }
        return nil
    }
}
