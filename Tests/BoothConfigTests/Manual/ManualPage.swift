// SPDX-License-Identifier: Apache-2.0
import TestSupport

/// What boothd.toml(5) says, read from its mdoc(7).
struct ManualPage {
    /// An entry of a list of keys.
    struct Entry {
        /// The heading that it stands under: `TARGETS`.
        var section: String
        /// `retry-first`, `retry-most`.
        var keys: [String]
        /// What it says, on one line, as it is shown.
        var text: String
    }

    /// In the order of the page.
    private(set) var entries: [Entry] = []
    /// The defaults of the table of rules, as they are written there.
    private(set) var rules: [String: String] = [:]

    init() throws {
        var section = ""
        var isInList = false
        for line in try source("docs/man/boothd.toml.5").split(separator: "\n") {
            if line.hasPrefix(".Sh ") {
                section = String(line.dropFirst(4))
                isInList = false
            } else if line.hasPrefix(".It ") {
                isInList = line.contains("Cm ")
                if isInList { entries.append(Entry(section: section, keys: Self.keys(of: line), text: "")) }
                if section == "RULES" { addRule(line) }
            } else if line == ".El" {
                isInList = false
            } else if isInList {
                let shown = Self.shown(line)
                entries[entries.count - 1].text += (entries[entries.count - 1].text.isEmpty ? "" : " ") + shown
            }
        }
    }

    /// `.It repeat Ta 30s Ta all but street-door and mail-slot`
    private mutating func addRule(_ line: Substring) {
        let cells = line.dropFirst(4).split(separator: " Ta ", omittingEmptySubsequences: false)
        guard cells.count == 3, !cells[0].hasPrefix("Em ") else { return }
        rules[String(cells[0])] = String(cells[1])
    }

    /// `.It Cm retry-first , retry-most`, `.It Li [storage] Cm limit`
    private static func keys(of line: Substring) -> [String] {
        guard let list = line.split(separator: "Cm ").last else { return [] }
        return list.split(separator: " ").filter { $0 != "," }.map(String.init)
    }

    /// A line without its macros: a sign that mdoc sets close has a blank before it.
    private static func shown(_ line: Substring) -> String {
        var words = line.split(separator: " ", omittingEmptySubsequences: true)
        if words.first?.hasPrefix(".") == true { words.removeFirst() }
        let text = words.filter { !["Li", "No", "Cm", "Pq"].contains($0) }.joined(separator: " ")
        return text.replacing("\\(dq", with: "\"").replacing("\\&", with: "")
    }

    /// Whether a key is described under a heading: it has an entry, stands in the text of one, or in the table of rules.
    func describes(_ key: String, under section: String) -> Bool {
        if section == "RULES", rules[key] != nil { return true }
        return entries.contains { entry in
            let words = entry.text.split { !($0.isLetter || $0 == "-") }
            return entry.section == section && (entry.keys.contains(key) || words.contains { $0 == key })
        }
    }

    /// What the entry of `key` has in the places of `%` in a phrase; nil where there is no such entry, or it says
    /// something else.
    func values(_ phrase: String, of key: String, under section: String) -> [String]? {
        guard let entry = entries.first(where: { $0.section == section && $0.keys.contains(key) }) else { return nil }
        let parts = phrase.split(separator: "%", omittingEmptySubsequences: false)
        var rest = entry.text[...]
        if !parts[0].isEmpty {
            guard let start = rest.firstRange(of: parts[0]) else { return nil }
            rest = rest[start.upperBound...]
        }
        var values: [String] = []
        for part in parts.dropFirst() {
            guard let end = rest.firstRange(of: part) else { return nil }
            values.append(String(rest[..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
        return values
    }
}
