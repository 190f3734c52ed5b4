// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("The answer clock")
struct AnswerClockTests {
    private var booth = RehearsedBooth.answered()

    private mutating func press(at seconds: Double) {
        booth.see("help-1", .active, at: seconds)
        booth.see("help-1", .normal, at: seconds + 0.5)
        booth.pass(to: seconds + 3)
    }

    @Test("a press that nobody accepts is told again at 60, 180 and 300 s, to the backup too, and no more")
    mutating func steps() {
        press(at: 0)
        #expect(booth.pass(to: 59.9).isEmpty)
        let step = "updated help 1 escalated > police backup"
        #expect(booth.pass(to: 60).map(\.told) == [step])
        #expect(booth.pass(to: 180).map(\.told) == [step])
        #expect(booth.pass(to: 300).map(\.told) == [step])
        #expect(booth.pass(to: 80_000).isEmpty)
        #expect(booth.newest()?.escalations == 3)
    }

    @Test("the backup's receipt is told to the others, and ends it")
    mutating func backup() {
        press(at: 0)
        booth.pass(to: 61)
        let told = booth.answer(.accepted(ticket: "B1"), by: "backup", for: booth.newest(), at: 70)
        #expect(told == ["updated help 1 accepted > police"])
        #expect(booth.pass(to: 1000).isEmpty)
    }

    @Test("of the steps that passed without power, the last is told; a start within the boot tells none again")
    mutating func restarts() {
        press(at: 0)
        booth.restart()
        #expect(booth.keep(booth.rules.advance(to: booth.moment(at: 200))).map(\.told).count == 1)
        #expect(booth.newest()?.escalations == 2)
        booth.restart()
        #expect(booth.keep(booth.rules.advance(to: booth.moment(at: 210))).isEmpty)
        #expect(booth.pass(to: 300).count == 1)
    }

    @Test("reminders double; of several that passed without power, one is told")
    mutating func reminders() {
        press(at: 0)
        booth.answer(.accepted(ticket: nil), by: "police", for: booth.newest(), at: 10)
        #expect(booth.pass(to: 1809).isEmpty)
        #expect(booth.pass(to: 1810).map(\.told) == ["updated help 1 escalated > police"])
        #expect(booth.pass(to: 3610).count == 1)
        booth.restart()
        let late = booth.keep(booth.rules.advance(to: booth.moment(at: 80_000)))
        #expect(late.count == 1)
        #expect(booth.newest()?.reminders == 6)
    }

    @Test("letters that are accepted days after they were collected are not reminded of at once, but a week later")
    mutating func lateAcceptance() {
        let day = 86_400.0
        booth = RehearsedBooth.answered([
            RehearsedBooth.point("mail-slot", .mailSlot), RehearsedBooth.point("mail-door", .mailDoor),
        ])
        booth.see("mail-slot", .active, at: 0)
        booth.see("mail-slot", .normal, at: 1)
        booth.see("mail-door", .active, at: 60)
        booth.see("mail-door", .normal, at: 70)
        let letters = booth.newest(.mail)
        #expect(letters?.restored != nil)
        booth.answer(.accepted(ticket: nil), by: "grid", for: letters, at: 3 * day)
        #expect(booth.pass(to: 10 * day - 1).isEmpty)
        #expect(booth.newest(.mail)?.reminders == 0)
        #expect(booth.pass(to: 10 * day).count == 1)
        #expect(booth.newest(.mail)?.reminders == 1)
    }

    @Test("a press whose targets are gone from the configuration goes to those that have taken their place, once")
    mutating func heirs() {
        press(at: 0)
        booth.pass(to: 400)
        booth.restart(targets: [RehearsedBooth.target("station", [.police])])
        #expect(booth.pass(to: 401).map(\.told) == ["updated help 1 escalated > police backup station"])
        booth.restart()
        #expect(booth.pass(to: 402).isEmpty)
        let press = booth.newest()
        booth.answer(.accepted(ticket: "S1"), by: "station", for: press, at: 403)
        #expect(booth.newest()?.state == .accepted)
    }
}
