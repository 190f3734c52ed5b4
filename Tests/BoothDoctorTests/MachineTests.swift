// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothDoctor

@Suite("Clock and versions")
struct MachineTests {
    private static let today = 1_795_000_000

    private func look(now: Int = today, isSynchronised: Bool = true, rtc: Bool = true, service: String? = "chronyd")
        -> [Finding]
    {
        ClockChecks.findings(
            of: ClockReading(now: now, isSynchronised: isSynchronised, hasBatteryClock: rtc), trust: .kernel,
            service: service)
    }

    @Test("a clock that is set, synchronised and kept is fine")
    func good() {
        #expect(look().map(\.level) == [.ok, .ok, .ok])
    }

    @Test("a year that cannot be is a failure", arguments: [0, 1_700_000_000, 4_102_444_800])
    func year(now: Int) {
        #expect(look(now: now)[0].level == .failure)
    }

    @Test("a clock that nobody sets, and one that loses the time with the power, are warnings")
    func unkept() {
        #expect(look(isSynchronised: false, service: nil)[1].next?.en.contains("apt install systemd-timesyncd") == true)
        #expect(look(isSynchronised: false)[1].message.en.contains("chronyd runs"))
        #expect(look(rtc: false)[2].level == .warning)
    }

    @Test(
        "versions are compared by their numbers",
        arguments: [
            ("3.46.1", Version(3, 46, 1)), ("6.12.48+deb13-arm64", Version(6, 12, 48)), ("v1.6", Version(1, 6)),
            ("6.1.0-39-amd64", Version(6, 1)),
        ])
    func parse(text: String, version: Version) {
        #expect(Version(text) == version)
    }

    @Test("what has no number is no version, and 3.9 is before 3.10")
    func order() {
        #expect(Version("unknown") == nil)
        #expect(Version(3, 9) < Version(3, 10))
    }

    @Test(
        "known bad ranges say what they mean for the agent",
        arguments: [
            ("3.51.2", KnownFault.sqlite, Finding.Level.ok, "WAL-reset"), ("3.51.3", KnownFault.sqlite, .ok, nil),
            ("3.1.10", KnownFault.modbus, .ok, "float order"), ("3.1.11", KnownFault.modbus, .ok, "1024"),
            ("3.1.12", KnownFault.modbus, .ok, nil), ("3.1.4", KnownFault.modbus, .warning, "older"),
            ("1.6.3", KnownFault.gpiod, .warning, "debounce"), ("2.2.1", KnownFault.gpiod, .ok, nil),
            ("5.4.0-1", KnownFault.kernel, .failure, "ABI v2"), ("6.12.48", KnownFault.kernel, .ok, nil),
        ] as [(String, [KnownFault], Finding.Level, String?)])
    func ranges(version: String, faults: [KnownFault], level: Finding.Level, says: String?) {
        let finding = VersionChecks.judge("x", version, knowing: faults)
        #expect(finding.level == level && (finding.next == nil) == (level == .ok))
        if let says { #expect(finding.message.en.contains(says)) } else { #expect(finding.message.en == version) }
    }

    @Test("every library that the agent stands on is here and tells its version")
    func libraries() throws {
        let found = try PreparedMachine().findings(.versions)
        for name in ["Linux", "libgpiod", "libmodbus", "SQLite", "libcurl"] {
            let finding = try #require(found.first { $0.subject == name })
            #expect(Version(finding.message.en) != nil, "\(finding)")
        }
        #expect(throws: InstalledLibrary.Absent.self) {
            try InstalledLibrary.version(of: "libbooth-none.so.1", .function("version"))
        }
    }
}
