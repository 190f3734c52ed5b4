// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("The help lamp")
struct HelpLampTests {
    private static let second = RehearsedBooth.point("help-2", .helpButton)
    private static let duress = RehearsedBooth.point("duress-1", .duressButton)
    private static let points = [RehearsedBooth.help, second, duress, RehearsedBooth.roomDoor]

    private var booth = RehearsedBooth(Self.points)
    private var lamp = HelpLamp(Self.points, bootID: "boot-1")

    /// Gives a decision to the lamp, as the core does, and returns the opening of what it raised.
    @discardableResult
    private mutating func show(_ decision: Decision) -> EventID? {
        booth.keep(decision)
        for incident in decision.incidents { lamp.apply(incident) }
        return decision.events.first?.id
    }

    private mutating func press(_ point: PointID, at seconds: Double) throws -> EventID {
        let now = booth.moment(at: seconds)
        let reading = Reading(point: point, state: .active, value: 1, quality: .good, at: now.boot)
        return try #require(show(booth.rules.apply(reading, at: now)))
    }

    private mutating func answer(_ answer: IncidentRules.Answer, _ event: EventID, at seconds: Double) {
        show(booth.rules.apply(answer, for: event, from: "police", at: booth.moment(at: seconds)))
    }

    @Test("follows a press: recorded, sent, accepted, and dark ten minutes after the receipt")
    mutating func wholeWay() throws {
        let press = try press("help-1", at: 0)
        #expect(lamp.signal == .off)
        lamp.noteRecorded([press])
        #expect(lamp.signal == .recorded)
        answer(.sent, press, at: 1)
        #expect(lamp.signal == .sent)
        answer(.accepted(ticket: "JQ1"), press, at: 2)
        #expect(lamp.signal == .accepted)
        #expect(lamp.nextDeadline == booth.moment(at: 602).boot)
        lamp.advance(to: booth.moment(at: 601.9).boot)
        #expect(lamp.signal == .accepted)
        lamp.advance(to: booth.moment(at: 602).boot)
        #expect(lamp.signal == .off)
    }

    @Test("an attempt that came to nothing, and a rejection, are no more than recorded")
    mutating func cameToNothing() throws {
        let press = try press("help-1", at: 0)
        lamp.noteRecorded([press])
        answer(.sent, press, at: 1)
        answer(.returned, press, at: 2)
        #expect(lamp.signal == .recorded)
        answer(.sent, press, at: 3)
        #expect(lamp.nextDeadline == nil)
        answer(.rejected, press, at: 4)
        #expect(lamp.signal == .recorded)
    }

    @Test("a press that every platform refused does not hide for ever what is true of the next")
    mutating func refused() throws {
        let first = try press("help-1", at: 0)
        lamp.noteRecorded([first])
        answer(.rejected, first, at: 1)
        let other = try press("help-2", at: 100)
        lamp.noteRecorded([other])
        answer(.accepted(ticket: nil), other, at: 101)
        #expect(lamp.signal == .recorded)
        lamp.advance(to: booth.moment(at: 600).boot)
        #expect(lamp.signal == .accepted)
    }

    @Test("what was on its way when the agent ended is not on its way now")
    mutating func sentBefore() throws {
        let press = try press("help-1", at: 0)
        answer(.sent, press, at: 1)
        var later = HelpLamp(Self.points, bootID: "boot-1")
        later.resume(Array(booth.incidents.values))
        #expect(later.signal == .recorded)
    }

    @Test("of two presses it tells the one that is less far: nobody is told that help knows of theirs when it does not")
    mutating func twoPresses() throws {
        let first = try press("help-1", at: 0)
        lamp.noteRecorded([first])
        answer(.accepted(ticket: nil), first, at: 1)
        let other = try press("help-2", at: 2)
        #expect(lamp.signal == .off)
        lamp.noteRecorded([other])
        #expect(lamp.signal == .recorded)
        answer(.accepted(ticket: nil), other, at: 3)
        #expect(lamp.signal == .accepted)
    }

    @Test("duress and doors show nothing")
    mutating func silent() throws {
        let duress = try press("duress-1", at: 0)
        let door = try press("room-door", at: 0)
        lamp.noteRecorded([duress, door])
        #expect(lamp.signal == .off)
    }

    @Test("without a disk it goes by what was sent")
    mutating func notRecorded() throws {
        let press = try press("help-1", at: 0)
        answer(.sent, press, at: 1)
        #expect(lamp.signal == .sent)
        answer(.returned, press, at: 2)
        #expect(lamp.signal == .off)
    }

    @Test("after a restart it says what the journal says, and nothing of a receipt from before the board was restarted")
    mutating func restarted() throws {
        let waiting = try press("help-1", at: 0)
        let answered = try press("help-2", at: 0)
        answer(.accepted(ticket: nil), answered, at: 1)
        var same = HelpLamp(Self.points, bootID: "boot-1")
        same.resume(booth.incidents.values.filter { $0.opening == answered })
        #expect(same.signal == .accepted)
        var other = HelpLamp(Self.points, bootID: "boot-2")
        other.resume(booth.incidents.values.filter { $0.opening == answered })
        #expect(other.signal == .off)
        other.resume(booth.incidents.values.filter { $0.opening == waiting })
        #expect(other.signal == .recorded)
    }

    @Test("an incident that is closed is shown no longer")
    mutating func closed() throws {
        let press = try press("help-1", at: 0)
        lamp.noteRecorded([press])
        var incident = try #require(booth.incidents.values.first)
        incident.state = .closed
        lamp.apply(incident)
        #expect(lamp.signal == .off)
    }

    @Test("blinks once a second when recorded and four times when sent")
    func blinking() {
        func changes(_ signal: HelpLamp.Signal) -> Int {
            var time = BootTime(nanoseconds: 0)
            var count = 0
            while let next = signal.nextChange(after: time), next.nanoseconds <= 1_000_000_000 {
                #expect(signal.isLit(at: next) != signal.isLit(at: time))
                (time, count) = (next, count + 1)
            }
            return count
        }
        #expect(changes(.recorded) == 2)
        #expect(changes(.sent) == 8)
        #expect(changes(.accepted) == 0 && changes(.off) == 0)
        #expect(HelpLamp.Signal.accepted.isLit(at: BootTime(nanoseconds: 7)))
        #expect(!HelpLamp.Signal.off.isLit(at: BootTime(nanoseconds: 7)))
    }
}
