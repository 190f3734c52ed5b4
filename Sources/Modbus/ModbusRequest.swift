// SPDX-License-Identifier: Apache-2.0
import CModbus

/// A request to a unit (Modbus Application Protocol 1.1b3, 6.1 to 6.6), independent of the wire.
///
/// Units are 0...255, addresses 0...65535, counts 1...`DataTable.mostInOneRequest`. Callers check values that come from
/// people.
package enum ModbusRequest: Sendable, Hashable {
    /// Neighbouring values of one table (function codes 1 to 4).
    case read(ReadRequest)
    /// Switches a coil (function code 5).
    case writeCoil(unit: Int, address: Int, isOn: Bool)
    /// Sets a holding register (function code 6).
    case writeRegister(unit: Int, address: Int, value: UInt16)

    /// The bit in an answer's function code that marks an exception.
    static let exceptionFlag: UInt8 = 0x80
    /// Bytes of an exception: function code with the flag, and exception code.
    static let exceptionSize = 2

    /// The unit that is to answer.
    package var unit: Int {
        switch self {
        case .read(let read): read.unit
        case .writeCoil(let unit, _, _), .writeRegister(let unit, _, _): unit
        }
    }

    /// Function code and data: the same on every wire.
    package var pdu: [UInt8] {
        switch self {
        case .read(let read):
            precondition(
                (1...read.table.mostInOneRequest).contains(read.count),
                "a request reads 2000 bits or 125 registers at most")
            return [function] + Self.bytes(of: [UInt16(read.address), UInt16(read.count)])
        case .writeCoil(_, let address, let isOn):
            return [function] + Self.bytes(of: [UInt16(address), isOn ? 0xFF00 : 0])
        case .writeRegister(_, let address, let value):
            return [function] + Self.bytes(of: [UInt16(address), value])
        }
    }

    /// Bytes of the protocol data unit of its answer, if that is no exception.
    package var answerSize: Int {
        if case .read(let read) = self { return 2 + read.table.bytes(of: read.count) }
        return 5
    }

    var function: UInt8 {
        switch self {
        case .read(let read): read.table.readFunction
        case .writeCoil: 5
        case .writeRegister: 6
        }
    }

    /// The operation named in its errors.
    package var operation: ModbusError.Operation {
        switch self {
        case .read(let read): .read(read.table)
        case .writeCoil: .writeCoil
        case .writeRegister: .writeRegister
        }
    }

    /// Checks an answer and returns its values.
    ///
    /// - Parameter answer: a protocol data unit from this request's unit.
    /// - Returns: a read's words in order of address, a bit as 0 or 1; nothing for a write.
    /// - Throws: `ModbusError`: the unit's exception, or a bad frame when the function, the number of bytes or the
    ///   written value does not match the request.
    package func words(from answer: [UInt8]) throws(ModbusError) -> [UInt16] {
        if answer.count == Self.exceptionSize, answer[0] == function | Self.exceptionFlag {
            throw ModbusError(operation, code: Self.code(ofException: answer[1]))
        }
        guard answer.count == answerSize, answer[0] == function else { throw notAnAnswer }
        guard case .read(let read) = self else {
            guard answer == pdu else { throw notAnAnswer }
            return []
        }
        guard Int(answer[1]) == read.table.bytes(of: read.count) else { throw notAnAnswer }
        return Self.words(in: answer.dropFirst(2), of: read)
    }

    private var notAnAnswer: ModbusError { ModbusError(operation, code: cmodbus_bad_data) }

    private static func words(in data: ArraySlice<UInt8>, of read: ReadRequest) -> [UInt16] {
        let bytes = data.map(UInt16.init)
        guard read.table.isRegisters else {
            return (0..<read.count).map { index in bytes[index / 8] >> UInt16(index % 8) & 1 }
        }
        return (0..<read.count).map { index in bytes[2 * index] << 8 | bytes[2 * index + 1] }
    }

    /// libmodbus' error number for an exception. Exception codes unknown to the protocol count as bad data.
    private static func code(ofException exception: UInt8) -> CInt {
        let code = cmodbus_exception_base + CInt(exception)
        return exception > 0 && code <= cmodbus_exception_most ? code : cmodbus_bad_data
    }

    /// The bytes of `words`, high byte first.
    static func bytes(of words: [UInt16]) -> [UInt8] {
        words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }
}
