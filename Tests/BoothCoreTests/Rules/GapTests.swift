// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("Edges that were lost")
struct GapTests {
    var booth = RehearsedBooth([RehearsedBooth.help])

    private mutating func miss(_ count: UInt64?, at seconds: Double) -> [BoothEvent] {
        let now = booth.moment(at: seconds)
        return booth.keep(booth.rules.apply(MissedEdges(point: "help-1", count: count, at: now.boot), at: now))
    }

    private func missed(_ event: BoothEvent?) -> UInt64? {
        switch event?.content {
        case .raised(let incident), .updated(let incident, _), .restored(let incident, _): incident.missed
        default: nil
        }
    }

    @Test("one fault with the number lost; more within the minute add up; a quiet minute ends it")
    mutating func addsUp() {
        let raised = miss(65, at: 10)
        #expect(raised.map(\.short) == ["raised gap 1"])
        #expect(missed(raised.first) == 65)
        #expect(booth.rules.standingFaults == ["gap:edges:help-1"])
        let silent = miss(5, at: 11)
        #expect(silent.isEmpty)
        let told = booth.pass(to: 14)
        #expect(told.map(\.short) == ["updated gap 2 repeat"])
        #expect(missed(told.first) == 70)
        let restored = booth.pass(to: 80)
        #expect(restored.map(\.short) == ["restored gap 2 after 61 s"])
        #expect(missed(restored.first) == 70)
        #expect(booth.rules.standingFaults.isEmpty)
        let anew = miss(1, at: 200)
        #expect(anew.map(\.short) == ["raised gap 1"])
    }

    @Test("what nobody counted is not made into a number")
    mutating func uncounted() {
        let raised = miss(nil, at: 0)
        #expect(raised.count == 1 && missed(raised.first) == nil)
        _ = miss(7, at: 1)
        let told = booth.pass(to: 4)
        #expect(told.count == 1 && missed(told.first) == nil)
    }

    @Test("a number that does not fit stays the largest")
    mutating func overflow() {
        _ = miss(.max, at: 0)
        _ = miss(2, at: 1)
        let told = booth.pass(to: 4)
        #expect(missed(told.first) == .max)
    }

    @Test("a good reading does not end it: what was lost stays lost; a restart does")
    mutating func endings() {
        _ = miss(3, at: 0)
        let read = booth.see("help-1", .normal, at: 1)
        #expect(read.isEmpty)
        booth.restart()
        let ended = booth.pass(to: 2)
        #expect(ended.map(\.short) == ["restored gap 1 after 0 s"])
    }

    @Test("of a point that is not configured nothing is said")
    mutating func unknownPoint() {
        let now = booth.moment(at: 0)
        let decision = booth.rules.apply(MissedEdges(point: "gone", count: 1, at: now.boot), at: now)
        #expect(decision.isEmpty)
    }
}
