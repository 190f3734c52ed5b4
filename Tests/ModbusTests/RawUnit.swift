// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc
import Modbus
import Synchronization

/// The other end of a serial line, a pseudo-terminal: does for each request what it was told, byte by byte.
final class RawUnit: Sendable {
    /// What a unit does at a request.
    enum Act: Sendable {
        case send([UInt8])
        case pause(milliseconds: UInt32)
        /// Sends over and over, until the next request or the end.
        case repeatForEver([UInt8])
        case hangUp
    }

    private struct State {
        var requests: [[UInt8]] = []
        var isStopped = false
    }

    /// Where the line is opened.
    let path: String
    private let master: CInt
    /// Held open, so that the line outlives each connection, and to see what waits there.
    private let slave: CInt
    private let state = Mutex(State())
    private let thread = Mutex<WorkerThread?>(nil)

    /// - Parameter scripts: for the first request, the second, and so on; then silence.
    init(_ scripts: [Act]...) throws {
        let terminal = try PseudoTerminal.open()
        (master, path) = (terminal.master, terminal.slavePath)
        slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        let worker = try WorkerThread(name: "raw unit") { [self] in serve(scripts) }
        thread.withLock { $0 = worker }
    }

    /// Ends the thread, and the line with it.
    func stop() {
        state.withLock { $0.isStopped = true }
        thread.withLock { worker in
            guard worker?.join(milliseconds: 10_000) == true else { return }
            worker = nil
            close(master)
            close(slave)
        }
    }

    /// What was asked so far.
    var requests: [[UInt8]] { state.withLock { $0.requests } }

    /// Sends unasked, and waits until it is at the line's end.
    func send(_ bytes: [UInt8]) {
        _ = write(master, bytes, bytes.count)
        var one = pollfd(fd: slave, events: Int16(POLLIN), revents: 0)
        _ = poll(&one, 1, 10_000)
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func serve(_ scripts: [[Act]]) {
        var left = scripts[...]
        while let request = nextRequest() {
            state.withLock { $0.requests.append(request) }
            for act in left.popFirst() ?? [] {
                switch act {
                case .send(let bytes): _ = write(master, bytes, bytes.count)
                case .pause(let milliseconds): usleep(milliseconds * 1000)
                case .repeatForEver(let bytes): while !awaitInput(milliseconds: 1) { send(more: bytes) }
                case .hangUp:
                    // The descriptor's number stays taken until the end.
                    let null = open("/dev/null", O_RDWR | O_CLOEXEC)
                    dup2(null, master)
                    close(null)
                    return
                }
            }
        }
    }

    /// What does not fit is dropped.
    private func send(more bytes: [UInt8]) {
        _ = write(master, bytes, bytes.count)
    }

    /// Every request here has eight bytes.
    private func nextRequest() -> [UInt8]? {
        var request: [UInt8] = []
        while request.count < 8 {
            guard awaitInput(milliseconds: 20) else { continue }
            if isStopped { return nil }
            var byte: UInt8 = 0
            if read(master, &byte, 1) == 1 { request.append(byte) }
        }
        return request
    }

    /// Also when it is to stop.
    private func awaitInput(milliseconds: CInt) -> Bool {
        var one = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        return poll(&one, 1, milliseconds) > 0 || isStopped
    }
}
