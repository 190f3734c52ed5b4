// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothCore

@Suite("A timetable")
struct TimetableTests {
    @Test("is a dictionary whose earliest is at hand, whatever is set, taken back and taken", arguments: 1...5)
    func likeADictionary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var table = Timetable<Int>()
        var naive: [Int: BootTime] = [:]
        for _ in 0..<3000 {
            let key = Int.random(in: 0..<30, using: &random)
            let instant = BootTime(nanoseconds: Int64.random(in: 0..<200, using: &random))
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6: (table[key], naive[key]) = (instant, instant)
            case 6..<8: (table[key], naive[key]) = (nil, nil)
            default:
                let due = table.due(by: BootTime(nanoseconds: instant.nanoseconds / 8))
                let expected = naive.filter { $0.value.nanoseconds <= instant.nanoseconds / 8 }
                #expect(Set(due.map(\.key)) == Set(expected.keys))
                for (key, instant) in due {
                    let isDue = naive[key] == instant
                    #expect(table.take(key, at: instant) == isDue)
                    if isDue { naive[key] = nil }
                    // What comes due may set others, and itself anew.
                    let other = Int.random(in: 0..<30, using: &random)
                    (table[other], naive[other]) = (instant + .nanoseconds(50), instant + .nanoseconds(50))
                }
            }
            #expect(table.next == naive.values.min())
            #expect(table.instants == naive)
        }
    }
}
