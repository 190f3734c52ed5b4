// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// The task of every program in a comparison: poll each unit's first discrete input again and again.
struct PollingTask: Sendable {
    enum Link: Sendable {
        /// No parity, one stop bit.
        case serial(path: String, baud: Int)
        /// Ports of 127.0.0.1; each gateway has all units.
        case tcp(ports: [UInt16])
    }

    static let period = Duration.milliseconds(200)
    static let responseTimeout = Duration.milliseconds(100)
    /// The shortest period in the agent's configuration.
    static let shortestPeriod = Duration.milliseconds(10)

    var link: Link
    /// Units 1 to this number.
    var units: Int
    /// From one request of a unit to the next; nil: as often as possible.
    var period: Duration? = Self.period
    /// How long the loop over libmodbus waits before each request on a serial line; nil: no wait, as in the library.
    var silence: Duration?

    /// The agent's configuration for this task.
    func configuration(platform: UInt16, _ certificates: Certificates) -> BoothConfigurationText {
        var text = BoothConfigurationText()
        let timeout = "response-timeout = \"\(Self.responseTimeout.milliseconds)ms\""
        var buses: [String] = []
        switch link {
        case .serial(let path, let baud):
            buses = ["bus-1"]
            let line = ["serial = '\(path)'", "baud = \(baud)", "parity = \"none\"", "stop-bits = 1"]
            text.table("modbus.bus-1", line + [timeout])
        case .tcp(let ports):
            for (index, port) in ports.enumerated() {
                buses.append("bus-\(index + 1)")
                text.modbus("bus-\(index + 1)", tcpPort: port, lines: [timeout])
            }
        }
        let poll = "\((period ?? Self.shortestPeriod).milliseconds)ms"
        for bus in buses {
            for unit in 1...units {
                text.point("\(bus)-\(unit)", kind: "room-door", bus: bus, unit: unit, address: 0, poll: poll)
            }
        }
        text.target("police", accepts: ["police", "fault"], port: platform, certificates: certificates)
        return text
    }

    /// The arguments of both loops: `rtu UNITS INTERVAL_MS TIMEOUT_MS DEVICE BAUD [SILENCE_US]`, `tcp UNITS INTERVAL_MS
    /// TIMEOUT_MS PORT...`.
    var loopArguments: [String] {
        let numbers = [units, Int(period?.milliseconds ?? 0), Int(Self.responseTimeout.milliseconds)].map { "\($0)" }
        return switch link {
        case .serial(let path, let baud):
            ["rtu"] + numbers + [path, "\(baud)"] + (silence.map { ["\($0.nanoseconds / 1000 + 1)"] } ?? [])
        case .tcp(let ports): ["tcp"] + numbers + ports.map { "\($0)" }
        }
    }
}
