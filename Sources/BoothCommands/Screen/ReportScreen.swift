// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothReports

extension Screens {
    /// Every figure of a report, a line for each thing that has some.
    func report(_ report: BoothReport) -> String {
        var text = ""
        var section: String?
        var rows = report.rows(in: words.language)[...]
        while let first = rows.first {
            if first.section != section { text += (section == nil ? "" : "\n") + first.section.printable + "\n" }
            section = first.section
            let same = rows.prefix { $0.section == first.section && $0.item == first.item }
            rows = rows.dropFirst(same.count)
            let figures = same.map { "\($0.measure) \($0.value.isEmpty ? "–" : $0.value)" }
            let head = first.item.isEmpty ? "" : first.item + words("：", ": ")
            text += ("  " + head + figures.joined(separator: words("，", ", "))).printable + "\n"
        }
        return text
    }
}
