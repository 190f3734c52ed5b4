// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How a raw unit is reached.
package enum RawWire: Sendable, CaseIterable {
    /// RTU on a pseudo-terminal: a checksum at the end.
    case serial
    /// Modbus TCP on 127.0.0.1: a header with transaction, protocol and length.
    case tcp

    /// The most bytes before the function code of a request, and the whole length of one that reads or writes one value.
    var requestLength: Int { self == .serial ? 8 : 12 }
}

/// A request as a raw unit heard it: one of the functions 1 to 6, whose requests are all of one length.
package struct HeardFrame: Sendable, Hashable {
    package let bytes: [UInt8]
    package let unit: Int
    package let function: UInt8
    package let address: Int
    /// How many values are read; the value where one is written.
    package let count: Int
    private let wire: RawWire

    /// Takes the first request off `buffer`; bytes that begin none are dropped.
    ///
    /// - Returns: nil while there is no whole request.
    init?(takenFrom buffer: inout [UInt8], wire: RawWire) {
        while buffer.count >= wire.requestLength {
            let frame = Array(buffer.prefix(wire.requestLength))
            if Self.isRequest(frame, wire) {
                buffer.removeFirst(frame.count)
                self.init(frame, wire)
                return
            }
            buffer.removeFirst()
        }
        return nil
    }

    private init(_ frame: [UInt8], _ wire: RawWire) {
        let body = frame[(wire == .serial ? 0 : 6)...].prefix(6).map(Int.init)
        bytes = frame
        unit = body[0]
        function = UInt8(body[1])
        address = body[2] << 8 | body[3]
        count = body[4] << 8 | body[5]
        self.wire = wire
    }

    private static func isRequest(_ frame: [UInt8], _ wire: RawWire) -> Bool {
        switch wire {
        case .serial: (1...6).contains(frame[1]) && checksum(frame.dropLast(2)) == Array(frame.suffix(2))
        case .tcp: frame[2...5].elementsEqual([0, 0, 0, 6]) && (1...6).contains(frame[7])
        }
    }

    /// Whether it reads `address` of the table that `function` reads.
    package func reads(_ function: UInt8, _ address: Int, of unit: Int) -> Bool {
        self.unit == unit && self.function == function && (self.address..<self.address + count).contains(address)
    }

    /// A whole frame around `body`, function code first.
    ///
    /// - Parameters:
    ///   - unit: who answers; nil: the one that was asked.
    ///   - transaction: added to the request's; only TCP has one.
    ///   - protocolNumber: 0 is Modbus; only TCP has one.
    func answer(_ body: [UInt8], unit: Int? = nil, transaction: UInt8 = 0, protocolNumber: UInt8 = 0) -> [UInt8] {
        let unit = UInt8(unit ?? self.unit)
        guard wire == .tcp else { return [unit] + body + Self.checksum(([unit] + body)[...]) }
        let length = UInt16(body.count + 1)
        return [bytes[0], bytes[1] &+ transaction, 0, protocolNumber, UInt8(length >> 8), UInt8(length & 0xFF), unit]
            + body
    }

    /// CRC-16/MODBUS, low byte first (Modbus over Serial Line 1.02, 6.2.2).
    static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var sum: UInt16 = 0xFFFF
        for byte in bytes {
            sum ^= UInt16(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xA001 : sum >> 1 }
        }
        return [UInt8(sum & 0xFF), UInt8(sum >> 8)]
    }
}

/// What a raw unit holds: a register names its unit, its table and its address; a bit follows a fixed pattern.
package enum RawTruth {
    /// The value at `address` (0...255 are told apart) of `unit` (0...31) in the table that `function` reads.
    package static func word(_ function: UInt8, _ address: Int, of unit: Int) -> UInt16 {
        if function <= 2 {
            var random = SeededRandom(seed: UInt64(unit) << 32 | UInt64(function) << 16 | UInt64(address))
            return UInt16(random.next() & 1)
        }
        return 0x4000 | UInt16(unit & 31) << 9 | UInt16(function & 1) << 8 | UInt16(address & 255)
    }

    /// The body of an answer with `words`, function code first.
    static func body(_ function: UInt8, _ words: [UInt16]) -> [UInt8] {
        if function > 2 {
            return [function, UInt8(truncatingIfNeeded: 2 * words.count)]
                + words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
        var bytes = [UInt8](repeating: 0, count: (words.count + 7) / 8)
        for (index, word) in words.enumerated() where word != 0 { bytes[index / 8] |= 1 << (index % 8) }
        return [function, UInt8(truncatingIfNeeded: bytes.count)] + bytes
    }
}
