// SPDX-License-Identifier: Apache-2.0

/// A type of Modbus board, `[board.NAME]` of boards.toml: its settings when it leaves the factory, the addresses of its
/// terminals, and how to recognise it.
package struct BoardProfile: Sendable, Hashable {
    /// A row of input terminals, one address each.
    package struct Inputs: Sendable, Hashable {
        package var table: ModbusTable
        /// Zero-based address of the terminal with the printed number 1.
        package var first: Int
        /// How many there are, 1 or more.
        package var count: Int
        /// Whether an active input reads as 1 or as 0.
        package var active: Polarity
        /// The values that the register of such an input can have; nil: bits, or every value but 65535.
        package var plausible: ClosedRange<Int>?

        package init(
            table: ModbusTable, first: Int, count: Int, active: Polarity = .high, plausible: ClosedRange<Int>? = nil
        ) {
            self.table = table
            self.first = first
            self.count = count
            self.active = active
            self.plausible = plausible
        }

        /// The address of the terminal with the printed number `number`, 1...`count`; nil: the board has no such
        /// terminal.
        package func address(of number: Int) -> Int? {
            (1...count).contains(number) ? first + number - 1 : nil
        }
    }

    /// A row of output terminals, one address each.
    package struct Outputs: Sendable, Hashable {
        /// Coils or holding registers.
        package var table: ModbusTable
        /// Zero-based address of the terminal with the printed number 1.
        package var first: Int
        /// How many there are, 1 or more.
        package var count: Int

        package init(table: ModbusTable, first: Int, count: Int) {
            self.table = table
            self.first = first
            self.count = count
        }

        /// The address of the terminal with the printed number `number`, 1...`count`; nil: the board has no such
        /// terminal.
        package func address(of number: Int) -> Int? {
            (1...count).contains(number) ? first + number - 1 : nil
        }
    }

    /// A read that tells this board from others. Reads alone: nothing is ever written to find out what a unit is.
    package struct Sign: Sendable, Hashable {
        /// What the board answers.
        package enum Answer: Sendable, Hashable {
            /// As many values as were asked for; any values.
            case values
            /// An exception: the board does not have that address, or that function.
            case exception
            /// The unit's own address, in each place.
            case unit
            /// This value, in each place.
            case value(UInt16)
            /// At most this value, in each place.
            case most(UInt16)
            /// A value in this range, in each place.
            case within(ClosedRange<UInt16>)
        }

        package var table: ModbusTable
        /// Zero-based, 0...65535.
        package var address: Int
        /// How many bits or registers are read: 1...2000 or 1...125.
        package var count: Int
        package var answer: Answer

        package init(table: ModbusTable, address: Int, count: Int, answer: Answer) {
            self.table = table
            self.address = address
            self.count = count
            self.answer = answer
        }

        /// Whether `unit` answered as the board does. Bits are 0 or 1.
        ///
        /// - Parameter values: what it answered; nil: an exception. Do not ask about silence or broken frames: they are
        ///   no answer.
        package func fits(_ values: [UInt16]?, of unit: Int) -> Bool {
            guard let values else { return answer == .exception }
            guard values.count >= count else { return false }
            return switch answer {
            case .values: true
            case .exception: false
            case .unit: values.allSatisfy { Int($0) == unit }
            case .value(let value): values.allSatisfy { $0 == value }
            case .most(let most): values.allSatisfy { $0 <= most }
            case .within(let range): values.allSatisfy(range.contains)
            }
        }
    }

    /// The name in `profile = "…"`, such as `waveshare-io-8ch`.
    package var name: String
    /// What its maker or the market calls it.
    package var title: Message
    /// The address that the factory sets, 1...255.
    package var unit: Int
    /// The speed that the factory sets, in bit/s.
    package var baud: Int
    package var parity: ModbusBusConfiguration.Parity
    package var inputs: Inputs?
    package var outputs: Outputs?
    /// Whether it answers bits in whole bytes, whatever was asked. Then it is asked for whole bytes only.
    package var wholeBytes: Bool
    /// Such a board shows all of these signs; more signs make it more certain. Empty: the board cannot be recognised.
    package var signs: [Sign]

    package init(
        name: String, title: Message, unit: Int = 1, baud: Int = ModbusBusConfiguration.usualBaud,
        parity: ModbusBusConfiguration.Parity = ModbusBusConfiguration.usualParity,
        inputs: Inputs? = nil, outputs: Outputs? = nil, wholeBytes: Bool = false, signs: [Sign] = []
    ) {
        self.name = name
        self.title = title
        self.unit = unit
        self.baud = baud
        self.parity = parity
        self.inputs = inputs
        self.outputs = outputs
        self.wholeBytes = wholeBytes
        self.signs = signs
    }
}
