// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A serial port that the configuration names for a bus.
struct SerialPort {
    /// The bus.
    var bus: String
    /// As configured.
    var path: String

    static func all(of configuration: Configuration) -> [SerialPort] {
        configuration.buses.compactMap { bus in
            guard case .serial(let path, _, _, _) = bus.transport else { return nil }
            return SerialPort(bus: bus.name, path: path)
        }
    }

    static let linkDirectory = "/dev/serial/by-id"

    /// The links that stay with an adapter wherever it is plugged in, and where each leads.
    static func links(in system: SystemFiles) -> [(link: String, device: String)] {
        system.names(in: linkDirectory).compactMap { name in
            let link = "\(linkDirectory)/\(name)"
            return system.resolved(link).map { (link, $0) }
        }
    }
}

/// A driver of terminals (`/proc/tty/drivers`).
struct TerminalDriver {
    var name: String
    var major: Int
    /// What its devices' names begin with: `/dev/ttyUSB`.
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
