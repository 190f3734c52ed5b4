// SPDX-License-Identifier: Apache-2.0

/// A GPIO chip, `[gpio.NAME]`.
package struct GPIOChipConfiguration: Sendable, Hashable {
    /// How the chip is told from others on the machine.
    package enum Selector: Sendable, Hashable, CustomStringConvertible {
        /// The label that the driver gives; survives renumbering.
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

    /// What points call it.
    package var name: String
    package var chip: Selector

    package init(name: String, chip: Selector) {
        self.name = name
        self.chip = chip
    }
}

/// A Modbus bus, `[modbus.NAME]`.
package struct ModbusBusConfiguration: Sendable, Hashable {
    /// The bit after the eight of a byte.
    package enum Parity: String, Sendable, CaseIterable {
        case none, even, odd
    }

    /// The wire the bus runs on.
    package enum Transport: Sendable, Hashable {
        /// RTU on a serial line with eight data bits.
        case serial(path: String, baud: Int, parity: Parity, stopBits: Int)
        /// Modbus TCP; `host` is a name or an address.
        case tcp(host: String, port: UInt16)
    }

    /// As boards come, and as a bus is set where neither the file nor a profile says otherwise; bit/s.
    package static let usualBaud = 9600
    package static let usualParity = Parity.none
    package static let usualStopBits = 1

    /// What points call it.
    package var name: String
    package var transport: Transport
    /// How long a unit may take to answer one request.
    package var responseTimeout: Duration
    /// What the configuration says of units, `[modbus.NAME.unit.N]`, by their address; most have no entry.
    package var units: [Int: ModbusUnitConfiguration] = [:]

    package init(name: String, transport: Transport, responseTimeout: Duration) {
        self.name = name
        self.transport = transport
        self.responseTimeout = responseTimeout
    }

    /// How long `unit` may take to answer one request: its own timeout, or the bus's.
    package func responseTimeout(of unit: Int) -> Duration { units[unit]?.responseTimeout ?? responseTimeout }
}

/// What is known of one unit of a bus, `[modbus.NAME.unit.N]`.
package struct ModbusUnitConfiguration: Sendable, Hashable {
    /// A register whose value never changes: while it reads otherwise, nothing that the unit says is believed.
    package struct GuardRegister: Sendable, Hashable {
        package var table: ModbusTable
        /// Zero-based address on the wire, 0...65535.
        package var address: Int
        package var value: UInt16

        package init(table: ModbusTable, address: Int, value: UInt16) {
            self.table = table
            self.address = address
            self.value = value
        }
    }

    /// The name of the board's profile; nil where the configuration names none.
    package var profile: String?
    /// How long it may take to answer; nil: as long as its bus allows.
    package var responseTimeout: Duration?
    package var guardRegister: GuardRegister?
    /// Whether it answers bits in whole bytes, whatever was asked: it is asked for whole bytes only.
    package var answersWholeBytes = false

    package init() {}
}

/// Which level counts as active.
package enum Polarity: String, Sendable, CaseIterable {
    case high, low
}

/// A GPIO line.
package struct GPIOSource: Sendable, Hashable {
    /// The resistor that the chip puts on the line; `as-is` leaves what is set.
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

/// The four tables of a Modbus unit (Modbus Application Protocol 1.1b3, 4.3).
package enum ModbusTable: String, Sendable, CaseIterable, Codable {
    case coil
    case discreteInput = "discrete-input"
    case inputRegister = "input-register"
    case holdingRegister = "holding-register"

    /// Whether its values are words of 16 bits.
    package var isRegisters: Bool { self == .inputRegister || self == .holdingRegister }
}

/// A bit or register of a Modbus unit.
package struct ModbusSource: Sendable, Hashable {
    /// The name of a `ModbusBusConfiguration`.
    package var bus: String
    /// 1...247 on a serial bus, or beyond where the profile's board comes with such an address; 0...255 over TCP.
    package var unit: Int
    package var table: ModbusTable
    /// Zero-based address on the wire, 0...65535.
    package var address: Int
    /// The bit of a register that counts, 0...15; nil: the whole register is not zero.
    package var bit: Int?
    /// Whether 1 or 0 counts as active.
    package var active: Polarity
    /// From one poll to the next.
    package var poll: Duration
    /// Whether the register counts activations, modulo 65536: each increment is one, and its value is no level.
    package var counter = false
    /// The values of a register that the input can have; others are no reading. Nil: all but 65535 alone.
    package var plausible: ClosedRange<Int>?

    /// The register as one word, `inside/1/input-register/5`.
    package var register: String { "\(bus)/\(unit)/\(table.rawValue)/\(address)" }

    package init(
        bus: String, unit: Int, table: ModbusTable, address: Int, bit: Int? = nil, active: Polarity = .high,
        poll: Duration
    ) {
        self.bus = bus
        self.unit = unit
        self.table = table
        self.address = address
        self.bit = bit
        self.active = active
        self.poll = poll
    }
}
