// SPDX-License-Identifier: Apache-2.0
import BoothCommands
import BoothModel
import FoundationEssentials

/// All figures of one run, as text and as JSON.
struct Report {
    let machine: Machine
    let figures: [Figure]
    let comparisons: [Comparison]

    // MARK: For people

    func table(in language: Language) -> String {
        let tables = [
            figures.isEmpty ? nil : figureTable(in: language),
            comparisons.isEmpty ? nil : comparisonTable(in: language),
        ]
        return Self.title(machine, language) + "\n" + tables.compactMap { $0 }.joined(separator: "\n")
    }

    private func figureTable(in language: Language) -> String {
        func said(_ zh: String, _ en: String) -> String { Message(zh: zh, en: en).text(in: language) }
        var table = Table(
            [
                said("指标", "figure"), said("实测", "measured"), said("预算", "budget"), said("结论", "verdict"),
                said("中位", "median"), "p99", said("次数", "samples"),
            ], numbers: [1, 2, 4, 5, 6])
        for figure in figures {
            table.add(
                [
                    figure.name.text(in: language), Self.text(figure.value, figure.unit),
                    Self.text(figure.budget, figure.unit),
                    Self.verdict(figure).text(in: language),
                ] + Self.columns(figure.samples, figure.sampleUnit))
            guard let baseline = figure.baseline else { continue }
            let name = said("  对照:", "  beside: ") + baseline.name.text(in: language)
            table.add([name, "", "", ""] + Self.columns(baseline.samples, baseline.unit))
        }
        return table.text()
    }

    private static func title(_ machine: Machine, _ language: Language) -> String {
        let text = Message(
            zh:
                "\(machine.cpu),\(machine.cores) 核,Linux \(machine.kernel),\(machine.filesystem),Swift \(machine.swift) \(machine.build)",
            en:
                "\(machine.cpu), \(machine.cores) cores, Linux \(machine.kernel), \(machine.filesystem), Swift \(machine.swift) \(machine.build)"
        )
        return text.text(in: language) + "\n"
    }

    private static func verdict(_ figure: Figure) -> Message {
        switch figure.isWithinBudget {
        case true?: Message(zh: "达标", en: "within budget")
        case false?: Message(zh: "超出", en: "over budget")
        case nil: Message(zh: "-", en: "-")
        }
    }

    private static func columns(_ samples: Samples, _ unit: Figure.Unit) -> [String] {
        guard samples.count > 0 else { return ["", "", ""] }
        return [text(samples.median, unit), text(samples.p99, unit), String(samples.count)]
    }

    private static func text(_ budget: Figure.Budget?, _ unit: Figure.Unit) -> String {
        switch budget {
        case .atMost(let most): "≤ \(text(most, unit))"
        case .atLeast(let least): "≥ \(text(least, unit))"
        case nil: "-"
        }
    }

    /// Three significant digits.
    static func text(_ value: Double, _ unit: Figure.Unit) -> String {
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 || value == 0 ? 2 : 3
        let scale = [1.0, 10.0, 100.0, 1000.0][digits]
        let rounded = Int64((value * scale).rounded())
        let whole = String(rounded / Int64(scale))
        let rest = String(rounded % Int64(scale))
        let fraction = digits == 0 ? "" : "." + String(repeating: "0", count: digits - rest.count) + rest
        return "\(whole)\(fraction) \(unit.rawValue)"
    }

    // MARK: For machines

    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            machine: machine, figures: figures.map(Entry.init), comparisons: comparisons.map(ComparisonEntry.init))
        return String(
            decoding: try encoder.encode(document), as: UTF8.self)
    }

    private struct Document: Encodable {
        let machine: Machine
        let figures: [Entry]
        let comparisons: [ComparisonEntry]
    }

    private struct Entry: Encodable {
        let id: String
        let name: Message
        let value: Double
        let unit: String
        var atMost: Double?
        var atLeast: Double?
        let withinBudget: Bool?
        let samples: Summary?
        let baseline: Summary?

        enum CodingKeys: String, CodingKey {
            case id, name, value, unit, samples, baseline
            case atMost = "at_most"
            case atLeast = "at_least"
            case withinBudget = "within_budget"
        }

        init(_ figure: Figure) {
            id = figure.id
            name = figure.name
            value = figure.value
            unit = figure.unit.rawValue
            if case .atMost(let most) = figure.budget { atMost = most }
            if case .atLeast(let least) = figure.budget { atLeast = least }
            withinBudget = figure.isWithinBudget
            samples = Summary(figure.samples, figure.sampleUnit, name: nil)
            baseline = figure.baseline.flatMap { Summary($0.samples, $0.unit, name: $0.name) }
        }
    }

    private struct Summary: Encodable {
        let name: Message?
        let unit: String
        let count: Int
        let median, p99: Double

        /// Nil without samples.
        init?(_ samples: Samples, _ unit: Figure.Unit, name: Message?) {
            guard samples.count > 0 else { return nil }
            self.name = name
            self.unit = unit.rawValue
            count = samples.count
            median = samples.median
            p99 = samples.p99
        }
    }
}
