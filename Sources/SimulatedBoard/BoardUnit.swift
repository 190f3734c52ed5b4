// SPDX-License-Identifier: Apache-2.0
import Modbus

/// One unit of the board: its tables, and how it handles requests.
final class BoardUnit {
    /// Addresses in each table.
    static let size = 1024

    let mapping: UnitMapping
    private(set) var isSilent = false
    private(set) var isGarbling = false
    private(set) var delay = Duration.zero
    private(set) var gap: Duration?
    private(set) var refusal: UInt8?

    init() throws(ModbusError) {
        mapping = try UnitMapping(size: Self.size)
    }

    func apply(_ conduct: BoardCommand.Conduct) {
        switch conduct {
        case .silence: isSilent = true
        case .garble: isGarbling = true
        case .delay(let span): delay = span
        case .split(let span): gap = span
        case .refuse(let exception): refusal = exception
        case .answer: (isSilent, isGarbling, delay, gap, refusal) = (false, false, .zero, nil, nil)
        }
    }

    /// The parts of an answer, each with its delay after the request.
    func parts(of answer: [UInt8], framing: ModbusServer.Framing) -> [(after: Duration, bytes: [UInt8])] {
        var bytes = answer
        // Garble the checksum on a serial line, or the transaction over TCP.
        if isGarbling { bytes[framing == .rtu ? bytes.count - 1 : 0] ^= 0xFF }
        guard let gap else { return [(delay, bytes)] }
        let middle = bytes.count / 2
        return [(delay, Array(bytes[..<middle])), (delay + gap, Array(bytes[middle...]))]
    }
}
