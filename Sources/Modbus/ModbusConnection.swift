// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// An open connection to a bus: an owned `modbus_t`, closed and freed with this value.
///
/// Every call blocks, for `answerTime` at most. libmodbus' own recovery is off: it loops and sleeps inside a send.
package struct ModbusConnection: ~Copyable {
    private let raw: OpaquePointer
    private let endpoint: ModbusEndpoint
    private let responseTimeout: Duration
    /// When the last frame ended, as far as this side knows.
    private var lastFrame = ContinuousClock.now
    private var exchange = TCPExchange()

    /// libmodbus waits with select(2), which has no place for descriptors from 1024 on; it would break memory.
    private static let mostDescriptors: CInt = 1024

    /// Opens the serial line, which is then held for this process alone, or connects.
    ///
    /// - Parameter responseTimeout: from the end of a request to the beginning of its answer; also the time to connect
    ///   to each address of a host. 1 ms or more.
    /// - Throws: `ModbusError`: `.resolve` for an unknown host, `.takeLine` for a line that somebody else holds.
    package init(to endpoint: ModbusEndpoint, responseTimeout: Duration) throws(ModbusError) {
        raw = try Self.open(endpoint, responseTimeout)
        self.endpoint = endpoint
        self.responseTimeout = responseTimeout
    }

    deinit {
        if case .serial = endpoint { cmodbus_give_back_line(modbus_get_socket(raw)) }
        modbus_close(raw)
        modbus_free(raw)
    }

    /// The most that a read of `count` values may take: on a serial line the wire's own time is added to the timeout.
    package func answerTime(of table: DataTable, count: Int) -> Duration {
        guard case .serial(_, let line) = endpoint else { return responseTimeout }
        return responseTimeout + line.time(of: 8 + 5 + table.bytes(of: count))
    }

    /// Reads `count` neighbouring values.
    ///
    /// What came unasked before is thrown away first, so that it cannot pass for the answer.
    /// - Parameters:
    ///   - unit: 0...247, or 255 over TCP.
    ///   - address: zero-based on the wire; a manual's 40001 is 0.
    ///   - count: 1...`table.mostInOneRequest`.
    /// - Returns: `count` words in order of address; a bit is 0 or 1.
    /// - Throws: `ModbusError`
    package mutating func read(
        _ table: DataTable, of unit: Int, at address: Int, count: Int
    ) throws(ModbusError) -> [UInt16] {
        precondition((1...table.mostInOneRequest).contains(count), "a request reads 2000 bits or 125 registers at most")
        defer { lastFrame = .now }
        try prepare(for: unit, answerTime: answerTime(of: table, count: count))
        if case .tcp = endpoint { return try readTCP(table, of: unit, at: address, count: count) }
        return table.isRegisters
            ? try readRegisters(table, at: CInt(address), count: CInt(count))
            : try readBits(table, at: CInt(address), count: CInt(count))
    }

    /// Switches a coil (function code 5).
    package mutating func write(coil isOn: Bool, of unit: Int, at address: Int) throws(ModbusError) {
        defer { lastFrame = .now }
        try prepare(for: unit, answerTime: answerTime(of: .coils, count: 8))
        if case .tcp = endpoint {
            return try writeTCP(5, [UInt16(address), isOn ? 0xFF00 : 0], of: unit, .writeCoil)
        }
        guard modbus_write_bit(raw, CInt(address), isOn ? 1 : 0) == 1 else { throw ModbusError(.writeCoil) }
    }

    /// Sets a holding register (function code 6).
    package mutating func write(register value: UInt16, of unit: Int, at address: Int) throws(ModbusError) {
        defer { lastFrame = .now }
        try prepare(for: unit, answerTime: answerTime(of: .holdingRegisters, count: 1))
        if case .tcp = endpoint { return try writeTCP(6, [UInt16(address), value], of: unit, .writeRegister) }
        guard modbus_write_register(raw, CInt(address), value) == 1 else { throw ModbusError(.writeRegister) }
    }

    /// Throws away whatever comes until `span` has passed: late answers, a foreign unit's, noise.
    package func discardInput(for span: Duration) {
        let clock = ContinuousClock()
        let end = clock.now + span
        var scrap = [UInt8](repeating: 0, count: 512)
        while true {
            let left = clock.now.duration(to: end)
            guard left > .zero else { return }
            var one = pollfd(fd: modbus_get_socket(raw), events: Int16(POLLIN), revents: 0)
            guard poll(&one, 1, left.milliseconds) > 0 else { return }
            guard Glibc.read(one.fd, &scrap, scrap.count) > 0 else { return }
        }
    }

    private mutating func prepare(for unit: Int, answerTime: Duration) throws(ModbusError) {
        keepSilence()
        guard modbus_set_slave(raw, CInt(unit)) == 0 else { throw ModbusError(.selectUnit) }
        let time = answerTime.timeval
        modbus_set_response_timeout(raw, time.seconds, time.microseconds)
        guard modbus_flush(raw) >= 0 else { throw ModbusError(.flush) }
    }

    /// Units tell frames apart by a silence of 3.5 characters (Modbus over Serial Line 1.02, 2.5.1.1); libmodbus sends
    /// at once.
    private func keepSilence() {
        guard case .serial(_, let line) = endpoint else { return }
        let left = ContinuousClock.now.duration(to: lastFrame + line.silenceBetweenFrames)
        guard left > .zero else { return }
        usleep(UInt32(left / .microseconds(1)))
    }

    private mutating func readTCP(
        _ table: DataTable, of unit: Int, at address: Int, count: Int
    ) throws(ModbusError) -> [UInt16] {
        let request = [table.readFunction] + TCPExchange.words([UInt16(address), UInt16(count)])
        let data = try exchange.answer(
            to: request, of: unit, on: modbus_get_socket(raw), within: responseTimeout, .read(table))
        let bytes = Array(data.dropFirst())
        guard data.first.map(Int.init) == bytes.count, bytes.count == table.bytes(of: count) else {
            throw ModbusError(.read(table), code: cmodbus_bad_data)
        }
        return table.isRegisters
            ? (0..<count).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
            : (0..<count).map { UInt16(bytes[$0 / 8] >> ($0 % 8) & 1) }
    }

    private mutating func writeTCP(
        _ function: UInt8, _ words: [UInt16], of unit: Int, _ operation: ModbusError.Operation
    ) throws(ModbusError) {
        let data = TCPExchange.words(words)
        let echo = try exchange.answer(
            to: [function] + data, of: unit, on: modbus_get_socket(raw), within: responseTimeout, operation)
        guard echo == data else { throw ModbusError(operation, code: cmodbus_bad_data) }
    }

    private func readBits(_ table: DataTable, at address: CInt, count: CInt) throws(ModbusError) -> [UInt16] {
        // A unit may answer whole bytes; libmodbus then writes `count` bits and no more.
        var bits = [UInt8](repeating: 0, count: Int(count))
        let answered =
            table == .coils
            ? modbus_read_bits(raw, address, count, &bits) : modbus_read_input_bits(raw, address, count, &bits)
        guard answered == count else { throw ModbusError(.read(table)) }
        return bits.map(UInt16.init)
    }

    private func readRegisters(_ table: DataTable, at address: CInt, count: CInt) throws(ModbusError) -> [UInt16] {
        var words = [UInt16](repeating: 0, count: Int(count))
        let answered =
            table == .holdingRegisters
            ? modbus_read_registers(raw, address, count, &words)
            : modbus_read_input_registers(raw, address, count, &words)
        guard answered == count else { throw ModbusError(.read(table)) }
        return words
    }
}

extension ModbusConnection {
    private static func open(
        _ endpoint: ModbusEndpoint, _ responseTimeout: Duration
    ) throws(ModbusError) -> OpaquePointer {
        try checkDescriptors()
        guard let raw = context(for: endpoint) else { throw ModbusError(.open) }
        do {
            try connect(raw, endpoint, responseTimeout)
        } catch {
            modbus_close(raw)
            modbus_free(raw)
            throw error
        }
        return raw
    }

    private static func context(for endpoint: ModbusEndpoint) -> OpaquePointer? {
        switch endpoint {
        case .tcp(let host, let port): modbus_new_tcp_pi(host, String(port))
        case .serial(let path, let line):
            modbus_new_rtu(path, CInt(clamping: line.baud), line.parity.letter, 8, CInt(line.stopBits))
        }
    }

    private static func connect(
        _ raw: OpaquePointer, _ endpoint: ModbusEndpoint, _ responseTimeout: Duration
    ) throws(ModbusError) {
        modbus_set_error_recovery(raw, MODBUS_ERROR_RECOVERY_NONE)
        let time = responseTimeout.timeval
        modbus_set_response_timeout(raw, time.seconds, time.microseconds)
        // Without a byte timeout the whole answer, however split, has to come within the response timeout: a unit that
        // sends rubbish for ever, a byte at a time, then holds the bus no longer than a silent one.
        modbus_set_byte_timeout(raw, 0, 0)
        guard modbus_connect(raw) == 0 else {
            let refusal = ModbusError(.open)
            try checkHost(of: endpoint)
            throw refusal
        }
        guard modbus_get_socket(raw) < mostDescriptors else { throw ModbusError(.open, code: EMFILE) }
        if case .serial = endpoint {
            guard cmodbus_take_line(modbus_get_socket(raw)) == 0 else { throw ModbusError(.takeLine) }
        }
    }

    /// Looks, before libmodbus selects on it while connecting, whether the next descriptor would be too high. The
    /// margin is for what other threads open meanwhile.
    private static func checkDescriptors() throws(ModbusError) {
        let probe = eventfd(0, cmodbus_eventfd_flags)
        guard probe >= 0 else { throw ModbusError(.open) }
        close(probe)
        guard probe < mostDescriptors - 32 else { throw ModbusError(.open, code: EMFILE) }
    }

    private static func checkHost(of endpoint: ModbusEndpoint) throws(ModbusError) {
        guard case .tcp(let host, _) = endpoint else { return }
        let code = cmodbus_resolve(host)
        guard code == 0 else { throw ModbusError(.resolve, code: code) }
    }
}

extension SerialLine.Parity {
    /// As `modbus_new_rtu` takes it.
    fileprivate var letter: CChar {
        switch self {
        case .none: CChar(UInt8(ascii: "N"))
        case .even: CChar(UInt8(ascii: "E"))
        case .odd: CChar(UInt8(ascii: "O"))
        }
    }
}

extension Duration {
    /// As libmodbus takes a timeout: never zero, which it refuses.
    fileprivate var timeval: (seconds: UInt32, microseconds: UInt32) {
        let (seconds, attoseconds) = components
        let microseconds = UInt32(attoseconds / 1_000_000_000_000)
        return (UInt32(clamping: seconds), seconds == 0 ? max(1, microseconds) : microseconds)
    }

    /// As poll(2) takes it, rounded up.
    var milliseconds: CInt {
        CInt(
            clamping: components.seconds * 1000 + (components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        )
    }
}
