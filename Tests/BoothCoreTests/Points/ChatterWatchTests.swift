// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("Chatter")
struct ChatterWatchTests {
    private var watch = ChatterWatch(limit: .init(edges: 20, within: .seconds(1)), bounce: .milliseconds(10))

    /// The milliseconds at which the chattering begins.
    private mutating func begins(_ changes: [Double]) -> [Double] {
        changes.filter { watch.takeChange(at: BootTime(nanoseconds: Int64($0 * 1e6))) }
    }

    @Test("twenty edges in a second are none, the twenty-first is")
    mutating func limit() {
        let twenty = begins((0..<20).map { Double($0) * 45 })
        #expect(twenty.isEmpty)
        let next = begins([950])
        #expect(next == [950])
        #expect(watch.isChattering)
    }

    @Test("twenty in each of many seconds are none")
    mutating func steady() {
        let began = begins((0..<200).map { Double($0) * 50 })
        #expect(began.isEmpty)
    }

    @Test("a contact that bounces 40 times within 80 ms does not chatter, however often it is used")
    mutating func bouncing() {
        for press in 0..<8 {
            let began = begins((0..<40).map { Double(press) * 120 + Double($0) * 2 })
            #expect(began.isEmpty)
        }
    }

    @Test("a bounce that lasts for the whole second is chatter, at 10 kHz as at 200 Hz", arguments: [0.1, 5])
    mutating func endless(spacing: Double) {
        let began = begins((0..<Int(1500 / spacing)).map { Double($0) * spacing })
        #expect(began.count == 1)
        #expect(began.first.map { $0 >= 1000 && $0 < 1010 } == true)
    }

    @Test("it is over five seconds after it was last seen, and may begin again")
    mutating func over() {
        let begins = watch.takeFlood(at: milliseconds(0))
        let again = watch.takeFlood(at: milliseconds(1000))
        #expect(begins && !again)
        #expect(watch.nextDeadline == milliseconds(6000))
        let tooSoon = watch.advance(to: milliseconds(5999))
        let isOver = watch.advance(to: milliseconds(6000))
        #expect(!tooSoon && isOver)
        #expect(!watch.isChattering && watch.nextDeadline == nil)
        let beginsAnew = watch.takeFlood(at: milliseconds(7000))
        #expect(beginsAnew)
    }

    @Test("without a debounce period every change counts")
    mutating func withoutBounce() {
        watch = ChatterWatch(limit: .init(edges: 3, within: .seconds(1)), bounce: .zero)
        let began = begins([0, 1, 2, 3, 4])
        #expect(began == [3])
    }

    @Test("of a polled input 20 edges are counted over as many polls as can show them", arguments: [200.0, 400])
    mutating func polled(spacing: Double) {
        watch = ChatterWatch(limit: .init(edges: 20, within: .seconds(1)), bounce: .zero, poll: .milliseconds(200))
        let began = begins((0..<40).map { Double($0) * spacing })
        #expect(began == [20 * spacing].filter { $0 < 8000 })
        #expect(watch.window == .seconds(8))
    }

    @Test("of a slow poll it is over ten polls after it was last seen")
    mutating func polledSlowly() {
        watch = ChatterWatch(limit: .init(edges: 2, within: .seconds(1)), bounce: .zero, poll: .seconds(2))
        let began = begins([0, 2000, 4000])
        #expect(began == [4000] && watch.nextDeadline == milliseconds(24_000))
    }

    private func milliseconds(_ count: Int64) -> BootTime { BootTime(nanoseconds: count * 1_000_000) }
}
