// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import Testing

@Suite("A door that is held open")
struct HeldDoorTests {
    private static let door: PointID = "room-door"
    private static func at(_ hour: Double, _ seconds: Double = 0) -> Double { ClockedBooth.at(hour) + seconds }
    private var booth = ClockedBooth([RehearsedBooth.roomDoor])

    @Test("while nobody is in is told after two minutes, once, besides the intrusion")
    mutating func night() {
        #expect(booth.see(Self.door, .active, at: Self.at(1)) == ["raised intrusion 1"])
        #expect(booth.pass(to: Self.at(1, 119)) == [])
        #expect(booth.pass(to: Self.at(1, 120)) == ["raised door-held 1"])
        #expect(booth.pass(to: Self.at(5)) == [])
        #expect(
            booth.see(Self.door, .normal, at: Self.at(5)).sorted() == [
                "restored door-held 1 after 14280 s", "restored intrusion 1 after 14400 s",
            ])
    }

    @Test("shut in time is none")
    mutating func shut() {
        booth.see(Self.door, .active, at: Self.at(1))
        booth.see(Self.door, .normal, at: Self.at(1, 119))
        #expect(booth.pass(to: Self.at(2)) == [])
    }

    @Test("while officers are in is none, and one from two minutes after they have gone")
    mutating func overTheEnd() {
        #expect(booth.see(Self.door, .active, at: Self.at(9)) == ["record room-door active"])
        #expect(booth.pass(to: Self.at(11.5, 119)) == [])
        #expect(booth.pass(to: Self.at(11.5, 120)) == ["raised door-held 1"])
    }

    @Test("when the booth is armed over it is told two minutes later")
    mutating func armed() {
        booth.see(Self.door, .active, at: Self.at(9))
        #expect(booth.arm() == nil)
        #expect(booth.pass(to: Self.at(9, 120)) == ["raised door-held 1"])
    }

    @Test("is forgiven when somebody comes before the two minutes are over")
    mutating func comes() {
        booth.see(Self.door, .active, at: Self.at(8.5, -60))
        #expect(booth.pass(to: Self.at(11)) == [])
        #expect(booth.pass(to: Self.at(11.5, 120)) == ["raised door-held 1"])
    }

    @Test("over a restart is told when its time is over, and once")
    mutating func restart() {
        booth.see(Self.door, .active, at: Self.at(1))
        booth.pass(to: Self.at(1, 60))
        booth.restart()
        #expect(booth.see(Self.door, .active, at: Self.at(1, 61)) == [])
        #expect(booth.pass(to: Self.at(1, 119)) == [])
        #expect(booth.pass(to: Self.at(1, 120)) == ["raised door-held 1"])
        booth.restart()
        booth.see(Self.door, .active, at: Self.at(1, 121))
        #expect(booth.pass(to: Self.at(5)) == [])
    }

    @Test("that was opened while officers were in has two minutes from a restart after they have gone")
    mutating func restartAfterTheEnd() {
        booth.see(Self.door, .active, at: Self.at(9))
        booth.pass(to: Self.at(11.5, 30))
        booth.restart()
        booth.see(Self.door, .active, at: Self.at(11.5, 31))
        #expect(booth.pass(to: Self.at(11.5, 149)) == [])
        #expect(booth.pass(to: Self.at(11.5, 152)) == ["raised door-held 1"])
    }

    @Test("and closed by an officer is not told again by a restart, but by the next time that they leave it open")
    mutating func closed() {
        booth.see(Self.door, .active, at: Self.at(1))
        booth.pass(to: Self.at(2))
        #expect(booth.close(.doorHeld) == nil)
        booth.restart()
        booth.see(Self.door, .active, at: Self.at(2, 1))
        #expect(booth.pass(to: Self.at(8)) == [])
        #expect(booth.pass(to: Self.at(11.5, 119)) == [])
        #expect(booth.pass(to: Self.at(11.5, 120)) == ["raised door-held 1"])
    }

    @Test("opened again soon is the same intrusion, and held anew")
    mutating func again() {
        booth.see(Self.door, .active, at: Self.at(1))
        booth.see(Self.door, .normal, at: Self.at(1, 5))
        #expect(booth.see(Self.door, .active, at: Self.at(1, 20)) == [])
        #expect(booth.pass(to: Self.at(1, 139)) == ["updated intrusion 2 repeat"])
        #expect(booth.pass(to: Self.at(1, 140)) == ["raised door-held 1"])
    }
}
