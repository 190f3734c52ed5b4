// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("An idle agent")
struct IdleTests {
    /// A core in service that was told its inputs, and hears nothing more.
    private static func rested() -> BoothCore {
        let configuration = RehearsedBooth([RehearsedBooth.help]).configuration
        let contents = JournalContents(
            status: JournalStatus(storage: .ok, bytes: 0, queues: [], open: 0), points: [], incidents: [],
            memory: BoothMemory(), tasks: [], lastKey: 0)
        var core = BoothCore(configuration, .init(contents: contents, seed: 1), at: moment(at: 1))
        _ = core.apply(.begin, at: moment(at: 1))
        _ = core.apply(.inService, at: moment(at: 1))
        let reading = Reading(
            point: "help-1", state: .normal, value: 0, quality: .good, at: BootTime(nanoseconds: 1_000_000_000))
        _ = core.apply(.sensors([.reading(reading)]), at: moment(at: 1))
        return core
    }

    private static func moment(at seconds: Double) -> Moment { RehearsedBooth([]).moment(at: seconds) }

    /// The wake-ups of an hour, each when the core asks for it.
    private static func wakes(of core: inout BoothCore) -> Int {
        var wakes = 0
        while let deadline = core.nextDeadline, deadline < BootTime(nanoseconds: 3_600_000_000_000), wakes < 10_000 {
            wakes += 1
            _ = core.apply(.time, at: moment(at: Double(deadline.nanoseconds) / 1e9))
        }
        return wakes
    }

    @Test("wakes for its heartbeats and what is due, and not each second for a line that nothing changed")
    func wakes() {
        var core = Self.rested()
        // Two targets have a heartbeat each minute; signs of life and memory come every ten minutes.
        #expect((120...160).contains(Self.wakes(of: &core)))
    }
}
