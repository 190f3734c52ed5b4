// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import Glibc

/// Reads a program's output line by line, on its own thread.
final class OutputReader: Sendable {
    /// Messages to the owner of the program.
    enum Letter: Sendable {
        case line(OutputLine)
        /// Both streams have ended.
        case end
    }

    private let output: OpenDescriptor
    private let error: OpenDescriptor
    private let letters: Mailbox<Letter>
    private let drain: WakeUp

    init(output: OpenDescriptor, error: OpenDescriptor, letters: Mailbox<Letter>, drain: WakeUp) {
        self.output = output
        self.error = error
        self.letters = letters
        self.drain = drain
    }

    /// Reads until both streams and the process have ended, or until the owner does not need it any more.
    func run(whileAlive process: OpenDescriptor) {
        var streams = [
            LineBuffer(stream: .output, descriptor: output.number),
            LineBuffer(stream: .error, descriptor: error.number),
        ]
        var waiting = [output.number, error.number, process.number, drain.descriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        var hasEnded = false
        while waiting.prefix(3).contains(where: { $0.fd >= 0 }) {
            guard poll(&waiting, nfds_t(waiting.count), -1) > 0 else { continue }
            if waiting[3].revents != 0 { break }
            for index in streams.indices where waiting[index].revents != 0 {
                let (lines, isOver) = streams[index].read()
                for line in lines { letters.post(.line(line)) }
                // poll(2) ignores negative descriptors.
                if isOver { waiting[index].fd = -1 }
            }
            if waiting[2].revents != 0 { waiting[2].fd = -1 }
            if !hasEnded, waiting[0].fd < 0, waiting[1].fd < 0 {
                hasEnded = true
                letters.post(.end)
            }
        }
    }
}

/// The bytes of one stream since its last line feed.
private struct LineBuffer {
    let stream: OutputLine.Stream
    let descriptor: CInt
    private var rest: [UInt8] = []

    init(stream: OutputLine.Stream, descriptor: CInt) {
        self.stream = stream
        self.descriptor = descriptor
    }

    /// Reads once. Call it when the stream is readable.
    mutating func read() -> (lines: [OutputLine], isOver: Bool) {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        guard count > 0 else {
            if count < 0, errno == EINTR { return ([], false) }
            defer { rest = [] }
            return (rest.isEmpty ? [] : [line(rest)], true)
        }
        var pieces = (rest + bytes.prefix(count)).split(separator: 0x0a, omittingEmptySubsequences: false)
        rest = Array(pieces.removeLast())
        return (pieces.map { line(Array($0)) }, false)
    }

    private func line(_ bytes: [UInt8]) -> OutputLine {
        OutputLine(stream: stream, text: String(decoding: bytes, as: UTF8.self))
    }
}
