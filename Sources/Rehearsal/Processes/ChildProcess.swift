// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// A program that runs beside this one: its lines are read as they come, every wait is bounded, and it does not outlive
/// its owner.
///
/// It leads a process group of its own, which is killed with this object; should the whole process die first, the kernel
/// kills it. Not `Sendable`: one owner asks it. Its output is drained all the time by a thread, so that it never blocks on
/// a full pipe.
package final class ChildProcess {
    /// Its process id, which is also that of its group.
    package var processID: pid_t { child.processID }
    /// Every line read so far, of both streams, in the order of arrival.
    package private(set) var lines: [OutputLine] = []

    private let name: String
    private let child: StartedChild
    private let letters: Mailbox<OutputReader.Letter>
    private let drain: WakeUp
    private var isOutputOver = false
    private var status: ExitStatus?
    private var next = 0

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: the program's file.
    ///   - arguments: without the program's own name.
    ///   - environment: set over this process's environment; nil takes a variable away.
    ///   - directory: where it works; nil is where this process does.
    /// - Throws: `SystemError` when it cannot be executed.
    package init(
        _ path: String, _ arguments: [String] = [], environment: [String: String?] = [:], in directory: String? = nil
    ) throws {
        let letters = try Mailbox<OutputReader.Letter>()
        let drain = try WakeUp()
        let start = ChildStart(
            path: path, arguments: arguments, environment: mergedEnvironment(environment), directory: directory)
        child = try start.run(letters: letters, until: drain)
        name = path.split(separator: "/").last.map(String.init) ?? path
        self.letters = letters
        self.drain = drain
    }

    deinit {
        if status == nil {
            kill(-processID, SIGKILL)
            waitpid(processID, nil, 0)
        }
        drain.ring()
    }

    /// Writes a line and its line feed to the program's standard input.
    ///
    /// - Throws: `SystemError`, with `EPIPE` when the program no longer reads.
    package func write(line: String) throws(SystemError) {
        var rest = Array((line + "\n").utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(child.input.number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw SystemError("write to \(name)")
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Ends the program's standard input.
    package func closeInput() {
        shutdown(child.input.number, CInt(SHUT_WR))
    }

    /// Sends a signal to the program alone; nothing once it has been waited for.
    package func send(signal: CInt) {
        guard status == nil else { return }
        kill(processID, signal)
    }

    /// Waits for a line that no earlier call has returned or passed over.
    ///
    /// - Parameters:
    ///   - stream: where to look; nil is both.
    ///   - limit: how long to wait.
    ///   - isWanted: which line; those before it are passed over.
    /// - Returns: the line, without its line feed.
    /// - Throws: `RehearsalError` with the last lines when the time is over or the output has ended without it.
    @discardableResult
    package func line(
        on stream: OutputLine.Stream? = nil, within limit: Duration, where isWanted: (String) -> Bool
    ) throws -> String {
        let deadline = BootTime.now() + limit
        while true {
            while next < lines.count {
                let line = lines[next]
                next += 1
                if (stream ?? line.stream) == line.stream, isWanted(line.text) { return line.text }
            }
            guard !isOutputOver else { throw failure("ended its output without the line that was waited for") }
            guard receive(until: deadline) else { throw failure("did not print the line within \(limit)") }
        }
    }

    /// Waits for the program to end, and for the last of its output.
    ///
    /// - Throws: `RehearsalError` with the last lines when the time is over.
    @discardableResult
    package func wait(within limit: Duration) throws -> ExitStatus {
        let deadline = BootTime.now() + limit
        if let status { return status }
        var ended = pollfd(fd: child.ended.number, events: Int16(POLLIN), revents: 0)
        guard poll(&ended, 1, CInt(clamping: deadline.millisecondsAway())) > 0 else {
            throw failure("did not end within \(limit)")
        }
        var code: CInt = 0
        waitpid(processID, &code, 0)
        let ending = ExitStatus(waitCode: code)
        status = ending
        // What it had left running in its group goes with it, or the output would never end.
        kill(-processID, SIGKILL)
        while !isOutputOver, receive(until: deadline) {}
        return ending
    }

    /// Sends a signal and waits for the end.
    ///
    /// - Throws: `RehearsalError` when it is still there after `limit`.
    @discardableResult
    package func stop(with signal: CInt = SIGTERM, within limit: Duration) throws -> ExitStatus {
        send(signal: signal)
        return try wait(within: limit)
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool {
        guard status == nil else { return false }
        var ended = pollfd(fd: child.ended.number, events: Int16(POLLIN), revents: 0)
        return poll(&ended, 1, 0) == 0
    }

    /// Takes in what has come; false when nothing came before the deadline.
    private func receive(until deadline: BootTime) -> Bool {
        let news = letters.wait(milliseconds: deadline.millisecondsAway())
        for letter in news {
            switch letter {
            case .line(let line): lines.append(line)
            case .end: isOutputOver = true
            }
        }
        return !news.isEmpty
    }

    private func failure(_ what: String) -> RehearsalError {
        let tail = lines.suffix(20).map { "\n    \($0.text)" }.joined()
        return RehearsalError("\(name) (process \(processID)) \(what); its last lines:\(tail.isEmpty ? " none" : tail)")
    }
}

/// A line that a program printed.
package struct OutputLine: Equatable, Sendable {
    /// Where it printed it.
    package enum Stream: Sendable {
        case output
        case error
    }

    package let stream: Stream
    /// Without the line feed; bytes that are not UTF-8 are replaced.
    package let text: String
}

/// How a program ended (wait(2)).
package enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    /// It exited by itself: 0...255.
    case exited(CInt)
    /// A signal ended it.
    case signalled(CInt)

    init(waitCode: CInt) {
        let signal = waitCode & 0x7f
        self = signal == 0 ? .exited((waitCode >> 8) & 0xff) : .signalled(signal)
    }

    package var description: String {
        switch self {
        case .exited(let code): "exit \(code)"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}
