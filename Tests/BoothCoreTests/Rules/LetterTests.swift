// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import Testing

@Suite("Letters that nobody collects")
struct LetterTests {
    private static let slot: PointID = "mail-slot"
    private static let box: PointID = "mail-door"
    private var booth = ClockedBooth([ClockedBooth.slot, ClockedBooth.box])

    private static func at(_ hour: Double, day: Double = 0) -> Double { ClockedBooth.at(hour, day: day) }

    private mutating func letter(at time: Double) -> [String] {
        let happened = booth.see(Self.slot, .active, at: time)
        return happened + booth.see(Self.slot, .normal, at: time + 1)
    }

    @Test("are overdue seven days after the first, once, until the box is opened; the next begins anew")
    mutating func overdue() {
        #expect(letter(at: Self.at(9)) == ["raised mail 1"])
        #expect(letter(at: Self.at(9, day: 5)) == [])
        #expect(booth.pass(to: Self.at(9, day: 7) - 1) == ["updated mail 2 repeat"])
        #expect(booth.pass(to: Self.at(9, day: 7)) == ["raised mail-overdue 1"])
        #expect(letter(at: Self.at(10, day: 8)) == [])
        #expect(booth.pass(to: Self.at(9, day: 14)) == ["updated mail 3 repeat"])
        let opened = booth.see(Self.box, .active, at: Self.at(9, day: 14))
        #expect(
            opened == [
                "restored mail 3 after 1209600 s", "restored mail-overdue 1 after 604800 s", "record mail-door active",
            ])
        booth.see(Self.box, .normal, at: Self.at(9.1, day: 14))
        #expect(letter(at: Self.at(10, day: 14)) == ["raised mail 1"])
        #expect(booth.pass(to: Self.at(10, day: 21) - 1) == [])
        #expect(booth.pass(to: Self.at(10, day: 21)) == ["raised mail-overdue 1"])
    }

    @Test("are overdue in time over power cuts and restarts, told once", arguments: [ClockState.synced, .unsynced])
    mutating func reboots(clock: ClockState) {
        _ = letter(at: Self.at(9))
        booth.reboot(at: Self.at(9, day: 3), clock: clock)
        #expect(booth.pass(to: Self.at(9, day: 4)).filter { $0.contains("mail") } == [])
        if clock == .unsynced { booth.setClock(.synced) }
        booth.restart()
        #expect(booth.pass(to: Self.at(9, day: 7) - 2).filter { $0.contains("mail") } == [])
        #expect(booth.pass(to: Self.at(9, day: 7) + 2) == ["raised mail-overdue 1"])
        booth.restart()
        booth.reboot(at: Self.at(9, day: 9), clock: clock)
        #expect(booth.pass(to: Self.at(9, day: 20)).filter { $0.contains("mail") } == [])
    }

    @Test("are overdue at once where the clock tells after a power cut that they have lain for long")
    mutating func lateClock() {
        _ = letter(at: Self.at(9))
        booth.reboot(at: Self.at(9, day: 10), clock: .unsynced)
        #expect(booth.pass(to: Self.at(9, day: 10) + 300) == [])
        booth.setClock(.synced)
        #expect(booth.pass(to: Self.at(9, day: 10) + 301) == ["raised mail-overdue 1"])
    }

    @Test("are not told again by a restart when the overdue was closed")
    mutating func closed() {
        _ = letter(at: Self.at(9))
        booth.pass(to: Self.at(9, day: 8))
        #expect(booth.close(.mailOverdue) == nil)
        booth.restart()
        #expect(booth.pass(to: Self.at(9, day: 20)) == [])
    }

    @Test("of a technician and others lie side by side")
    mutating func tested() {
        _ = letter(at: Self.at(9))
        booth.beginTest(of: [Self.slot])
        #expect(letter(at: Self.at(9.1)) == ["raised mail 1"])
        booth.endTest()
        #expect(letter(at: Self.at(9.2)) == [])
        #expect(booth.pass(to: Self.at(10)) == ["updated mail 2 repeat"])
    }

    @Test("taken out while nobody is in is tampering; opened again soon, the same")
    mutating func tamper() {
        _ = letter(at: Self.at(1))
        let opened = booth.see(Self.box, .active, at: Self.at(2))
        #expect(opened == ["restored mail 1 after 3600 s", "raised mail-tamper 1"])
        #expect(booth.see(Self.box, .normal, at: Self.at(2) + 5) == ["restored mail-tamper 1 after 5 s"])
        #expect(booth.see(Self.box, .active, at: Self.at(2) + 20) == [])
        #expect(booth.pass(to: Self.at(2) + 22) == ["updated mail-tamper 2 repeat"])
        #expect(booth.see(Self.box, .normal, at: Self.at(2) + 25) == ["restored mail-tamper 2 after 25 s"])
        #expect(booth.see(Self.box, .active, at: Self.at(2) + 60) == ["raised mail-tamper 1"])
    }

    @Test("nobody looking after the box for a week is a hint, letters or not")
    mutating func duty() {
        booth.see(Self.box, .normal, at: Self.at(9))
        booth.pass(to: Self.at(8, day: 7))
        #expect(booth.rules.unopenedBoxes(at: booth.moment) == [])
        booth.pass(to: Self.at(10, day: 7))
        #expect(booth.rules.unopenedBoxes(at: booth.moment) == [Self.box])
        booth.see(Self.box, .active, at: Self.at(10.5, day: 7))
        #expect(booth.rules.unopenedBoxes(at: booth.moment) == [])
    }
}
