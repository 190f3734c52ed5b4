// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CLinux
import Glibc
import Testing

@Suite("Whole write")
struct WholeWriteTests {
    @Test("goes on until a pipe that does not block has taken every byte")
    func fullPipe() throws {
        let pipe = try Pipe()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let read = try Mailbox<[UInt8]>()
        let reader = try WorkerThread(name: "reader") { [end = pipe.reading] in
            var all: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 10_000)
            while all.count < bytes.count, case let count = Glibc.read(end, &piece, piece.count), count > 0 {
                all += piece[..<count]
            }
            read.post(all)
        }
        try bytes.withUnsafeBytes { try $0.write(to: pipe.writing, patience: 10_000) }
        #expect(read.wait(milliseconds: 10_000).first == bytes)
        #expect(reader.join(milliseconds: 10_000))
    }

    @Test("gives up on a reader that does not read")
    func idleReader() throws {
        let pipe = try Pipe()
        let bytes = [UInt8](repeating: 0, count: 1_000_000)
        #expect(throws: SystemError("write", code: EAGAIN)) {
            try bytes.withUnsafeBytes { try $0.write(to: pipe.writing, patience: 0) }
        }
    }

    /// A pipe whose writing end does not block; both ends are closed with it.
    private final class Pipe {
        let reading: CInt
        let writing: CInt

        init() throws {
            var ends: [CInt] = [-1, -1]
            try #require(clinux_pipe(&ends) == 0)
            (reading, writing) = (ends[0], ends[1])
            try #require(fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
        }

        deinit {
            close(reading)
            close(writing)
        }
    }
}
