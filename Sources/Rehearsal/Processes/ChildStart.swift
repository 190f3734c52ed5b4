// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CLinux
import Glibc

/// Starts a program, on the thread that will read its output.
///
/// The kernel's parent-death signal is bound to the thread that forked, so this thread must live as long as the
/// program.
struct ChildStart: Sendable {
    let path: String
    let arguments: [String]
    /// Each `NAME=value`.
    let environment: [String]
    /// The working directory; nil: this process's.
    let directory: String?

    /// Starts the program, and the thread that reads its lines into `letters`.
    ///
    /// - Parameter drain: to be rung when the program is gone and its output is no longer needed.
    /// - Throws: `SystemError` when the program cannot be executed or the process has no descriptor left.
    func run(letters: Mailbox<OutputReader.Letter>, until drain: WakeUp) throws(SystemError) -> StartedChild {
        // Use a socket: writing to a program that has ended then gives an error, not a signal.
        let input = try Channel("socketpair") {
            socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &$0)
        }
        let output = try Channel("pipe") { clinux_pipe(&$0) }
        let error = try Channel("pipe") { clinux_pipe(&$0) }
        let reader = OutputReader(output: output.ours, error: error.ours, letters: letters, drain: drain)
        let streams = [input.childs, output.childs, error.childs]
        let processID = try spawn(streams: streams.map(\.number), readBy: reader)
        // Close this process's copies only now. While they are open, the output does not end.
        withExtendedLifetime(streams) {}
        return try StartedChild(processID: processID, input: input.ours)
    }

    private func spawn(streams: [CInt], readBy reader: OutputReader) throws(SystemError) -> pid_t {
        let outcome = try Mailbox<Result<pid_t, SystemError>>()
        _ = try WorkerThread(name: "child") {
            let result = execute(with: streams)
            let processID = (try? result.get()) ?? -1
            // Do this before the process id is known to others: nobody can wait for the process yet, so its number
            // cannot be reused.
            let process = OpenDescriptor(pidfd_open(processID, 0))
            outcome.post(result)
            guard processID > 0 else { return }
            reader.run(whileAlive: process)
        }
        while true {
            guard let result = outcome.wait().first else { continue }
            return try result.get()
        }
    }

    private func execute(with streams: [CInt]) -> Result<pid_t, SystemError> {
        withCStrings([path] + arguments) { arguments in
            withCStrings(environment) { environment in
                let processID = clinux_spawn(
                    path, arguments, environment, directory, streams[0], streams[1], streams[2])
                return processID > 0 ? .success(processID) : .failure(SystemError("start \(path)"))
            }
        }
    }
}

/// A running program, as its owner needs it.
struct StartedChild {
    let processID: pid_t
    /// Its standard input, a socket.
    let input: OpenDescriptor
    /// Readable after the program has ended (pidfd_open(2)).
    let ended: OpenDescriptor

    init(processID: pid_t, input: OpenDescriptor) throws(SystemError) {
        let opened = pidfd_open(processID, 0)
        guard opened >= 0 else {
            let failure = SystemError("pidfd_open")
            kill(processID, SIGKILL)
            waitpid(processID, nil, 0)
            throw failure
        }
        self.processID = processID
        self.input = input
        ended = OpenDescriptor(opened)
    }
}

/// A descriptor with several owners, closed when the last one releases it.
///
/// Not a `Descriptor`: Swift 6.0's optimiser crashes on several noncopyable values in a throwing function.
final class OpenDescriptor: Sendable {
    let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    deinit {
        close(number)
    }
}

/// A connection between this process and a program, with one end for each.
private struct Channel {
    let ours: OpenDescriptor
    let childs: OpenDescriptor

    /// - Parameter open: sets two descriptors, this process's first; returns 0, or -1 with `errno` set.
    init(_ operation: String, _ open: (inout [CInt]) -> CInt) throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        guard open(&ends) == 0 else { throw SystemError(operation) }
        ours = OpenDescriptor(ends[0])
        childs = OpenDescriptor(ends[1])
    }
}

/// Passes `strings` as a C argument list: an array of pointers with NULL at the end.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return (pointers + [nil]).withUnsafeBufferPointer { list in
        // The list has at least its NULL, so it has an address.
        body(list.baseAddress!)
    }
}
