// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("When memory is given back")
struct MemoryCareTests {
    private static func at(_ seconds: Int64) -> BootTime { BootTime(nanoseconds: seconds * 1_000_000_000) }

    /// Ten seconds after the start it was given back once.
    private static func rested() -> MemoryCare {
        var care = MemoryCare(started: at(0))
        _ = care.takeDue(at: at(10))
        return care
    }

    @Test("ten seconds after the start, and then every ten minutes")
    func interval() {
        var care = MemoryCare(started: Self.at(0))
        let given = (0...1300).filter { care.takeDue(at: Self.at($0)) }
        #expect(given == [10, 610, 1210])
    }

    @Test("ten seconds after a burst, once for all that come meanwhile")
    func burst() {
        var care = Self.rested()
        care.noteBurst(at: Self.at(100))
        care.noteBurst(at: Self.at(105))
        let given = (100...700).filter { care.takeDue(at: Self.at($0)) }
        #expect(given == [110])
    }

    @Test("once a long queue was sent, and not after each event")
    func backlog() {
        var care = Self.rested()
        for queued in [1, 0, 1, 0] { care.note(queued: queued, at: Self.at(20)) }
        #expect(care.due == Self.at(610))
        for queued in [5000, 400, 1] { care.note(queued: queued, at: Self.at(30)) }
        #expect(care.due == Self.at(610))
        care.note(queued: 0, at: Self.at(40))
        #expect(care.due == Self.at(50))
    }
}
