// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothSensing

@Suite("Lines that are to be silent")
struct HeldInputsTests {
    @Test("have their own descriptors left unread, and never one that another line needs")
    func unread() {
        let lines = [4, 7, 9]
        #expect(HeldInputs.unread([7], of: lines, descriptors: 3) == [1])
        #expect(HeldInputs.unread([4, 9, 2], of: lines, descriptors: 3) == [0, 2])
        #expect(HeldInputs.unread([7], of: lines, descriptors: 1).isEmpty)
        #expect(HeldInputs.unread([4, 7, 9], of: lines, descriptors: 1) == [0])
        #expect(HeldInputs.unread([], of: lines, descriptors: 1).isEmpty)
    }
}
