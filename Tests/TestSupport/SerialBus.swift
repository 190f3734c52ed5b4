// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Synchronization

/// A pseudo-terminal with units on it, each of which hears only what is sent at its own speed and parity: raw frames,
/// without a Modbus library, so that what is tested is not tested against itself.
package final class SerialBus: Sendable {
    /// A unit at the far end.
    package struct Unit: Sendable {
        package var address: UInt8
        package var baud: speed_t
        /// PARODD for a unit with odd parity. Even parity and none are one on a pseudo-terminal: the kernel takes PARENB
        /// away (drivers/tty/pty.c, pty_set_termios).
        package var parity: tcflag_t
        /// Function and data of a request; gives those of the answer, or nil for silence.
        package var answer: @Sendable ([UInt8]) -> [UInt8]?
        /// How long it thinks before it answers, in milliseconds.
        package var delay: Int

        package init(
            _ address: UInt8, baud: Int32, parity: Int32 = 0, delay: Int = 0,
            answer: @escaping @Sendable ([UInt8]) -> [UInt8]?
        ) {
            self.address = address
            self.baud = speed_t(baud)
            self.parity = tcflag_t(parity)
            self.delay = delay
            self.answer = answer
        }
    }

    /// Where a program opens the line.
    package let path: String
    private let master: CInt
    /// Held open: without it the line would hang up whenever nobody has it.
    private let slave: CInt
    private let stop: WakeUp
    private let thread: WorkerThread
    private let heard: Heard

    /// What came by, for the thread and for the test.
    private final class Heard: Sendable {
        let frames = Mutex<[[UInt8]]>([])
    }

    /// - Parameter echoes: whether the line gives back what is sent, as an adapter does whose receiver is never off.
    package init(_ units: [Unit], echoes: Bool = false) throws {
        let pair = try PseudoTerminal.open()
        let slave = open(pair.slavePath, O_RDWR | O_NOCTTY | O_CLOEXEC)
        var settings = termios()
        guard slave >= 0, tcgetattr(slave, &settings) == 0 else { throw SystemError("open \(pair.slavePath)") }
        cfmakeraw(&settings)
        guard tcsetattr(slave, TCSANOW, &settings) == 0 else { throw SystemError("set \(pair.slavePath)") }
        let (stop, heard, master) = (try WakeUp(), Heard(), pair.master)
        (path, self.master, self.slave, self.stop, self.heard) = (pair.slavePath, master, slave, stop, heard)
        thread = try WorkerThread(name: "serial-bus") {
            var bytes = [UInt8](repeating: 0, count: 512)
            while true {
                var waiting = [
                    pollfd(fd: master, events: Int16(POLLIN), revents: 0),
                    pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
                ]
                poll(&waiting, 2, -1)
                if waiting[1].revents != 0 { return }
                let count = read(master, &bytes, bytes.count)
                guard count > 0 else { continue }
                if echoes { write(master, bytes, count) }
                Self.take(Array(bytes.prefix(count)), on: master, units, heard)
                // The slave that is held here keeps a killed program's claim on the line alive.
                _ = ioctl(slave, UInt(TIOCNXCL))
            }
        }
    }

    deinit {
        stop.ring()
        thread.join(milliseconds: 5000)
        close(master)
        close(slave)
    }

    /// Every frame with a right checksum that was sent, whoever it was for, at whatever speed.
    package var requests: [[UInt8]] { heard.frames.withLock { $0 } }

    /// Address, function and data, with the checksum after them.
    package static func frame(_ body: [UInt8]) -> [UInt8] {
        let sum = body.reduce(UInt16(0xFFFF)) { sum, byte in
            (0..<8).reduce(sum ^ UInt16(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xA001 : value >> 1 }
        }
        return body + [UInt8(sum & 0xFF), UInt8(sum >> 8)]
    }

    private static func take(_ bytes: [UInt8], on master: CInt, _ units: [Unit], _ heard: Heard) {
        guard bytes.count >= 4, frame(Array(bytes.dropLast(2))) == bytes else { return }
        heard.frames.withLock { $0.append(bytes) }
        // Asked of the master, the kernel gives the slave's settings (tty_ioctl(4)).
        var settings = termios()
        guard tcgetattr(master, &settings) == 0 else { return }
        let parity = settings.c_cflag & tcflag_t(PARODD)
        for unit in units where unit.address == bytes[0] {
            guard cfgetospeed(&settings) == unit.baud, parity == unit.parity else { continue }
            guard let answer = unit.answer(Array(bytes[1..<(bytes.count - 2)])) else { continue }
            if unit.delay > 0 { poll(nil, 0, CInt(unit.delay)) }
            let whole = frame([unit.address] + answer)
            write(master, whole, whole.count)
        }
    }
}

extension SerialBus.Unit {
    /// Waveshare Modbus RTU IO 8CH: inputs 1 and 3 on, as in the manual's example.
    package static func waveshare(_ address: UInt8, baud: Int32, parity: Int32 = 0) -> Self {
        Self(address, baud: baud, parity: parity) { request in
            switch request {
            case [2, 0, 0, 0, 8]: [2, 1, 0x05]
            case [1, 0, 0, 0, 8]: [1, 1, 0x00]
            case [3, 0x10, 0, 0, 8]: [3, 16] + [UInt8](repeating: 0, count: 16)
            case [3, 0x40, 0, 0, 1]: [3, 2, 0, address]
            case let other where (1...3).contains(other[0]): [other[0] | 0x80, 2]
            default: [request[0] | 0x80, 1]
            }
        }
    }

    /// LC Tech: coils and inputs, a whole byte whatever was asked, and its speed; silent to all else.
    package static func lcTech(_ address: UInt8 = 255, baud: Int32, parity: Int32 = 0) -> Self {
        Self(address, baud: baud, parity: parity) { request in
            switch request.prefix(3) {
            case [2, 0, 0]: [2, 1, 0x01]
            case [1, 0, 0]: [1, 1, 0x00]
            case [3, 0x03, 0xE8]: [3, 2, 0, 3]
            default: nil
            }
        }
    }

    /// A sensor of the Renke kind: holding registers, its address and speed among them; silent to all else.
    package static func renke(_ address: UInt8, baud: Int32, parity: Int32 = 0, delay: Int = 0) -> Self {
        Self(address, baud: baud, parity: parity, delay: delay) { request in
            switch request {
            case [3, 0x07, 0xD0, 0, 1]: [3, 2, 0, address]
            case [3, 0x07, 0xD1, 0, 1]: [3, 2, 0, 1]
            case let other where other[0] == 3 && other[1] == 0 && other[4] == 1: [3, 2, 0x02, 0x92]
            case let other where other[0] == 3: [0x83, 2]
            default: nil
            }
        }
    }
}
