// SPDX-License-Identifier: Apache-2.0

extension BoothReport {
    /// The report as a file for a spreadsheet: RFC 4180, one figure a line, in UTF-8 with a byte order mark. Without
    /// the mark, Excel reads Chinese in the machine's old code page.
    package func csv(in language: Language) -> String {
        let header = language == .chinese ? ["部分", "对象", "指标", "值"] : ["section", "item", "measure", "value"]
        let lines = [header] + rows(in: language).map { [$0.section, $0.item, $0.measure, $0.value] }
        return "\u{FEFF}" + lines.map { $0.map(CSV.field).joined(separator: ",") + "\r\n" }.joined()
    }
}

/// Comma-separated values (RFC 4180).
package enum CSV {
    /// A field, quoted if it must be. A field that a spreadsheet would read as a formula gets an apostrophe in front,
    /// because outcomes and tickets come from outside.
    package static func field(_ text: String) -> String {
        let bytes = text.utf8
        let isFormula = text.unicodeScalars.first.map { formulaStarts.contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard bytes.contains(where: { quoted.contains($0) }) else { return safe }
        let doubled = safe.unicodeScalars.reduce(into: "") { field, scalar in
            if scalar == "\"" { field.unicodeScalars.append("\"") }
            field.unicodeScalars.append(scalar)
        }
        return "\"" + doubled + "\""
    }

    /// The wide characters too: a spreadsheet reads them as the narrow ones when Chinese is typed.
    private static let formulaStarts = Set("=+-@\t\r＝＋－＠".unicodeScalars)
    private static let quoted = Set(",\"\r\n".utf8)
}
