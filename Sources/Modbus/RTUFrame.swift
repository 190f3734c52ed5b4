// SPDX-License-Identifier: Apache-2.0

/// Frames of Modbus RTU: unit, protocol data unit, checksum (Modbus over Serial Line 1.02, 2.5.1).
enum RTUFrame {
    /// Most bytes of a frame.
    static let longest = 256
    /// Fewest bytes of an answer: an exception's.
    static let shortestAnswer = 5
    /// Unit and checksum, around the protocol data unit.
    static let overhead = 3
    /// A request of function 1 to 6, and the answer to a write.
    static let requestSize = 8

    /// CRC-16/MODBUS: polynomial A001 reflected, begun with FFFF.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt16 = 0xFFFF
        for byte in bytes {
            sum ^= UInt16(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xA001 : sum >> 1 }
        }
        return sum
    }

    /// The frame that carries `pdu` to or from `unit`; of its checksum the low byte goes first.
    static func sealed(_ pdu: [UInt8], unit: Int) -> [UInt8] {
        let bytes = [UInt8(unit)] + pdu
        let sum = checksum(bytes)
        return bytes + [UInt8(sum & 0xFF), UInt8(sum >> 8)]
    }

    /// Whether the last two bytes are the checksum of the others: the sum over all of it is then zero.
    static func isWhole(_ frame: ArraySlice<UInt8>) -> Bool {
        frame.count > overhead && checksum(frame) == 0
    }

    /// How long the frame may be that begins with `bytes`: by its function an answer's length, another client's
    /// request's, or either. A length that depends on a byte still to come is more than has come.
    ///
    /// - Returns: nothing for a function that no unit here is asked for: then no frame begins here.
    static func sizes(of bytes: ArraySlice<UInt8>) -> [Int] {
        guard bytes.count > 1 else { return [shortestAnswer] }
        let begin = bytes.startIndex
        let function = bytes[begin + 1]
        /// A size that the byte at `place` counts.
        func counted(_ overhead: Int, at place: Int) -> Int {
            bytes.count > place ? overhead + Int(bytes[begin + place]) : place + 1
        }
        switch function {
        case 1...4: return [requestSize, counted(5, at: 2)]
        case 5, 6: return [requestSize]
        case 15, 16: return [requestSize, counted(9, at: 6)]
        case 0x81...0x86, 0x8F, 0x90: return [shortestAnswer]
        default: return []
        }
    }

    /// How long the whole frame with a right checksum is that `bytes` begin with; nil where there is none, or not yet.
    static func size(at bytes: ArraySlice<UInt8>) -> Int? {
        sizes(of: bytes).first { $0 <= min(bytes.count, longest) && isWhole(bytes.prefix($0)) }
    }
}
