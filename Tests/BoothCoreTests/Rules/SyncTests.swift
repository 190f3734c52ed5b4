// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

/// Which decisions must be on disk before anything else happens, and which the next reading, receipt or minute tells
/// again.
@Suite("What must be synced")
struct SyncTests {
    private static let attended = [WeeklySchedule.Attendance(day: .tuesday, minutes: 510..<690)]
    private static let reportDay = CivilDate(year: 2026, month: 11, day: 23)

    private var booth: RehearsedBooth

    init() {
        var counting = RehearsedBooth.point("help-3", .helpButton)
        var register = ModbusSource(
            bus: "inside", unit: 1, table: .inputRegister, address: 3, poll: .milliseconds(200))
        register.counter = true
        counting.source = .modbus(register)
        booth = RehearsedBooth(
            [
                RehearsedBooth.help, counting, RehearsedBooth.roomDoor, RehearsedBooth.point("street", .streetDoor),
                RehearsedBooth.point("slot", .mailSlot), RehearsedBooth.point("mains", .mainsPower),
            ], targets: RehearsedBooth.answering, attended: Self.attended, answers: true)
        booth.pass(to: 0)
    }

    private mutating func isSynced(_ decision: Decision) -> Bool {
        booth.keep(decision)
        return !decision.canBeToldAgain
    }

    private mutating func read(_ point: PointID, _ state: PointState, at seconds: Double) -> Bool {
        booth.pass(to: seconds)
        let now = booth.moment(at: seconds)
        return isSynced(
            booth.rules.apply(
                Reading(point: point, state: state, value: 0, quality: .good, at: now.boot), at: now))
    }

    private mutating func count(_ point: PointID, _ count: Int, to value: Int, at seconds: Double) -> Bool {
        booth.pass(to: seconds)
        let now = booth.moment(at: seconds)
        return isSynced(
            booth.rules.apply(CountedPresses(point: point, count: count, value: value, at: now.boot), at: now))
    }

    @Test("states of points come again; what they raise, count, restore and record does not")
    mutating func readings() {
        let first = read("help-1", .normal, at: 1)
        let raised = read("help-1", .active, at: 2)
        let released = read("help-1", .normal, at: 3)
        let repeated = read("help-1", .active, at: 4)
        #expect([first, raised, released, repeated] == [false, true, false, true])
        let announced = isSynced(booth.rules.advance(to: booth.moment(at: 6)))
        #expect(announced)
        let (rest, record) = (read("street", .normal, at: 7), read("street", .active, at: 8))
        #expect([rest, record] == [false, true])
        let (idle, letter) = (read("slot", .normal, at: 9), read("slot", .active, at: 10))
        #expect([idle, letter] == [false, true])
        // The same letter once more, and another one.
        let same = [read("slot", .normal, at: 11), read("slot", .active, at: 12)]
        let another = [read("slot", .normal, at: 13), read("slot", .active, at: 30)]
        #expect(same == [false, false] && another == [false, true])
        let powerless = [read("mains", .normal, at: 40), read("mains", .active, at: 41)]
        let outage = isSynced(booth.rules.advance(to: booth.moment(at: 51)))
        #expect(powerless == [false, false] && outage)
    }

    @Test("presses that a unit counted are told once, also a letter that raises nothing")
    mutating func counted() {
        let baseline = read("help-3", .normal, at: 1)
        let presses = count("help-3", 2, to: 2, at: 2)
        #expect([baseline, presses] == [false, true])
    }

    @Test("edges that were lost count once")
    mutating func gaps() {
        let now = booth.moment(at: 1)
        let first = isSynced(booth.rules.apply(MissedEdges(point: "help-1", count: 3, at: now.boot), at: now))
        let second = isSynced(booth.rules.apply(MissedEdges(point: "help-1", count: 3, at: now.boot), at: now))
        #expect(first && second)
    }

    @Test("a receipt comes again, unless it is news for others; what is on its way is never written")
    mutating func answers() throws {
        _ = read("help-1", .active, at: 1)
        let press = try #require(booth.newest())
        let now = booth.moment(at: 2)
        let sent = booth.rules.apply(.sent, for: press.opening, from: "police", at: now)
        #expect(sent.isTransient && sent.canBeToldAgain && !sent.isEmpty)
        let returned = booth.rules.apply(.returned, for: press.opening, from: "police", at: now)
        #expect(returned.isTransient && returned.canBeToldAgain)
        // A press that waits to be told is on disk already.
        let again = [read("help-1", .normal, at: 3), read("help-1", .active, at: 4)]
        let resent = booth.rules.apply(.sent, for: press.opening, from: "police", at: booth.moment(at: 4))
        #expect(again == [false, true] && resent.isTransient && resent.canBeToldAgain)
        booth.pass(to: 10)
        let rejected = booth.rules.apply(.rejected, for: press.opening, from: "police", at: now)
        #expect(!rejected.isTransient && rejected.canBeToldAgain)
        let requeued = booth.rules.requeue([("police", press.opening)])
        #expect(!requeued.isTransient && requeued.canBeToldAgain && !requeued.isEmpty)
        // The backup has it, too, once nobody answered.
        let escalated = booth.rules.advance(to: booth.moment(at: 61))
        #expect(!escalated.canBeToldAgain)
        let accepted = booth.rules.apply(
            .accepted(ticket: "1"), for: press.opening, from: "police", at: booth.moment(at: 62))
        #expect(!accepted.canBeToldAgain && !accepted.isTransient)
        let late = booth.rules.apply(
            .accepted(ticket: "2"), for: press.opening, from: "police", at: booth.moment(at: 63))
        #expect(late.canBeToldAgain && !late.isTransient && !late.isEmpty)
    }

    @Test("what a platform or an officer asked for is synced, also where nobody is told")
    mutating func acts() throws {
        _ = read("help-1", .active, at: 1)
        let press = try #require(booth.newest())
        let now = booth.moment(at: 2)
        let task = PlatformTask(id: "t1", kind: "test", order: .test)
        let done = isSynced(booth.rules.apply([task], cursor: "c1", from: "police", at: now))
        let cursor = isSynced(booth.rules.apply([], cursor: "c2", from: "police", at: now))
        let nothing = isSynced(booth.rules.apply([], cursor: "c2", from: "police", at: now))
        #expect([done, cursor, nothing] == [true, true, false])
        let actor = Actor.officer("zhang")
        let seen = isSynced(try booth.rules.acknowledge(press.id, by: actor, at: now).get())
        let disarmed = isSynced(try booth.rules.disarm(until: nil, by: actor, at: now).get())
        let armed = isSynced(try booth.rules.arm(until: nil, by: actor, at: now).get())
        let closed = isSynced(try booth.rules.close(press.id, outcome: "done", by: actor, at: now).get())
        #expect([seen, disarmed, armed, closed] == [true, true, true, true])
        // Nothing stood in the schedule's place: there is nothing to write.
        let idle = try booth.rules.arm(until: nil, by: actor, at: now).get()
        #expect(idle.isEmpty && idle.canBeToldAgain)
    }

    @Test("an acknowledgement of what has no target left is an event of the booth's own")
    mutating func acknowledgedAlone() throws {
        var alone = RehearsedBooth([RehearsedBooth.help], targets: [RehearsedBooth.target("grid", [.community])])
        alone.see("help-1", .active, at: 1)
        let press = try #require(alone.newest())
        let decision = try alone.rules.acknowledge(press.id, by: .officer("zhang"), at: alone.moment(at: 2)).get()
        #expect(decision.events.map(\.told) == ["updated help 1 acknowledged > "])
        #expect(!decision.canBeToldAgain)
    }

    @Test("a sign of life and a clock that is right are told again; a report that was made is not, nor is a loss")
    mutating func memory() {
        let now = booth.moment(at: 1)
        let alive = isSynced(booth.rules.note { $0.alive = Stamp(now) })
        let outage = isSynced(
            booth.rules.note {
                $0.outages.append(.init(from: WallTime(milliseconds: 1), to: WallTime(milliseconds: 2)))
            })
        let synced = isSynced(booth.rules.note { $0.syncedBoot = "boot-9" })
        let day = Self.reportDay
        let reported = isSynced(booth.rules.note { $0.reported.append(day) })
        let both = isSynced(
            booth.rules.note {
                $0.alive = Stamp(now)
                $0.reported.append(day)
            })
        let loss = isSynced(booth.rules.tell(Loss(reason: .memory), to: ["police", "nobody"], at: now))
        #expect([alive, outage, synced, reported, both, loss] == [false, false, false, true, true, true])
    }

    @Test("a loss is one event for those of its targets that are configured")
    mutating func loss() {
        let now = booth.moment(at: 1)
        let decision = booth.rules.tell(Loss(reason: .memory), to: ["nobody", "grid", "police"], at: now)
        #expect(decision.events.map(\.told) == ["loss memory > police grid"])
    }
}
