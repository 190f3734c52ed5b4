// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Modbus

/// A serial bus with its units: a pseudo-terminal with the timing of a real wire.
///
/// The bytes of a request arrive at once. The answer comes after the time that a real wire needs: the request, the
/// silence after it, and the answer. Units outside of the answering range are silent.
final class SerialWire: Sendable {
    /// How long a read of one input occupies the wire, with the silence after the answer.
    static func exchange(on line: SerialLine) -> Duration {
        line.time(of: UnitAnswer.requestBytes + UnitAnswer.oneInputBytes) + line.silenceBetweenFrames * 2
    }

    let line: SerialLine
    let log: CallLog
    private let ends: PseudoLine
    private let stopping: WakeUp
    private let thread: WorkerThread

    /// - Parameter units: the units that answer.
    /// - Throws: `SystemError` when there is no pseudo-terminal, descriptor or thread left.
    init(_ line: SerialLine, answering units: ClosedRange<Int>) throws {
        self.line = line
        let (ends, stopping, calls) = (try PseudoLine(), try WakeUp(), CallLog())
        log = calls
        self.ends = ends
        self.stopping = stopping
        thread = try WorkerThread(name: "wire") {
            var units = WireUnits(line: line, answering: units, master: ends.master, log: calls)
            units.run(until: stopping)
        }
    }

    deinit {
        stopping.ring()
        thread.join(milliseconds: 1000)
    }

    /// The path for programs to open.
    var path: String { ends.path }
}

/// Both ends of a pseudo-terminal. The slave is held open, so that the master does not hang up between programs.
private final class PseudoLine: Sendable {
    let master: CInt
    let path: String
    private let slave: CInt

    init() throws(SystemError) {
        (master, path) = try PseudoTerminal.open()
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        guard slave >= 0 else {
            let failure = SystemError("open a pseudo-terminal")
            close(master)
            throw failure
        }
    }

    deinit {
        close(master)
        close(slave)
    }
}

/// The units on the wire; runs on the wire's thread.
private struct WireUnits {
    let line: SerialLine
    let answering: ClosedRange<Int>
    let master: CInt
    let log: CallLog
    private var room = [UInt8](repeating: 0, count: 256)
    private var pending: [UInt8] = []
    private var lastByte = BootTime(nanoseconds: 0)
    /// When the last frame on the wire, a request or an answer, ended.
    private var frameEnd = BootTime(nanoseconds: 0)

    init(line: SerialLine, answering: ClosedRange<Int>, master: CInt, log: CallLog) {
        self.line = line
        self.answering = answering
        self.master = master
        self.log = log
    }

    mutating func run(until stopping: WakeUp) {
        var waiting = [master, stopping.descriptor].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            guard poll(&waiting, 2, -1) > 0 else { continue }
            if waiting[1].revents != 0 { return }
            carry(at: .now())
        }
    }

    private mutating func carry(at now: BootTime) {
        let count = read(master, &room, room.count)
        guard count > 0 else { return }
        // Drop an incomplete frame after a pause; it does not belong to the next frame.
        if now - lastByte > line.time(of: 256) { pending.removeAll(keepingCapacity: true) }
        lastByte = now
        pending += room.prefix(count)
        guard pending.count >= UnitAnswer.requestBytes else { return }
        let frame = Array(pending.prefix(UnitAnswer.requestBytes))
        pending.removeAll(keepingCapacity: true)
        guard UnitAnswer.checksum(of: frame.prefix(6)) == Array(frame.suffix(2)) else { return }
        hear(frame, at: now)
    }

    private mutating func hear(_ frame: [UInt8], at now: BootTime) {
        let unit = Int(frame[0])
        let isEarly = now < frameEnd + line.silenceBetweenFrames
        frameEnd = now + line.time(of: frame.count)
        let isAnswered = answering.contains(unit) && answer(frame)
        log.add(Call(unit: unit, at: now, isEarly: isEarly, isAnswered: isAnswered))
    }

    /// - Returns: whether the answer arrived; false if another request collided with it.
    private mutating func answer(_ frame: [UInt8]) -> Bool {
        let body = [frame[0]] + UnitAnswer.to(frame[1..<6])
        let bytes = body + UnitAnswer.checksum(of: body)
        frameEnd = frameEnd + line.silenceBetweenFrames + line.time(of: bytes.count)
        sleep(until: frameEnd)
        var one = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&one, 1, 0) == 0 else {
            _ = read(master, &room, room.count)
            return false
        }
        return write(master, bytes, bytes.count) == bytes.count
    }
}
