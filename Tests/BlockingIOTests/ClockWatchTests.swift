// SPDX-License-Identifier: Apache-2.0
import Glibc
import Testing

@testable import BlockingIO

@Suite("A watch over the clock")
struct ClockWatchTests {
    @Test("is a descriptor that an event loop takes, and says nothing of a clock that only runs")
    func quiet() throws {
        let watch = try ClockWatch()
        let loop = try EventLoop()
        var told = 0
        try loop.watch(watch.descriptor) { _ in told += 1 }
        loop.turn(milliseconds: 20)
        #expect(told == 0)
        #expect(!watch.wasSet())
        #expect(fcntl(watch.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }
}
