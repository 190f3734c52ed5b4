// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@Suite("Notations of time")
struct NotationTests {
    private static let good: [(String, Int64)] = [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-21T08:15:30.120+08:00", 1_795_220_130_120),
        ("2026-11-21T00:15:30.12Z", 1_795_220_130_120),
        ("2026-11-21t00:15:30z", 1_795_220_130_000),
        ("2026-11-20T19:45:30-04:30", 1_795_220_130_000),
        ("2026-11-21T00:15:30-00:00", 1_795_220_130_000),
        ("2026-11-21T00:15:30.1239999999999999999999Z", 1_795_220_130_123),
        ("2024-02-29T12:00:00Z", 1_709_208_000_000),
        ("2000-03-01T00:00:00Z", 951_868_800_000),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1600-02-29T00:00:00Z", -11_670_998_400_000),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000),
        // Leap seconds: the second after them, whatever the offset.
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ("2017-01-01T07:59:60.5+08:00", 1_483_228_800_000),
    ]

    @Test("reads what RFC 3339 allows", arguments: good)
    func read(text: String, milliseconds: Int64) {
        #expect(WallTime(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "refuses what RFC 3339 does not allow, and days that no calendar has",
        arguments: [
            "", "2026-11-21", "2026-11-21 08:15:30+08:00", "2026-11-21T08:15:30", "2026-11-21T08:15+08:00",
            "2026-11-21T08:15:30.+08:00", "2026-11-21T08:15:30,5Z", "2026-11-21T08:15:30+0800",
            "2026-11-21T08:15:30+8:00", "2026-11-21T08:15:30+24:00", "2026-11-21T08:15:30+08:60",
            "2026-11-21T24:00:00Z", "2026-11-21T08:60:00Z", "2026-11-21T08:15:61Z", "2026-11-21T08:15:60Z",
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-04-31T00:00:00Z", "2026-11-21T08:15:30Z ", " 2026-11-21T08:15:30Z", "+026-11-21T08:15:30Z",
            "２０２６-11-21T08:15:30Z", "2026-11-21T08:15:30ZZ", "2026-11-21T08:15:3", "26-11-21T08:15:30Z",
        ])
    func refused(text: String) {
        #expect(WallTime(rfc3339: text) == nil)
    }

    @Test("reads back each time that it writes")
    func roundTrip() {
        for wall in stride(from: Int64(-86_400_000 * 400), to: 86_400_000 * 365 * 80, by: 12_345_678_901) {
            #expect(WallTime(rfc3339: CivilTime(wallMilliseconds: max(0, wall)).rfc3339)?.milliseconds == max(0, wall))
        }
    }

    private static let spans: [(String, Duration?)] = [
        ("20ms", .milliseconds(20)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
        ("7d", .seconds(604_800)), ("0s", .zero), ("36500d", .seconds(3_153_600_000)), ("36501d", nil), ("30", nil),
        ("-1s", nil), ("1.5s", nil), ("1 s", nil), ("s", nil), ("", nil), ("99999999999999999999s", nil), ("1S", nil),
    ]

    @Test("reads spans of time", arguments: spans)
    func readSpan(text: String, span: Duration?) {
        #expect(Duration(notation: text) == span)
    }
}
