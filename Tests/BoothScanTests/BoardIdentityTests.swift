// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import Modbus
import Testing

@testable import BoothScan

@Suite struct BoardIdentityTests {
    private static func identity(_ answer: (BoardProfile.Sign) -> UnitAnswer?) -> BoardIdentity {
        BoardIdentity(of: 1, at: SerialLine(), among: BoardProfiles.shipped.all, answer: answer)
    }

    @Test("knows a board by all of its signs, and takes the one with more of them")
    func best() {
        let identity = Self.identity { sign in
            switch (sign.table, sign.address) {
            case (.discreteInput, 0), (.coil, 0): .values([UInt16](repeating: 0, count: sign.count))
            case (.holdingRegister, 0x1000): .values([UInt16](repeating: 1, count: sign.count))
            case (.holdingRegister, 0x4000): .values([1])
            default: .exception(2)
            }
        }
        #expect(identity.profile?.name == "waveshare-io-8ch" && identity.signs == 3)
        #expect(identity.others == ["waveshare-relay-8ch"])
    }

    @Test("doubts a board whose signs are reads that any well-behaved board answers")
    func doubtful() {
        let zeros = Self.identity { .values([UInt16](repeating: 0, count: $0.count)) }
        #expect(zeros.profile != nil && zeros.isDoubtful)
        let renke = Self.identity { $0.address == 0x07D0 ? .values([1]) : $0.address == 0x07D1 ? .values([2]) : nil }
        #expect(renke.profile?.name == "renke-sensor" && !renke.isDoubtful)
        #expect(!Self.identity { _ in nil }.isDoubtful)
    }

    @Test("names nothing where a sign is missing, wrong or unanswered")
    func unknown() {
        #expect(Self.identity { _ in nil }.profile == nil)
        #expect(Self.identity { _ in .exception(1) }.profile == nil)
        // Another unit's address in the register of the address.
        #expect(Self.identity { .values([UInt16](repeating: 9, count: $0.count)) }.profile?.name != "renke-sensor")
    }
}
