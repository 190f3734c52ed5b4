// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@Suite("The unit")
struct UnitTests {
    private static let unit = ServiceUnit()

    @Test("leaves the agent no more than an exposure of 2.0, as systemd-analyze reckons")
    func exposure() {
        let (code, text) = output(
            of: "systemd-analyze security --offline=true --no-pager --threshold=20 '\(Self.unit.path)' 2>&1")
        #expect(code == 0, "\(text.split(separator: "\n").last ?? "")")
    }

    @Test("has nothing that this systemd does not understand")
    func understood() {
        let (_, text) = output(of: "systemd-analyze verify --man=no '\(Self.unit.path)' 2>&1")
        // The program is not installed where it is tested.
        let complaints = text.split(separator: "\n").filter { !$0.contains("is not executable") }
        #expect(complaints == [])
    }

    @Test("lets the agent ask whether the clock is synchronised, which the usual sandbox refuses")
    func clock() {
        #expect(Self.unit.values(of: "ProtectClock").isEmpty)
        #expect(Self.unit.allowedCalls().isSuperset(of: ["adjtimex", "clock_adjtime"]))
        #expect(Self.unit.allowedCalls().isDisjoint(with: ["settimeofday", "clock_settime", "setuid", "mount"]))
    }
}
