// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CLinux
import Glibc

/// What starting a program takes, and how it is done: by the thread that will read its output.
///
/// The kernel's parent-death signal watches the thread that forked, so that thread has to last as long as the program.
struct ChildStart: Sendable {
    let path: String
    let arguments: [String]
    /// Each `NAME=value`.
    let environment: [String]
    /// Where it works; nil is where this process does.
    let directory: String?

    /// Starts the program, and the thread that reads its lines into `letters`.
    ///
    /// - Parameter drain: to be rung when nobody wants the output any more and the program is gone.
    /// - Throws: `SystemError` when the program cannot be executed or the process has no descriptor left.
    func run(letters: Mailbox<OutputReader.Letter>, until drain: WakeUp) throws(SystemError) -> StartedChild {
        // A socket, so that writing to a program that has ended gives an error and not a signal.
        let input = try Channel("socketpair") {
            socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &$0)
        }
        let output = try Channel("pipe") { clinux_pipe(&$0) }
        let error = try Channel("pipe") { clinux_pipe(&$0) }
        let reader = OutputReader(output: output.ours, error: error.ours, letters: letters, drain: drain)
        let streams = [input.childs, output.childs, error.childs]
        let processID = try spawn(streams: streams.map(\.number), readBy: reader)
        // Only now may this process's copies be closed; while they are open, the output has no end.
        withExtendedLifetime(streams) {}
        return try StartedChild(processID: processID, input: input.ours)
    }

    private func spawn(streams: [CInt], readBy reader: OutputReader) throws(SystemError) -> pid_t {
        let outcome = try Mailbox<Result<pid_t, SystemError>>()
        _ = try WorkerThread(name: "child") {
            let result = execute(with: streams)
            let processID = (try? result.get()) ?? -1
            // Before anybody else knows of the process, and so before it can be waited for and its number used again.
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

/// A program that runs: what its owner needs of it.
struct StartedChild {
    let processID: pid_t
    /// Its standard input, a socket.
    let input: OpenDescriptor
    /// Readable once it has ended (pidfd_open(2)).
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

/// A descriptor that several hold, closed when the last lets go.
///
/// Not a `Descriptor`: Swift 6.0's optimiser does not survive several noncopyable values in one function that throws.
final class OpenDescriptor: Sendable {
    let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    deinit {
        close(number)
    }
}

/// A way between this process and a program: one end each.
private struct Channel {
    let ours: OpenDescriptor
    let childs: OpenDescriptor

    /// - Parameter open: fills in two descriptors, this process's first; 0, or -1 with `errno` set.
    init(_ operation: String, _ open: (inout [CInt]) -> CInt) throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        guard open(&ends) == 0 else { throw SystemError(operation) }
        ours = OpenDescriptor(ends[0])
        childs = OpenDescriptor(ends[1])
    }
}

/// Lends `strings` as C wants an argument list: an array of pointers with NULL at the end.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let pointers = strings.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return (pointers + [nil]).withUnsafeBufferPointer { list in
        // The list has its NULL at least, so it has an address.
        body(list.baseAddress!)
    }
}
