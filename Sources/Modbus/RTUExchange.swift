// SPDX-License-Identifier: Apache-2.0
import CModbus
import Glibc

/// Requests and their answers on a serial line.
///
/// libmodbus opens the line and sets its speed, but does not do the exchange, for these reasons: it does not give
/// access to its checksum; it gives up when another unit's frame comes before the answer; it cannot tell an echo from
/// an answer; it waits with select(2). In Debian 12 it also refuses units 248...255, which boards of LC Tech (255) and
/// JY-DAM (254) use.
final class RTUExchange {
    /// A USB adapter collects bytes for 16 ms (FTDI's latency timer), so a shorter pause does not end a frame.
    private static let adapterPause = Duration.milliseconds(20)

    private let port: SerialPort
    private let line: SerialLine
    /// When the last byte was on the wire, as far as is known here.
    private var lastByte = ContinuousClock.now
    private var foreignUnits: Set<Int> = []
    /// The size of the kernel's buffer for a line (N_TTY_BUF_SIZE).
    private var room = [UInt8](repeating: 0, count: 4096)

    init(path: String, line: SerialLine) throws(ModbusError) {
        port = try SerialPort(path: path, line: line)
        self.line = line
    }

    /// Makes one request and waits for its answer.
    ///
    /// Earlier bytes are discarded first. Then it waits for `time(of:within:)`, even if other units are heard
    /// meanwhile. After a broken answer it waits only as long as the line is noisy.
    /// - Throws: `ModbusError`: the unit's exception, a timeout, a bad frame, an echo, or a connection loss.
    func words(for request: ModbusRequest, within span: Duration) throws(ModbusError) -> [UInt16] {
        let frame = RTUFrame.sealed(request.pdu, unit: request.unit)
        defer { lastByte = .now }
        try awaitSilence(request.operation)
        let deadline = ContinuousClock.now + time(of: request, within: span)
        try send(frame, by: deadline, request.operation)
        var reception = RTUReception(request: request, sent: frame)
        defer { foreignUnits.formUnion(reception.foreignUnits) }
        return try request.words(from: try receive(&reception, by: deadline, request.operation))
    }

    /// The longest time a request may take: `span` for the unit, plus the time of both frames on the wire.
    func time(of request: ModbusRequest, within span: Duration) -> Duration {
        span + line.time(of: RTUFrame.requestSize + RTUFrame.overhead + request.answerSize)
    }

    /// The units whose whole frames with a right checksum were heard and skipped, since the last call.
    func takeForeignUnits() -> Set<Int> {
        defer { foreignUnits = [] }
        return foreignUnits
    }

    /// Discards whatever comes until `span` has passed; returns early when the line fails.
    func discard(for span: Duration) {
        let deadline = ContinuousClock.now + span
        var passed: [UInt8] = []
        do throws(ModbusError) {
            while ContinuousClock.now < deadline, let chunk = try read(by: deadline, .flush) {
                listen(to: chunk, &passed)
            }
        } catch {
            // The next request gets the same error and reports it.
        }
        lastByte = .now
    }

    /// Discards waiting bytes, then lets the line rest: units separate frames by a silence of 3.5 characters (Modbus
    /// over Serial Line 1.02, 2.5.1.1). Waits for the length of one frame at most if the line never rests; bytes left
    /// then are dropped unread.
    private func awaitSilence(_ operation: ModbusError.Operation) throws(ModbusError) {
        let patience = ContinuousClock.now + line.time(of: RTUFrame.longest)
        var passed: [UInt8] = []
        repeat {
            rest(until: lastByte + line.silenceBetweenFrames)
            guard let chunk = try read(by: .now, operation) else { return }
            listen(to: chunk, &passed)
            lastByte = .now
        } while ContinuousClock.now < patience
        tcflush(port.descriptor, TCIFLUSH)
    }

    private func rest(until end: ContinuousClock.Instant) {
        while case let left = ContinuousClock.now.duration(to: end), left > .zero {
            // A signal ends the sleep early.
            usleep(UInt32(left / .microseconds(1)) + 1)
        }
    }

    /// Takes whole frames out of unrequested bytes: a late answer shows that its unit is alive.
    private func listen(to chunk: ArraySlice<UInt8>, _ passed: inout [UInt8]) {
        passed += chunk
        while !passed.isEmpty, let size = RTUFrame.size(at: passed[...]) {
            foreignUnits.insert(Int(passed[0]))
            passed.removeFirst(size)
        }
        if passed.count > RTUFrame.longest { passed = [] }
    }

    private func send(
        _ frame: [UInt8], by deadline: ContinuousClock.Instant, _ operation: ModbusError.Operation
    ) throws(ModbusError) {
        var rest = frame[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(port.descriptor, $0.baseAddress, $0.count) }
            if written > 0 {
                rest = rest.dropFirst(written)
                continue
            }
            let code = written == 0 ? EIO : errno
            if code == EINTR { continue }
            guard code == EAGAIN else { throw ModbusError(operation, code: code) }
            guard Readiness.wait(for: POLLOUT, of: port.descriptor, until: deadline) else {
                throw ModbusError(operation, code: ETIMEDOUT)
            }
        }
    }

    private func receive(
        _ reception: inout RTUReception, by deadline: ContinuousClock.Instant, _ operation: ModbusError.Operation
    ) throws(ModbusError) -> [UInt8] {
        var end = deadline
        while let chunk = try read(by: end, operation) {
            reception.apply(chunk)
            switch reception.verdict() {
            case .answered(let answer): return answer
            case .echoed: throw ModbusError(operation, code: cmodbus_echo)
            case .broken where reception.isSpoiledAnswer:
                end = min(deadline, .now + Self.adapterPause + line.silenceBetweenFrames)
            case .open, .broken: end = deadline
            }
            // Endless bytes keep the line readable, so check the deadline here.
            if ContinuousClock.now >= deadline { break }
        }
        switch reception.verdict(isOver: true) {
        case .answered(let answer): return answer
        case .echoed: throw ModbusError(operation, code: cmodbus_echo)
        case .open: throw ModbusError(operation, code: ETIMEDOUT)
        case .broken:
            throw ModbusError(operation, code: reception.isSpoiledAnswer ? cmodbus_bad_checksum : cmodbus_bad_data)
        }
    }

    /// The next bytes to come; nil when `deadline` passed first.
    private func read(
        by deadline: ContinuousClock.Instant, _ operation: ModbusError.Operation
    ) throws(ModbusError) -> ArraySlice<UInt8>? {
        while Readiness.wait(for: POLLIN, of: port.descriptor, until: deadline) {
            let count = Glibc.read(port.descriptor, &room, room.count)
            if count > 0 { return room.prefix(count) }
            // Readable but without data: the adapter is gone.
            let code = count == 0 ? EIO : errno
            guard code == EINTR || code == EAGAIN else { throw ModbusError(operation, code: code) }
        }
        return nil
    }
}
