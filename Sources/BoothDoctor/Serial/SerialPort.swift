// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A serial port of a configured bus.
struct SerialPort {
    var bus: String
    /// The configured path.
    var path: String

    static func all(of configuration: Configuration) -> [SerialPort] {
        configuration.buses.compactMap { bus in
            guard case .serial(let path, _, _, _) = bus.transport else { return nil }
            return SerialPort(bus: bus.name, path: path)
        }
    }

    static let linkDirectory = "/dev/serial/by-id"

    /// The stable links of adapters, and the device that each leads to.
    static func links(in system: SystemFiles) -> [(link: String, device: String)] {
        system.names(in: linkDirectory).compactMap { name in
            let link = "\(linkDirectory)/\(name)"
            return system.resolved(link).map { (link, $0) }
        }
    }
}

/// A terminal driver (`/proc/tty/drivers`).
struct TerminalDriver {
    var name: String
    var major: Int
    /// The start of its devices' names: `/dev/ttyUSB`.
    var prefix: String

    /// `usbserial            /dev/ttyUSB   188 0-511 serial`
    static func all(in system: SystemFiles) -> [TerminalDriver] {
        (system.text("/proc/tty/drivers") ?? "").split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 4, let major = Int(words[2]) else { return nil }
            return TerminalDriver(name: String(words[0]), major: major, prefix: String(words[1]))
        }
    }
}
