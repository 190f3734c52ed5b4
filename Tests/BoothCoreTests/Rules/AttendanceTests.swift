// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import Testing

@Suite("Whether officers are in")
struct AttendanceTests {
    private static func booth(_ clock: ClockState = .synced) -> ClockedBooth {
        ClockedBooth([RehearsedBooth.roomDoor], clock: clock)
    }

    @Test("follows the schedule, and is told when it changes")
    func schedule() {
        var booth = Self.booth()
        booth.pass(to: ClockedBooth.at(8))
        #expect(booth.attendance == "false schedule 8.5")
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.attendance == "true schedule 11.5")
        booth.pass(to: ClockedBooth.at(12))
        #expect(booth.attendance == "false schedule \(7 * 24 + 8.5)")
        #expect(booth.comings.map(\.isAttended) == [true, false])
    }

    @Test("armed without a time lasts until the attendance ends")
    func arm() {
        var booth = Self.booth()
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.arm() == nil)
        #expect(booth.attendance == "false armed 11.5")
        booth.pass(to: ClockedBooth.at(12))
        #expect(booth.attendance == "false schedule \(7 * 24 + 8.5)")
        #expect(booth.memory.override == nil)
    }

    @Test("armed while nobody is in anyway ends a visit, and the next attendance comes as planned")
    func armAfterVisit() {
        var booth = Self.booth()
        booth.pass(to: ClockedBooth.at(1))
        #expect(booth.disarm() == nil)
        #expect(booth.attendance == "true disarmed 8.5")
        #expect(booth.arm() == nil)
        #expect(booth.attendance == "false schedule 8.5")
    }

    @Test("disarmed without a time lasts 12 hours at most")
    func visit() {
        var booth = Self.booth()
        booth.pass(to: ClockedBooth.at(20))
        #expect(booth.disarm() == nil)
        #expect(booth.attendance == "true disarmed 32.0")
        booth.pass(to: ClockedBooth.at(31.9))
        #expect(booth.isAttended)
        booth.pass(to: ClockedBooth.at(32.1))
        #expect(!booth.isAttended)
    }

    @Test("takes a time of up to seven days")
    func until() {
        var booth = Self.booth()
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.arm(until: ClockedBooth.at(9)) == .until)
        #expect(booth.arm(until: ClockedBooth.at(8)) == .until)
        #expect(booth.arm(until: ClockedBooth.at(9, day: 7) + 1) == .until)
        #expect(booth.disarm(until: ClockedBooth.at(9, day: 7) + 1) == .until)
        #expect(booth.attendance == "true schedule 11.5")
        #expect(booth.arm(until: ClockedBooth.at(9, day: 7)) == nil)
        #expect(booth.attendance == "false armed \(7 * 24 + 9.0)")
        booth.pass(to: ClockedBooth.at(9.1, day: 7))
        #expect(booth.attendance == "true schedule \(7 * 24 + 11.5)")
    }

    @Test("what was armed holds over a restart, in the same boot and over a power cut")
    func restarts() {
        var booth = Self.booth()
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.arm(until: ClockedBooth.at(9, day: 7)) == nil)
        booth.restart()
        booth.pass(to: ClockedBooth.at(10))
        #expect(booth.attendance == "false armed \(7 * 24 + 9.0)")
        booth.reboot(at: ClockedBooth.at(20), clock: .synced)
        booth.pass(to: ClockedBooth.at(20.5))
        #expect(booth.attendance == "false armed \(7 * 24 + 9.0)")
        // From here on it is this boot's elapsed time that counts.
        booth.setClock(.synced, wrongBy: -3600)
        booth.pass(to: ClockedBooth.at(8.9, day: 7))
        #expect(!booth.isAttended)
        booth.setClock(.synced)
        booth.pass(to: ClockedBooth.at(9.1, day: 7))
        #expect(booth.attendance == "true schedule \(7 * 24 + 11.5)")
    }

    @Test("after a power cut without a clock nobody is in, and what was armed counts once the clock is right")
    func rebootWithoutClock() {
        var booth = Self.booth()
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.disarm(until: ClockedBooth.at(20)) == nil)
        booth.reboot(at: ClockedBooth.at(10), clock: .unsynced)
        booth.pass(to: ClockedBooth.at(10.5))
        #expect(booth.attendance == "false clock -")
        booth.setClock(.synced)
        #expect(booth.attendance == "true disarmed 20.0")
        booth.pass(to: ClockedBooth.at(20.1))
        #expect(!booth.isAttended)
    }

    @Test("what was said without a clock holds by elapsed time, and after a power cut once it was dated")
    func withoutClock() {
        var booth = Self.booth(.unsynced)
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.disarm(until: ClockedBooth.at(12)) == .clock)
        #expect(booth.disarm() == nil)
        #expect(booth.attendance == "true disarmed -")
        booth.restart()
        booth.pass(to: ClockedBooth.at(20.9))
        #expect(booth.isAttended)
        // It was given without a clock, and is dated by the one that is right now.
        booth.setClock(.synced)
        #expect(booth.attendance == "true disarmed 21.0")
        booth.reboot(at: ClockedBooth.at(20.95), clock: .synced)
        booth.pass(to: ClockedBooth.at(20.96))
        #expect(booth.attendance == "true disarmed 21.0")
    }

    @Test("what no clock ever dated ends with the power")
    func undated() {
        var booth = Self.booth(.unsynced)
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.arm() == nil)
        booth.reboot(at: ClockedBooth.at(10), clock: .unsynced)
        booth.pass(to: ClockedBooth.at(10.1))
        #expect(booth.memory.override == nil)
        booth.setClock(.synced)
        #expect(booth.attendance == "true schedule 11.5")
    }

    @Test("armed without a clock keeps armed when the clock comes")
    func armedWithoutClock() {
        var booth = Self.booth(.unsynced)
        booth.pass(to: ClockedBooth.at(9))
        #expect(booth.arm() == nil)
        booth.setClock(.synced)
        #expect(booth.attendance == "false armed 21.0")
    }
}
