// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import BoothConfig
@testable import BoothModel

/// boothd.toml(5) held against what reads the file.
@Suite("The manual of the configuration file")
struct ManualTests {
    private let directory = ExampleDirectory()
    private let page: ManualPage

    init() throws { page = try ManualPage() }

    /// What the manual says of a default, with `%` for it; and each line that says so in a file, by where it stands there.
    struct Default {
        var section: String
        var key: String
        var phrase: String
        var lines: [(place: String, line: String)]

        init(_ section: String, _ key: String, _ phrase: String, _ lines: (String, String)...) {
            (self.section, self.key, self.phrase, self.lines) = (section, key, phrase, lines)
        }
    }

    private static let defaults: [Default] = [
        Default("BOOTH", "time-zone", "default % .", ("booth", "time-zone = \"%\"")),
        Default("STORAGE AND CLOCK", "limit", "default % ,", ("storage", "limit = %")),
        Default("STORAGE AND CLOCK", "keep", "default % ,", ("storage", "keep = %")),
        Default("STORAGE AND CLOCK", "trust", "% (default):", ("clock", "trust = \"%\"")),
        Default("MODBUS BUSES", "baud", "profiles, else %;", ("serial", "baud = %")),
        Default("MODBUS BUSES", "parity", "profiles, else % ;", ("serial", "parity = \"%\"")),
        Default("MODBUS BUSES", "stop-bits", "% (default) or", ("serial", "stop-bits = %")),
        Default(
            "MODBUS BUSES", "response-timeout", "default % on a serial line and % over TCP.",
            ("serial", "response-timeout = %"), ("tcp", "response-timeout = %")),
        Default(
            "POINTS", "gpio", "active is % (default) or low ; bias is % (default), ", ("gpio", ", active = \"%\""),
            ("gpio", ", bias = \"%\"")),
        Default("POINTS", "modbus", ", default % .", ("modbus", ", poll = %")),
        Default(
            "POINTS", "debounce", "default % on GPIO and % on Modbus.", ("gpio-point", "debounce = %"),
            ("modbus-point", "debounce = %")),
        Default(
            "TARGETS", "retry-first", "default % and % .", ("target", "retry-first = %"), ("target", "retry-most = %")),
        Default("TARGETS", "timeout", "default % .", ("target", "timeout = %")),
        Default("TARGETS", "receipt-wait", "default % .", ("target", "receipt-wait = %")),
        Default("TARGETS", "heartbeat", "Default % .", ("target", "heartbeat = %")),
        Default("TARGETS", "rate", "draining; % (default)", ("target", "rate = %")),
        Default("BOARDS", "unit", "default %.", ("board", "unit = %")),
        Default("BOARDS", "baud", "default % and % .", ("board", "baud = %"), ("board", "parity = \"%\"")),
        Default("BOARDS", "inputs", "first (default %);", ("inputs", ", first = %")),
    ]

    @Test(
        "Every default that it names is the one of the code: a file that says so is the same as one without",
        arguments: 0..<defaults.count)
    func isOfTheCode(number: Int) throws {
        let said = Self.defaults[number]
        let values = try #require(page.values(said.phrase, of: said.key, under: said.section), "\(said.key)")
        try #require(values.count == said.lines.count)
        for (value, (place, line)) in zip(values, said.lines) {
            try expectUsual(line.replacing("%", with: value), at: place)
            // Whether the line says anything at all.
            guard let other = Self.other(than: value) else { continue }
            #expect(try configuration([place: line.replacing("%", with: other)]) != configuration([:]), "\(line)")
        }
    }

    @Test("No default is named that nobody compares")
    func completeness() {
        let compared = Set(Self.defaults.map { "\($0.section) \($0.key)" })
        // The id, a fiftieth of another key, the default of a kind: no values that a file could say.
        let others: Set = ["POINTS name", "POINTS loop", "POINTS category"]
        let named = page.entries.filter { $0.text.contains("efault") }.map { "\($0.section) \($0.keys[0])" }
        #expect(Set(named) == compared.union(others))
    }

    @Test("Every default of the table of rules is the one of the code")
    func rules() throws {
        #expect(page.rules.count >= PointRule.allCases.count)
        for (key, value) in page.rules { try expectUsual("\(key) = \(Self.written(value, of: key))", at: "rules") }
    }

    /// A cell of the table as a file says it: `60s, 180s` is an array.
    private static func written(_ cell: String, of key: String) -> String {
        if ["escalate", "remind"].contains(key) {
            let steps = cell.split(separator: ", ").map { "\"\($0)\"" }
            return "[\(steps.joined(separator: ", "))]"
        }
        return Int(cell) == nil ? "\"\(cell)\"" : cell
    }

    /// A value of the same kind; nil for a word, and for a number that is one of a few.
    private static func other(than value: String) -> String? {
        let digits = value.drop { $0 == "\"" }.prefix { $0.isNumber }
        guard let number = Int(digits), number != 9600, value != "1" else { return nil }
        return value.replacing(digits, with: "\(number + 1)", maxReplacements: 1)
    }

    /// What integrators were told of defaults, and stays.
    static let promised = [
        ("rules", "repeat = \"30s\""), ("rules", "letter = \"10s\""), ("rules", "mail-overdue = \"7d\""),
        ("rules", "door-held = \"120s\""), ("rules", "power-delay = \"10s\""), ("rules", "stuck = \"60s\""),
        ("rules", "escalate = [\"60s\", \"180s\", \"300s\"]"), ("rules", "chatter = \"20/1s\""),
        ("rules", "untested = \"90d\""), ("rules", "unit-silent = 3"), ("rules", "lamp = \"10m\""),
        ("target", "retry-first = \"1s\""), ("target", "retry-most = \"60s\""), ("target", "timeout = \"15s\""),
        ("target", "receipt-wait = \"60s\""), ("target", "heartbeat = \"60s\""), ("target", "rate = 0"),
        ("gpio-point", "debounce = \"10ms\""), ("modbus-point", "debounce = \"0ms\""),
        ("booth", "time-zone = \"Asia/Shanghai\""), ("storage", "limit = \"256MiB\""), ("storage", "keep = \"400d\""),
        ("clock", "trust = \"kernel\""),
    ]

    @Test("What was promised of defaults is kept", arguments: promised)
    func promises(place: String, line: String) throws { try expectUsual(line, at: place) }

    private func expectUsual(_ line: String, at place: String) throws {
        #expect(try configuration([place: line]) == configuration([:]), "\(place): \(line)")
    }

    /// A file that says no more than it has to, and these lines at their places.
    private func configuration(_ lines: [String: String]) throws -> ManualFile.Read {
        try ManualFile(lines).read(in: directory)
    }

    @Test("Every key that is read has its entry, and stands under its table's heading")
    func keys() throws {
        let known = try ManualFile.knownKeys(in: directory)
        #expect(known.count == ManualFile.tables.count, "\(known.keys.sorted())")
        for (table, keys) in known {
            let section = try #require(ManualFile.tables[table])
            for key in keys where !Self.isDescribed(key, of: table, under: section, in: page) {
                Issue.record("\(table): \(key) is not in the manual under \(section)")
            }
        }
    }

    private static func isDescribed(
        _ key: String, of table: String, under section: String, in page: ManualPage
    ) -> Bool {
        // A point may have keys of the rules for itself.
        page.describes(key, under: section) || table == "gpio-point" && page.rules[key] != nil
            // The table of a unit stands in a text of its own.
            || table == "serial" && key == "unit"
    }

    /// The cells of the manual's rows between `.It Em first` and the end of that list.
    private func rows(under first: String) throws -> [[String]] {
        let lines = try source("docs/man/boothd.toml.5").split(separator: "\n").map(String.init)
        let begin = try #require(lines.firstIndex { $0.hasPrefix(".It Em \(first) Ta") })
        let list = lines[lines.index(after: begin)...].prefix { $0 != ".El" }
        return list.map { line in
            line.dropFirst(4).split(separator: " Ta", omittingEmptySubsequences: false).map {
                $0.trimmingPrefix(" ").description
            }
        }
    }

    @Test(
        "has a row for every kind of point with what it raises, and incidents.md has one", arguments: PointKind.allCases
    )
    func kinds(kind: PointKind) throws {
        let row = try #require(
            rows(under: "kind").first { $0[0].split(separator: ", ").contains { $0 == kind.rawValue } })
        if let raises = kind.defaultClassification {
            let incidentClass = raises.incidentClass.rawValue
            #expect(Array(row.dropFirst()) == [raises.category.rawValue, incidentClass, "\(raises.priority.rawValue)"])
        } else {
            #expect(row[1].hasPrefix("none;") || row[1] == "its own keys")
        }
        #expect(try source("docs/incidents.md").contains("`\(kind.rawValue)`"))
    }

    @Test("says on points of which kinds a rule may be", arguments: PointRule.allCases)
    func kindsOfRules(rule: PointRule) throws {
        let row = try #require(rows(under: "key").first { $0[0] == rule.rawValue })
        let words = row[2].prefix { $0 != ";" }.replacing("the buttons", with: "help-button, duress-button")
            .replacing(" and ", with: ", ")
        let named = words.split(separator: ",").map { $0.trimmingPrefix(" ").description }
        let all = Set(PointKind.allCases.map(\.rawValue))
        let kinds: Set<String> =
            if words == "all" {
                all
            } else if words.hasPrefix("all but ") {
                all.subtracting(words.dropFirst(8).split(separator: ", ").map(String.init))
            } else {
                Set(named)
            }
        #expect(kinds == Set(PointKind.allCases.filter { $0.rules.contains(rule) }.map(\.rawValue)))
    }
}
