// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc

/// A child program whose output is read line by line. Every wait is bounded, and the program does not outlive its
/// owner.
///
/// It leads its own process group, which is killed when this object is released; if this whole process dies first, the
/// kernel kills the program. Not `Sendable`: it has one owner. A thread always reads its output, so the program never
/// blocks on a full pipe.
package final class ChildProcess {
    /// Its process id, which is also that of its group.
    package var processID: pid_t { child.processID }
    /// Every line read so far from both streams, in the order of arrival.
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
    ///   - environment: changes to this process's environment; nil removes a variable.
    ///   - directory: its working directory; nil: this process's.
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

    /// Writes a line with its line feed to the program's standard input.
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

    /// Closes the program's standard input.
    package func closeInput() {
        shutdown(child.input.number, CInt(SHUT_WR))
    }

    /// Sends a signal to the program only; does nothing after it was waited for.
    package func send(signal: CInt) {
        guard status == nil else { return }
        kill(processID, signal)
    }

    /// Waits for a line that no earlier call has returned or skipped.
    ///
    /// - Parameters:
    ///   - stream: the stream to read; nil: both.
    ///   - limit: the longest wait.
    ///   - isWanted: selects the line; lines before it are skipped.
    /// - Returns: the line, without its line feed.
    /// - Throws: `RehearsalError` with the last lines, at the time limit or at the end of the output.
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

    /// Waits for the program to end, and reads the rest of its output.
    ///
    /// - Throws: `RehearsalError` with the last lines at the time limit.
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
        // Kill what the program left running in its group. Otherwise the output would not end.
        kill(-processID, SIGKILL)
        while !isOutputOver, receive(until: deadline) {}
        return ending
    }

    /// Sends a signal and waits for the end.
    ///
    /// - Throws: `RehearsalError` when it still runs after `limit`.
    @discardableResult
    package func stop(with signal: CInt = SIGTERM, within limit: Duration) throws -> ExitStatus {
        send(signal: signal)
        return try wait(within: limit)
    }

    /// Whether the program still runs.
    package var isRunning: Bool {
        guard status == nil else { return false }
        var ended = pollfd(fd: child.ended.number, events: Int16(POLLIN), revents: 0)
        return poll(&ended, 1, 0) == 0
    }

    /// Reads letters; false if none came before the deadline.
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
    /// The stream that it was printed to.
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
    /// It exited with this code, 0...255.
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
