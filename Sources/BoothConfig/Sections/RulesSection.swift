// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[rules]`, and the same keys in a point.
extension ConfigurationReader {
    func rules(in file: TableReader) -> RuleSettings {
        let rules = file.table("rules") { table in
            var rules = RuleSettings()
            for rule in PointRule.allCases { rule.read(from: table, into: &rules) }
            rules.escalate = escalation(in: table) ?? rules.escalate
            rules.remind = reminders(in: table) ?? rules.remind
            rules.unitSilent = table.value("unit-silent", .integer(1...1000), default: rules.unitSilent)
            rules.lamp = table.value("lamp", .duration(atLeast: "0s"), default: rules.lamp)
            return rules
        }
        return rules ?? RuleSettings()
    }

    private func escalation(in table: TableReader) -> [Duration]? {
        let steps = table.list("escalate", of: .duration())
        for (earlier, later) in zip(steps, steps.dropFirst()) where later.value <= earlier.value {
            problems.note(
                at: later.place, zh: "这一级不晚于前一级；\"escalate\" 须逐级增大",
                en: "this step is not after the one before; \"escalate\" has to rise")
        }
        return table.isPresent("escalate") ? steps.map(\.value) : nil
    }

    /// One wait for each priority. With an empty list there are no reminders.
    private func reminders(in table: TableReader) -> [Duration?]? {
        let waits = table.list("remind", of: .reminder)
        guard let count = table.count(of: "remind"), table.isPresent("remind") else { return nil }
        guard count == 0 || count == 4 else {
            problems.note(
                at: table.valuePlace("remind"),
                zh: "\"remind\" 有 \(count) 项；请为优先级 1 至 4 各写一项，或写 []",
                en: "\"remind\" has \(count) entries; write one for each priority 1 to 4, or []")
            return nil
        }
        return waits.map(\.value)
    }

    /// `rules`, changed by the point's own keys.
    func rules(of kind: PointKind?, in table: TableReader, over rules: RuleSettings) -> RuleSettings {
        var rules = rules
        // A plain contact may stay active for any time, unless its own point says otherwise.
        if kind == .contact { rules.stuck = nil }
        for rule in PointRule.allCases {
            rule.read(from: table, into: &rules)
            guard let kind, table.isPresent(rule.rawValue), !rule.kinds.contains(kind) else { continue }
            let kinds = rule.kinds.map(\.rawValue)
            problems.note(
                at: table.keyPlace(rule.rawValue),
                zh: "\"\(rule.rawValue)\" 对 \(kind.rawValue) 没有意义；它用于：\(kinds.joined(separator: "、"))",
                en: "\"\(rule.rawValue)\" means nothing for a \(kind.rawValue); it is for: "
                    + kinds.joined(separator: ", "))
        }
        return rules
    }
}

extension PointRule {
    /// The kinds of point that this rule applies to.
    fileprivate var kinds: [PointKind] { PointKind.allCases.filter { $0.rules.contains(self) } }

    fileprivate func read(from table: TableReader, into rules: inout RuleSettings) {
        func read(_ setting: WritableKeyPath<RuleSettings, Duration>, atLeast least: String = "1ms") {
            rules[keyPath: setting] = table.value(
                rawValue, .duration(atLeast: least), default: rules[keyPath: setting])
        }
        switch self {
        case .repeated: read(\.repeatWindow, atLeast: "0s")
        case .letter: read(\.letter, atLeast: "0s")
        case .mailOverdue: read(\.mailOverdue)
        case .doorHeld: read(\.doorHeld)
        case .powerDelay: read(\.powerDelay, atLeast: "0s")
        case .stuck: rules.stuck = table.value(rawValue, .durationOrOff, default: rules.stuck)
        case .chatter: rules.chatter = table.value(rawValue, .chatter, default: rules.chatter)
        case .untested: read(\.untested)
        }
    }
}
