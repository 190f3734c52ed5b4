// SPDX-License-Identifier: Apache-2.0

/// The answers of a unit whose inputs are all off (Modbus Application Protocol 1.1b3, 6.1 to 6.4).
enum UnitAnswer {
    /// Bytes of a read over a serial line: unit, function, address, count, checksum.
    static let requestBytes = 8
    /// Bytes of the answer to a read of one input.
    static let oneInputBytes = 6

    /// - Parameter request: function, address and count, 5 bytes.
    /// - Returns: the function and its data, or exception 1 for a function that does not read.
    static func to(_ request: ArraySlice<UInt8>) -> [UInt8] {
        let bytes = Array(request)
        guard bytes.count == 5, (1...4).contains(bytes[0]) else { return [(bytes.first ?? 0) | 0x80, 1] }
        let count = Int(bytes[3]) << 8 | Int(bytes[4])
        let length = bytes[0] <= 2 ? (count + 7) / 8 : count * 2
        return [bytes[0], UInt8(clamping: length)] + [UInt8](repeating: 0, count: min(length, 250))
    }

    /// CRC-16/MODBUS of `bytes`, low byte first (Modbus over Serial Line 1.02, 6.2.2).
    static func checksum(of bytes: some Sequence<UInt8>) -> [UInt8] {
        var sum: UInt16 = 0xffff
        for byte in bytes {
            sum ^= UInt16(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xa001 : sum >> 1 }
        }
        return [UInt8(sum & 0xff), UInt8(sum >> 8)]
    }
}
