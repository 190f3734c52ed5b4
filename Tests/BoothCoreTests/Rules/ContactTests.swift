// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("Doors, the letter box, tamper and power")
struct ContactTests {
    private static let tuesdayMorning = WeeklySchedule.Attendance(day: .tuesday, minutes: 510..<690)
    private static let nine = 9.0 * 3600
    private static let eleventhNight = 23.0 * 3600

    @Test("the room door at nine on an attended Tuesday is a record, at eleven in the night an intrusion")
    func roomDoor() {
        var booth = RehearsedBooth([RehearsedBooth.roomDoor], attended: [Self.tuesdayMorning])
        booth.see("room-door", .active, at: Self.nine)
        booth.see("room-door", .normal, at: Self.nine + 5)
        booth.see("room-door", .active, at: Self.eleventhNight)
        booth.see("room-door", .normal, at: Self.eleventhNight + 7)
        #expect(
            booth.events.map(\.short) == [
                "record room-door active", "record room-door normal", "raised intrusion 1",
                "restored intrusion 1 after 7 s",
            ])
        #expect(booth.events.first?.recipients == [])
    }

    @Test("while the clock is not trusted every hour counts as unattended")
    func untrustedClock() {
        var booth = RehearsedBooth([RehearsedBooth.roomDoor], attended: [Self.tuesdayMorning])
        booth.clock = .unsynced
        let seen = booth.see("room-door", .active, at: Self.nine)
        #expect(seen.map(\.short) == ["raised clock 1", "raised intrusion 1"])
    }

    @Test("a street door is a record and never an incident")
    func streetDoor() {
        var booth = RehearsedBooth([RehearsedBooth.point("street", .streetDoor)])
        for second in 0..<200 { booth.see("street", second % 2 == 0 ? .active : .normal, at: Double(second)) }
        #expect(booth.incidents.isEmpty)
        #expect(booth.events.count == 200)
        #expect(booth.events.allSatisfy { $0.recipients.isEmpty })
    }

    @Test("edges within ten seconds are one letter; letters collect until the box is opened")
    func letters() {
        let slot = RehearsedBooth.point("mail-slot", .mailSlot)
        let door = RehearsedBooth.point("mail-door", .mailDoor)
        var booth = RehearsedBooth([slot, door], attended: [Self.tuesdayMorning])
        for second in [0.0, 4.0, 13.9] { Self.drop("mail-slot", at: second, in: &booth) }
        Self.drop("mail-slot", at: 60, in: &booth)
        booth.pass(to: 100)
        #expect(booth.events.map(\.short) == ["raised mail 1", "updated mail 2 repeat"])
        #expect(booth.events.first?.recipients == ["grid"])
        let opened = booth.see("mail-door", .active, at: Self.nine)
        #expect(opened.map(\.short) == ["restored mail 2 after 32400 s", "record mail-door active"])
        Self.drop("mail-slot", at: Self.nine + 60, in: &booth)
        #expect(booth.events.last?.short == "raised mail 1")
    }

    private static func drop(_ slot: PointID, at second: Double, in booth: inout RehearsedBooth) {
        booth.see(slot, .active, at: second)
        booth.see(slot, .normal, at: second + 0.2)
    }

    @Test("a letter right after the box was emptied is a letter into an empty box")
    func letterAfterCollection() {
        let slot = RehearsedBooth.point("mail-slot", .mailSlot)
        var booth = RehearsedBooth([slot, RehearsedBooth.point("mail-door", .mailDoor)])
        Self.drop("mail-slot", at: 0, in: &booth)
        booth.see("mail-door", .active, at: 2)
        Self.drop("mail-slot", at: 4, in: &booth)
        #expect(booth.events.last?.short == "raised mail 1")
        #expect(booth.incidents.values.filter { $0.category == .mail }.count == 2)
    }

    @Test("the box opened while nobody should be there collects, and is tampering until it is closed")
    func mailTamper() {
        let slot = RehearsedBooth.point("mail-slot", .mailSlot)
        var booth = RehearsedBooth([slot, RehearsedBooth.point("mail-door", .mailDoor)])
        Self.drop("mail-slot", at: 0, in: &booth)
        booth.see("mail-door", .active, at: 50)
        booth.see("mail-door", .normal, at: 60)
        #expect(
            booth.events.map(\.short) == [
                "raised mail 1", "restored mail 1 after 50 s", "raised mail-tamper 1",
                "restored mail-tamper 1 after 10 s",
            ])
        #expect(booth.events[2].priority == .fault)
        #expect(booth.events[2].recipients == ["police"])
    }

    @Test("letters are remembered across a restart")
    func lettersAcrossRestart() {
        let slot = RehearsedBooth.point("mail-slot", .mailSlot)
        var booth = RehearsedBooth([slot, RehearsedBooth.point("mail-door", .mailDoor)])
        Self.drop("mail-slot", at: 0, in: &booth)
        booth.restart()
        booth.see("mail-slot", .normal, at: 5)
        Self.drop("mail-slot", at: 30, in: &booth)
        booth.pass(to: 40)
        #expect(booth.events.map(\.short) == ["raised mail 1", "updated mail 2 repeat"])
    }

    @Test("a tamper loop that is cut or bridged has been tampered with", arguments: [PointState.active, .cut, .short])
    func tamper(state: PointState) {
        var booth = RehearsedBooth([RehearsedBooth.point("box", .tamper)])
        booth.see("box", .normal, at: 0)
        booth.see("box", state, at: 1)
        booth.see("box", .normal, at: 2)
        #expect(booth.events.map(\.short) == ["raised tamper 1", "restored tamper 1 after 1 s"])
    }

    @Test("a contact raises what its configuration says")
    func contact() {
        let flood = Classification("flood", .community, .alarm)
        var booth = RehearsedBooth([RehearsedBooth.point("cellar", .contact, classification: flood)])
        #expect(booth.see("cellar", .active, at: 0).map(\.short) == ["raised flood 1"])
        #expect(booth.events.first?.recipients == ["grid"])
        booth.see("cellar", .normal, at: 1)
        booth.see("cellar", .active, at: 2)
        booth.see("cellar", .normal, at: 20)
        booth.see("cellar", .active, at: 51)
        #expect(
            booth.events.map(\.short) == [
                "raised flood 1", "restored flood 1 after 1 s", "updated flood 2 repeat", "restored flood 2 after 20 s",
                "raised flood 1",
            ], "active again within 30 s of its end is the same incident; later it is another one")
    }

    @Test("power that was away before a restart is an incident only if a reading says that it still is")
    func powerAcrossRestart() {
        var booth = RehearsedBooth([RehearsedBooth.point("mains", .mainsPower)])
        booth.see("mains", .active, at: 0)
        booth.restart()
        #expect(booth.pass(to: 100).isEmpty)
        booth.see("mains", .active, at: 100)
        #expect(booth.pass(to: 109).isEmpty)
        #expect(booth.pass(to: 111).map(\.short) == ["raised power 1"])
        booth.restart()
        booth.see("mains", .active, at: 120)
        #expect(booth.pass(to: 200).isEmpty)
    }

    @Test("power that fails for less than its on-delay is no incident", arguments: [(9.9, 0), (10.0, 2)])
    func power(seconds: Double, events: Int) {
        var booth = RehearsedBooth([RehearsedBooth.point("mains", .mainsPower)])
        booth.see("mains", .active, at: 0)
        booth.see("mains", .normal, at: seconds)
        #expect(booth.events.count == events)
    }

    @Test(
        "a point that is another kind of input after a reload ends what it raised, and is known from its next reading on",
        arguments: [PointKind.helpButton, .mailSlot, .roomDoor, .contact])
    func otherKind(kind: PointKind) {
        let call = Classification(.help, .police, .help)
        var booth = RehearsedBooth([RehearsedBooth.point("p", kind, classification: call)])
        booth.see("p", .active, at: 0)
        booth.restart([RehearsedBooth.point("p", .tamper)])
        #expect(booth.pass(to: 10).map(\.short) == ["restored help 1 after 0 s"])
        #expect(booth.see("p", .active, at: 20).map(\.short) == ["raised tamper 1"])
        booth.restart()
        #expect(booth.see("p", .active, at: 30).isEmpty)
        #expect(booth.see("p", .normal, at: 40).map(\.short) == ["restored tamper 1 after 20 s"])
    }
}
