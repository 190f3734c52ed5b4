// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Modbus
import Synchronization

/// A Modbus I/O board with several units. It uses libmodbus' server side and has its own thread.
///
/// Used by the demo, by tests in their own process, and by the program `booth-board`.
package final class SimulatedBoard: Sendable {
    /// Where clients connect to the board.
    package enum Place: Sendable, Hashable {
        /// `port` 0 means a free one.
        case tcp(host: String, port: UInt16)
        /// An existing serial line; if there is none, a link to a new pseudo-terminal.
        case serial(path: String)
    }

    /// The source of a command line.
    package enum Source: Sendable, Hashable, CaseIterable { case script, input }

    /// Messages of the running board, sent on its thread.
    package enum Notice: Sendable, Hashable {
        /// `pressed help-1`, `released help-1`, the list of commands.
        case said(String)
        /// A line that could not be executed, or a device that was lost.
        case wrong(String)
        /// The board has ended because of the line `quit`.
        case quit
    }

    /// The address for clients: `127.0.0.1:1502`, or the path of the serial line.
    package let name: String
    /// The port; 0 for a serial line.
    package let port: UInt16
    private let shared: BoardShared
    private let thread: WorkerThread

    /// Opens the place and starts serving.
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

    /// Ends the board and waits for it. Its place is free then, and its clients' connections are closed.
    package func stop() {
        shared.mailbox.post(.stop)
        thread.join(milliseconds: 5000)
    }

    /// Executes one command line. A line about something that does not exist gives a `Notice.wrong`.
    ///
    /// - Parameter source: lines of one source are executed in order, with the pauses of `wait`.
    /// - Throws: `BoardLineError` when the line cannot be understood.
    package func command(_ line: String, from source: Source = .input) throws(BoardLineError) {
        guard let command = try BoardCommand.parse(line) else { return }
        shared.mailbox.post(.command(command, source))
    }

    /// The last 4096 requests to its units, even silent ones, oldest first.
    package func requests() -> [ServerFrame] { shared.frames() }
}

/// Messages to the board's thread.
enum BoardLetter: Sendable {
    typealias Source = SimulatedBoard.Source

    case stop
    case command(BoardCommand, Source)
}

/// State that the board's thread shares with others.
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
