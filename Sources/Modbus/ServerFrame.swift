// SPDX-License-Identifier: Apache-2.0

/// Neighbouring values of one table of one unit.
package struct ReadRequest: Sendable, Hashable {
    /// 1...255 on a serial line, 0...255 over TCP. The specification reserves those above 247, but a few boards use
    /// them.
    package var unit: Int
    package var table: DataTable
    /// The zero-based address on the wire.
    package var address: Int
    /// How many bits or registers, within the function's limit.
    package var count: Int

    package init(unit: Int, table: DataTable, address: Int, count: Int) {
        self.unit = unit
        self.table = table
        self.address = address
        self.count = count
    }
}

/// One request as a server received it, with its header and, on a serial line, its checksum.
package struct ServerFrame: Sendable {
    /// The whole frame as received.
    package let bytes: [UInt8]
    package let unit: Int
    /// The function code, 1...127.
    package let function: UInt8
    /// The read that it requests; nil for other functions.
    package let read: ReadRequest?

    private init(bytes: [UInt8], header: Int) {
        self.bytes = bytes
        unit = Int(bytes[header])
        function = bytes[header + 1]
        let code = function
        let table = DataTable.allCases.first { $0.readFunction == code }
        if let table, bytes.count >= header + 6 {
            let words = bytes[(header + 2)...].prefix(4).map(Int.init)
            read = ReadRequest(
                unit: unit, table: table, address: words[0] << 8 | words[1], count: words[2] << 8 | words[3])
        } else {
            read = nil
        }
    }

    /// Removes the first whole request from `buffer`; nil while there is none.
    package init?(takenFrom buffer: inout [UInt8], framing: ModbusServer.Framing) {
        guard let length = framing == .tcp ? Self.lengthTCP(buffer) : Self.lengthRTU(buffer), buffer.count >= length
        else { return nil }
        let frame = Array(buffer.prefix(length))
        buffer.removeFirst(length)
        self.init(bytes: frame, header: framing == .tcp ? 6 : 0)
    }

    /// The six-byte header says how long the rest is (Modbus Messaging on TCP/IP 1.0b, 3.1.3).
    private static func lengthTCP(_ buffer: [UInt8]) -> Int? {
        guard buffer.count >= 6 else { return nil }
        return 6 + max(2, min(254, Int(buffer[4]) << 8 | Int(buffer[5])))
    }

    /// RTU has no length field. The function gives the length (Modbus Application Protocol 1.1b3, 6), plus two bytes of
    /// checksum.
    private static func lengthRTU(_ buffer: [UInt8]) -> Int? {
        guard buffer.count >= 2 else { return nil }
        switch buffer[1] {
        case 1...6: return 8
        case 15, 16: return buffer.count > 6 ? 9 + Int(buffer[6]) : nil
        case 22: return 10
        case 23: return buffer.count > 10 ? 13 + Int(buffer[10]) : nil
        default: return 4
        }
    }
}
