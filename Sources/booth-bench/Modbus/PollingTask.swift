// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// What every program of a comparison is to do: ask each unit for its first discrete input, again and again.
struct PollingTask: Sendable {
    enum Link: Sendable {
        /// Without parity, one stop bit.
        case serial(path: String, baud: Int)
        /// Of 127.0.0.1; each gateway has all the units.
        case tcp(ports: [UInt16])
    }

    static let period = Duration.milliseconds(200)
    static let responseTimeout = Duration.milliseconds(100)
    /// The shortest that the agent's configuration takes.
    static let shortestPeriod = Duration.milliseconds(10)

    var link: Link
    /// Units 1 to this one.
    var units: Int
    /// From one request of a unit to the next; nil: as often as the program can.
    var period: Duration? = Self.period
    /// What the loop over libmodbus waits before each request on a serial line; nil: nothing, as the library does.
    var silence: Duration?

    /// The agent's configuration for it.
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

    /// What the two loops take: `rtu UNITS INTERVAL_MS TIMEOUT_MS DEVICE BAUD [SILENCE_US]`, `tcp UNITS INTERVAL_MS TIMEOUT_MS PORT...`.
    var loopArguments: [String] {
        let numbers = [units, Int(period?.milliseconds ?? 0), Int(Self.responseTimeout.milliseconds)].map { "\($0)" }
        return switch link {
        case .serial(let path, let baud):
            ["rtu"] + numbers + [path, "\(baud)"] + (silence.map { ["\($0.nanoseconds / 1000 + 1)"] } ?? [])
        case .tcp(let ports): ["tcp"] + numbers + ports.map { "\($0)" }
        }
    }
}
