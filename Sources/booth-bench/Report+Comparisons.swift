// SPDX-License-Identifier: Apache-2.0
import BoothCommands
import BoothModel

extension Report {
    /// The agent's figure beside each other program's, with their ratio.
    func comparisonTable(in language: Language) -> String {
        func said(_ zh: String, _ en: String) -> String { Message(zh: zh, en: en).text(in: language) }
        var table = Table(
            [
                said("对比", "comparison"), "boothd", "p50", "p99", said("最差", "worst"), said("对照", "beside"),
                said("它的值", "its own"), "p50", "p99", said("最差", "worst"), said("比值", "ratio"),
            ], numbers: [1, 2, 3, 4, 6, 7, 8, 9, 10])
        for comparison in comparisons {
            let name = comparison.name.text(in: language)
            let ours = Self.columns(comparison.ours, comparison.unit)
            for baseline in comparison.baselines {
                table.add([name] + ours + Self.columns(baseline, of: comparison, language))
            }
        }
        return table.text()
    }

    private static func columns(_ side: Comparison.Side, _ unit: Figure.Unit) -> [String] {
        let value = text(side.value, unit)
        guard side.samples.count > 0 else { return [value, "", "", ""] }
        return [value] + [side.samples.median, side.samples.p99, side.samples.worst].map { text($0, unit) }
    }

    private static func columns(
        _ baseline: Comparison.Baseline, of comparison: Comparison, _ language: Language
    ) -> [String] {
        switch baseline {
        case .measured(let side):
            let ratio = comparison.ratio(to: side).map { text($0, .ratio) } ?? "-"
            return [side.name.text(in: language)] + columns(side, comparison.unit) + [ratio]
        case .absent(let name, let why):
            return ["\(name.text(in: language)): \(why.text(in: language))", "", "", "", "", "-"]
        }
    }

    /// A comparison in the JSON output.
    struct ComparisonEntry: Encodable {
        struct Side: Encodable {
            let program: Message
            var value: Double?
            var count: Int?
            var mean, median, p99, worst: Double?
            var ratio: Double?
            /// Why there is no value.
            var absent: Message?
        }

        let id: String
        let name: Message
        let unit: String
        let ours: Side
        let baselines: [Side]

        init(_ comparison: Comparison) {
            id = comparison.id
            name = comparison.name
            unit = comparison.unit.rawValue
            ours = Side(comparison.ours, ratio: nil)
            baselines = comparison.baselines.map { baseline in
                switch baseline {
                case .measured(let side): Side(side, ratio: comparison.ratio(to: side))
                case .absent(let name, let why): Side(program: name, absent: why)
                }
            }
        }
    }
}

extension Report.ComparisonEntry.Side {
    fileprivate init(_ side: Comparison.Side, ratio: Double?) {
        program = side.name
        value = side.value
        self.ratio = ratio
        guard side.samples.count > 0 else { return }
        count = side.samples.count
        mean = side.samples.mean
        median = side.samples.median
        p99 = side.samples.p99
        worst = side.samples.worst
    }
}
