// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("The end of a walk test")
struct TestEndTests {
    private static let gate = RehearsedBooth.point(
        "gate", .tamper, classification: Classification(.tamper, .police, .alarm))
    private static let points = [
        gate, RehearsedBooth.help, RehearsedBooth.roomDoor, ClockedBooth.mains, ClockedBooth.slot, ClockedBooth.box,
    ]
    private static let all = Set(points.map(\.id))
    private var booth = ClockedBooth(Self.points)

    /// The incidents that are open and in earnest.
    private var open: [String] {
        booth.incidents.values.filter { $0.isOpen && !$0.test }.map(\.category.rawValue).sorted()
    }

    @Test("leaves no tampering, no power failure and no open door hidden behind it")
    mutating func standing() {
        booth.beginTest(of: Self.all)
        booth.see("gate", .active, at: 100)
        booth.see("mains", .active, at: 100)
        booth.see("room-door", .active, at: 100)
        booth.see("mail-door", .active, at: 100)
        booth.pass(to: 300)
        #expect(open == [])
        booth.endTest()
        #expect(open == ["intrusion", "mail-tamper", "power", "tamper"])
        #expect(booth.pass(to: 420) == ["raised door-held 1"])
        #expect(booth.see("gate", .normal, at: 500) == ["restored tamper 1 after 200 s"])
        #expect(booth.see("mains", .normal, at: 500) == ["restored power 1 after 200 s"])
        let shut = booth.see("room-door", .normal, at: 500).sorted()
        #expect(shut == ["restored door-held 1 after 80 s", "restored intrusion 1 after 200 s"])
    }

    @Test("leaves nothing hidden that a platform closed as a test meanwhile")
    mutating func closedMeanwhile() {
        booth.beginTest(of: Self.all)
        booth.see("gate", .active, at: 100)
        #expect(booth.close(.tamper) == nil)
        booth.endTest()
        #expect(open == ["tamper"])
        booth.beginTest(of: Self.all)
        booth.endTest()
        #expect(open == ["tamper"])
    }

    @Test("that a restart brings leaves none hidden either, and tells it once")
    mutating func restart() {
        booth.beginTest(of: Self.all)
        booth.see("gate", .active, at: 100)
        booth.restart()
        booth.pass(to: 101)
        #expect(open == ["tamper"])
        booth.restart()
        booth.see("gate", .active, at: 102)
        booth.pass(to: 200)
        #expect(open == ["tamper"])
    }

    @Test("that a restart brings leaves nothing hidden that a platform had closed as a test")
    mutating func closedAndRestarted() {
        booth.beginTest(of: Self.all)
        booth.see("gate", .active, at: 100)
        #expect(booth.close(.tamper) == nil)
        booth.restart()
        booth.pass(to: 101)
        #expect(open == ["tamper"])
        booth.restart()
        booth.pass(to: 200)
        #expect(open == ["tamper"])
    }

    @Test("raises nothing for what is at rest, for a button that is held, and for a door while officers are in")
    mutating func atRest() {
        booth.beginTest(of: Self.all)
        booth.see("gate", .active, at: ClockedBooth.at(9))
        booth.see("gate", .normal, at: ClockedBooth.at(9) + 1)
        booth.see("help-1", .active, at: ClockedBooth.at(9))
        booth.see("mail-slot", .active, at: ClockedBooth.at(9))
        booth.see("room-door", .active, at: ClockedBooth.at(9))
        booth.endTest()
        #expect(open == [])
    }

    @Test("and its begin part letters that are close together")
    mutating func letters() {
        booth.beginTest(of: [ClockedBooth.slot.id])
        booth.see("mail-slot", .active, at: 100)
        booth.see("mail-slot", .normal, at: 100.1)
        booth.endTest()
        #expect(booth.see("mail-slot", .active, at: 105) == ["raised mail 1"])
        #expect(open == ["mail"])
    }
}
