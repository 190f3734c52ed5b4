// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Testing

@testable import BoothModel

@Suite struct PointMemoryTests {
    private func stamp(_ json: String) throws -> Stamp { try JSONDecoder().decode(Stamp.self, from: Data(json.utf8)) }

    @Test("what an earlier version wrote is read, and nothing is added to it")
    func earlier() throws {
        let json = #"{"point":"help-1","since":{"boot":{"nanoseconds":5},"bootID":"b"},"state":"normal"}"#
        let memory = try JSONDecoder().decode(PointMemory.self, from: Data(json.utf8))
        #expect(memory.state == .normal && memory.counter == nil && memory.firstSeen == nil)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(memory), as: UTF8.self) == json)
    }

    @Test(
        "across boots the wall clocks tell how long ago something was",
        arguments: [
            ("1970-01-01T08:00:01.500+08:00", 1500), ("2000-02-29T00:00:00.000+00:00", 951_782_400_000),
            ("2026-11-21T08:15:30.120+08:00", 1_795_220_130_120), ("2026-11-20T19:15:30.120-05:00", 1_795_220_130_120),
        ] as [(String, Int64)])
    func acrossBoots(time: String, milliseconds: Int64) throws {
        let then = try stamp(#"{"boot":{"nanoseconds":7},"bootID":"a","time":"\#(time)"}"#)
        var now = Moment(
            boot: BootTime(nanoseconds: 9), wallMilliseconds: milliseconds + 86_400_000,
            in: .ofProcess, clock: .synced, bootID: "b")
        #expect(then.elapsed(until: now) == .seconds(86_400))
        now.clock = .unsynced
        #expect(then.elapsed(until: now) == nil)
        now.bootID = "a"
        #expect(then.elapsed(until: now) == .nanoseconds(2))
    }

    @Test(
        "a loop leaves what is not normal only well inside the next band, and over the edge that it came by",
        arguments: [
            (600, .normal, .active), (599, .active, .active), (580, .active, .active), (579, .active, .normal),
            (900, .active, .active), (919, .active, .active), (920, .active, .cut), (899, .cut, .cut),
            (880, .cut, .cut), (879, .cut, .active), (0, .active, .short), (80, .normal, .short),
            (90, .active, .active),
            (100, .short, .short), (120, .short, .normal), (590, .unknown, .normal), (1023, .normal, .cut),
        ] as [(Int, PointState, PointState)])
    func hysteresis(value: Int, last: PointState, expected: PointState) {
        var bands = LoopBands(short: 0...99, normal: 100...599, alarm: 600...899, cut: 900...1023)
        bands.hysteresis = 20
        #expect(bands.state(of: value, after: last) == expected)
    }

    @Test("a hysteresis wider than a band stops at its middle")
    func narrowBand() {
        var bands = LoopBands(short: nil, normal: 0...99, alarm: 100...109, cut: 110...199)
        bands.hysteresis = 50
        #expect(bands.state(of: 104, after: .cut) == .active && bands.state(of: 106, after: .cut) == .cut)
        #expect(bands.state(of: 300, after: .cut) == nil)
    }
}
