// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Modbus
import Synchronization

/// A Modbus I/O board with several units, on libmodbus' own server side and a thread of its own.
///
/// For the demo, for tests in their own process, and behind the program `booth-board`.
package final class SimulatedBoard: Sendable {
    /// Where clients find the board.
    package enum Place: Sendable, Hashable {
        /// `port` 0 takes one that is free.
        case tcp(host: String, port: UInt16)
        /// An existing serial line; where there is none, a link to a new pseudo-terminal.
        case serial(path: String)
    }

    /// Where lines come from.
    package enum Source: Sendable, Hashable, CaseIterable { case script, input }

    /// What the board has to tell while it runs; told on its thread.
    package enum Notice: Sendable, Hashable {
        /// `pressed help-1`, `released help-1`, the list of commands.
        case said(String)
        /// A line that could not be carried out, a device that went.
        case wrong(String)
        /// The line `quit` came; the board has ended.
        case quit
    }

    /// As clients reach it: `127.0.0.1:1502`, or the path of the line.
    package let name: String
    /// The port that it listens on; 0 for a serial line.
    package let port: UInt16
    private let shared: BoardShared
    private let thread: WorkerThread

    /// Opens its place and starts to serve.
    ///
    /// - Parameters:
    ///   - units: 1...247 each, or 0...255 over TCP.
    ///   - notify: called on the board's thread.
    /// - Throws: `ModbusError` or `SystemError` when the place cannot be opened.
    package init(
        at place: Place, units: [Int] = [1], notify: @escaping @Sendable (Notice) -> Void = { _ in }
    ) throws {
        let shared = try BoardShared(notify: notify)
        let door = try BoardDoor.open(place)
        (name, port, self.shared) = (door.name, door.port, shared)
        do {
            thread = try WorkerThread(name: "board") {
                do {
                    try BoardLoop(door: door, units: units, shared: shared).run()
                } catch {
                    shared.notify(.wrong("\(error)"))
                }
                door.shut()
            }
        } catch {
            door.shut()
            throw error
        }
    }

    deinit {
        stop()
    }

    /// Ends the board and waits for it: its place is free again, its clients' connections are closed.
    package func stop() {
        shared.mailbox.post(.stop)
        thread.join(milliseconds: 5000)
    }

    /// Carries out one line; a line that names what is not there becomes a `Notice.wrong`.
    ///
    /// - Parameter source: lines of one source are carried out one after the other, `wait` between them.
    /// - Throws: `BoardLineError` when the line cannot be understood.
    package func command(_ line: String, from source: Source = .input) throws(BoardLineError) {
        guard let command = try BoardCommand.parse(line) else { return }
        shared.mailbox.post(.command(command, source))
    }

    /// The requests that its units got so far, silent ones too, oldest first; the last 4096 of them.
    package func requests() -> [ServerFrame] { shared.frames() }
}

/// What the board's thread is handed.
enum BoardLetter: Sendable {
    typealias Source = SimulatedBoard.Source

    case stop
    case command(BoardCommand, Source)
}

/// What the board's thread has in common with others.
final class BoardShared: Sendable {
    let mailbox: Mailbox<BoardLetter>
    let notify: @Sendable (SimulatedBoard.Notice) -> Void
    private let recorded = Mutex<[ServerFrame]>([])

    init(notify: @escaping @Sendable (SimulatedBoard.Notice) -> Void) throws(SystemError) {
        mailbox = try Mailbox()
        self.notify = notify
    }

    func record(_ frame: ServerFrame) {
        recorded.withLock { frames in
            if frames.count == 4096 { frames.removeFirst(1024) }
            frames.append(frame)
        }
    }

    func frames() -> [ServerFrame] { recorded.withLock { $0 } }
}
