// SPDX-License-Identifier: Apache-2.0

/// What is known of a kind of Modbus board, `[board.NAME]` of boards.toml: how it comes from its maker, where its
/// terminals are among the registers, and what tells it from others.
package struct BoardProfile: Sendable, Hashable {
    /// A row of input terminals, one address each.
    package struct Inputs: Sendable, Hashable {
        package var table: ModbusTable
        /// Zero-based address of the terminal that is printed as 1.
        package var first: Int
        /// How many there are, 1 or more.
        package var count: Int
        /// Whether 1 or 0 is an input that is active.
        package var active: Polarity
        /// The values of a register that such an input can have; nil: bits, or all but 65535 alone.
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

        /// The address of the terminal printed as `number`, 1...`count`; nil for one that the board does not have.
        package func address(of number: Int) -> Int? {
            (1...count).contains(number) ? first + number - 1 : nil
        }
    }

    /// A row of output terminals, one address each.
    package struct Outputs: Sendable, Hashable {
        /// Coils or holding registers.
        package var table: ModbusTable
        /// Zero-based address of the terminal that is printed as 1.
        package var first: Int
        /// How many there are, 1 or more.
        package var count: Int

        package init(table: ModbusTable, first: Int, count: Int) {
            self.table = table
            self.first = first
            self.count = count
        }

        /// The address of the terminal printed as `number`, 1...`count`; nil for one that the board does not have.
        package func address(of number: Int) -> Int? {
            (1...count).contains(number) ? first + number - 1 : nil
        }
    }

    /// A read by which a board gives itself away. Reads alone: nothing is ever written to find out what a unit is.
    package struct Sign: Sendable, Hashable {
        /// What the board answers.
        package enum Answer: Sendable, Hashable {
            /// As many values as were asked for, whatever they are.
            case values
            /// An exception: the board does not have that address, or that function.
            case exception
            /// The unit's own address, in each value.
            case unit
            /// This, in each value.
            case value(UInt16)
            /// No more than this, in each value.
            case most(UInt16)
            /// One of these, in each value.
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
        /// - Parameter values: what it answered, nil where that was an exception. Silence and broken frames are no
        ///   answer at all, and have no place here.
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

    /// What `profile = "…"` calls it, such as `waveshare-io-8ch`.
    package var name: String
    /// What its maker or the market calls it.
    package var title: Message
    /// The address that it comes with, 1...255.
    package var unit: Int
    /// The speed that it comes with, in bit/s.
    package var baud: Int
    package var parity: ModbusBusConfiguration.Parity
    package var inputs: Inputs?
    package var outputs: Outputs?
    /// Whether it answers bits in whole bytes, whatever was asked: it is asked for whole bytes only.
    package var wholeBytes: Bool
    /// All of them hold for such a board; the more there are, the surer they are. Empty: it cannot be told from others.
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
