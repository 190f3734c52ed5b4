// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import TestSupport
import Testing

@testable import BoothCore

/// A month, a week and a day of the same past, as whoever reads them gets them.
@Suite("Golden reports")
struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    /// The text that is checked in; written anew where the environment has BOOTHD_WRITE_GOLDEN, to be read then.
    private func golden(_ name: String, _ text: String) throws -> String {
        let file = Self.folder.appending(path: name)
        if ProcessInfo.processInfo.environment["BOOTHD_WRITE_GOLDEN"] != nil {
            try Data(text.utf8).write(to: file)
        }
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }

    private func json(_ report: BoothReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }

    private func report(_ kind: ReportPeriod.Kind, day: Int) -> BoothReport {
        _ = TestZone.isSet
        let date = CivilDate(year: 2026, month: 11, day: day)
        return BoothReport(ReportPeriod(kind, containing: date), of: SyntheticMonth.source)
    }

    @Test("S5 S18: The month as JSON")
    func month() throws {
        let text = try json(report(.month, day: 9))
        let kept = try golden("month.json", text)
        #expect(text == kept)
    }

    @Test("The month for a spreadsheet in Chinese, and in English")
    func spreadsheet() throws {
        let report = report(.month, day: 9)
        let (zh, en) = (report.csv(in: .chinese), report.csv(in: .english))
        let kept = (zh: try golden("month.zh.csv", zh), en: try golden("month.en.csv", en))
        #expect(zh == kept.zh)
        #expect(en == kept.en)
    }

    @Test("A week and a day of it as JSON")
    func weekAndDay() throws {
        let (week, day) = (try json(report(.week, day: 5)), try json(report(.day, day: 20)))
        let kept = (week: try golden("week.json", week), day: try golden("day.json", day))
        #expect(week == kept.week)
        #expect(day == kept.day)
    }

    @Test("What was written is read again as the same")
    func reading() throws {
        let report = report(.month, day: 9)
        let read = try JSONDecoder().decode(BoothReport.self, from: Data(try json(report).utf8))
        #expect(read == report)
    }
}
