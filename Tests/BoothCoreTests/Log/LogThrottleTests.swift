// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal
import TestSupport
import Testing

@testable import BoothCore

@Suite("What flaps, in the log")
struct LogThrottleTests {
    private static func second(_ number: Int) -> BootTime { BootTime(nanoseconds: Int64(number) * 1_000_000_000) }

    private static func lost(_ device: String) -> LogEntry {
        LogEntry(.warning, .deviceLost, Message(zh: "丢失", en: "lost"), [.device: device])
    }

    @Test("the first five lines are said, the rest of the minute is one line with a count")
    func counted() {
        var throttle = LogThrottle()
        let said = (0..<100).count { _ in throttle.admits(Self.lost("modbus:inside"), at: Self.second(1)) }
        #expect(said == 5)
        #expect(throttle.nextDeadline == Self.second(61))
        let early = throttle.flush(at: Self.second(60))
        #expect(early == [])
        let summaries = throttle.flush(at: Self.second(61))
        #expect(summaries.map(\.message.en) == ["lost (95 more within a minute)"])
        #expect(summaries.map(\.fields) == [[.device: "modbus:inside"]])
        #expect(throttle.nextDeadline == nil)
    }

    @Test("what goes on for an hour is one line a minute")
    func long() {
        var throttle = LogThrottle()
        var lines = 0
        for second in 0..<3600 {
            lines += throttle.flush(at: Self.second(second)).count
            for _ in 0..<10 where throttle.admits(Self.lost("modbus:inside"), at: Self.second(second)) { lines += 1 }
        }
        #expect(lines == 5 + 59)
    }

    @Test("what was quiet for a minute is news again")
    func quiet() {
        var throttle = LogThrottle()
        for minute in 0..<100 {
            _ = throttle.flush(at: Self.second(minute * 61))
            let isSaid = throttle.admits(Self.lost("modbus:inside"), at: Self.second(minute * 61))
            #expect(isSaid)
        }
    }

    @Test("another subject and another kind have lines of their own")
    func subjects() {
        var throttle = LogThrottle()
        for _ in 0..<10 { _ = throttle.admits(Self.lost("modbus:inside"), at: Self.second(1)) }
        let isSubjectSaid = throttle.admits(Self.lost("modbus:cabinet"), at: Self.second(1))
        #expect(isSubjectSaid)
        let found = LogEntry(.notice, .deviceFound, Message(zh: "", en: ""), [.device: "modbus:inside"])
        let isKindSaid = throttle.admits(found, at: Self.second(1))
        #expect(isKindSaid)
    }

    @Test("incidents of one point are one subject, whatever their ids")
    func incidents() {
        let first = LogEntry(.notice, .incidentRaised, Message(zh: "", en: ""), [.point: "help-1", .incident: "1"])
        let second = LogEntry(.notice, .incidentRaised, Message(zh: "", en: ""), [.point: "help-1", .incident: "2"])
        #expect(first.subject == second.subject)
    }

    @Test("more subjects than it tells apart share their count, and it forgets the quiet ones")
    func many() {
        var throttle = LogThrottle()
        let said = (0..<5000).count { throttle.admits(Self.lost("modbus:\($0)"), at: Self.second(1)) }
        #expect(said == LogThrottle.mostSubjects + LogThrottle.burst)
        let isLaterSaid = throttle.admits(Self.lost("modbus:x"), at: Self.second(100))
        #expect(isLaterSaid)
    }

    @Test("each kind has a message id of its own, as journald wants it")
    func messageIDs() throws {
        let ids = LogEntry.Kind.allCases.map(\.rawValue)
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.count == 32 && $0.allSatisfy { $0.isHexDigit && !$0.isUppercase } })
        let documented = output(of: "cat '\(try BuiltPrograms.packageFile("docs/logging.md"))'").text
        #expect(ids.allSatisfy { documented.contains("| `\($0)` |") }, "docs/logging.md lacks one")
    }
}
