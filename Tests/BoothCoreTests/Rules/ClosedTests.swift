// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import Testing

@Suite("An incident closed while its input is still active")
struct ClosedTests {
    @Test("ends; the input that goes on tells nothing, and its next activation is another incident")
    func contact() {
        let tamper = RehearsedBooth.point("cabinet", .tamper)
        var booth = ClockedBooth([tamper])
        #expect(booth.see("cabinet", .active, at: 100) == ["raised tamper 1"])
        booth.pass(to: 200)
        #expect(booth.close(.tamper) == nil)
        booth.restart()
        #expect(booth.see("cabinet", .active, at: 201) == [])
        #expect(booth.see("cabinet", .normal, at: 300) == [])
        #expect(booth.see("cabinet", .active, at: 310) == ["raised tamper 1"])
    }

    @Test("is not raised again by every reading where it is power that is still away")
    func power() {
        var booth = ClockedBooth([ClockedBooth.mains])
        booth.see("mains", .active, at: 100)
        #expect(booth.pass(to: 110) == ["raised power 1"])
        #expect(booth.close(.power) == nil)
        booth.see("mains", .active, at: 200)
        #expect(booth.pass(to: 300) == [])
        booth.restart()
        booth.see("mains", .active, at: 301)
        #expect(booth.pass(to: 400) == [])
        booth.see("mains", .normal, at: 500)
        booth.see("mains", .active, at: 600)
        #expect(booth.pass(to: 610) == ["raised power 1"])
    }
}
