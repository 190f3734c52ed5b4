// SPDX-License-Identifier: Apache-2.0

/// Frames of Modbus RTU: unit, protocol data unit, checksum (Modbus over Serial Line 1.02, 2.5.1).
enum RTUFrame {
    static let longest = 256
    /// The size of the shortest answer: an exception.
    static let shortestAnswer = 5
    /// Unit and checksum around the protocol data unit.
    static let overhead = 3
    /// The size of a request of function 1 to 6, and of the answer to a write.
    static let requestSize = 8

    /// CRC-16/MODBUS: reflected polynomial A001, initial value FFFF.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt16 = 0xFFFF
        for byte in bytes {
            sum ^= UInt16(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xA001 : sum >> 1 }
        }
        return sum
    }

    /// The frame that carries `pdu` to or from `unit`. The low byte of the checksum goes first.
    static func sealed(_ pdu: [UInt8], unit: Int) -> [UInt8] {
        let bytes = [UInt8(unit)] + pdu
        let sum = checksum(bytes)
        return bytes + [UInt8(sum & 0xFF), UInt8(sum >> 8)]
    }

    /// Whether the last two bytes are the checksum of the others: then the checksum of all bytes is zero.
    static func isWhole(_ frame: ArraySlice<UInt8>) -> Bool {
        frame.count > overhead && checksum(frame) == 0
    }

    /// The possible lengths of the frame that `bytes` begin with: the length of an answer, of another client's request,
    /// or both, depending on the function. If the length depends on a byte that has not come yet, the result is
    /// the number of bytes up to that byte.
    ///
    /// - Returns: empty for a function that is not used here: then no frame begins here.
    static func sizes(of bytes: ArraySlice<UInt8>) -> [Int] {
        guard bytes.count > 1 else { return [shortestAnswer] }
        let begin = bytes.startIndex
        let function = bytes[begin + 1]
        /// The size given by the byte at `place`.
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

    /// The length of the whole frame with a right checksum that `bytes` begin with; nil if there is none, or not yet.
    static func size(at bytes: ArraySlice<UInt8>) -> Int? {
        sizes(of: bytes).first { $0 <= min(bytes.count, longest) && isWhole(bytes.prefix($0)) }
    }
}
