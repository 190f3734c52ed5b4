// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension Notation where Value == Duration {
    /// A span of time such as `20ms`, `60s`, `5m`, `2h` or `7d`.
    ///
    ///   - least: as written in messages.
    ///   - most: ten years unless a key needs less; nanoseconds overflow much later.
    ///   - most: ten years unless a key says otherwise; far from where nanoseconds overflow.
    static func duration(atLeast least: String = "1ms", atMost most: String = "3650d") -> Notation {
        let span = "\"\(least)\"..\"\(most)\""
        let examples = examples(from: least, to: most).map { "\"\($0)\"" }
        let others = examples.dropLast().joined(separator: ", ")
        let list = (others.isEmpty ? "" : others + " or ") + (examples.last ?? "")
        return .text(
            zh: "时长，如 \(examples.joined(separator: "、"))，范围 \(span)",
            en: "a duration such as \(list), within \(span)"
        ) { text in
            guard let span = Duration(notation: text), let least = Duration(notation: least),
                let most = Duration(notation: most), (least...most).contains(span)
            else { return nil }
            return span
        }
    }

    /// One example for each unit within the limits. A message must not show an example that would be refused.
    private static func examples(from least: String, to most: String) -> [String] {
        guard let low = Duration(notation: least), let high = Duration(notation: most) else { return [] }
        let fitting = ["20ms", "60s", "5m", "2h", "7d"].filter { example in
            Duration(notation: example).map { (low...high).contains($0) } ?? false
        }
        return fitting.isEmpty ? [least] : fitting
    }
}

extension Notation where Value == Duration? {
    /// A span of time, or `off`.
    static var durationOrOff: Notation {
        .text(
            zh: "时长，如 \"60s\"、\"5m\"，或 \"off\"", en: "a duration such as \"60s\" or \"5m\", or \"off\""
        ) { text -> Value? in
            if text == "off" { return .some(nil) }
            guard case .value(let span) = Notation<Duration>.duration().parse(.string(text)) else { return nil }
            return .some(span)
        }
    }
}

extension Notation where Value == Duration? {
    /// A wait that doubles each time, one minute or more; or `off`.
    static var reminder: Notation {
        .text(
            zh: "时长，如 \"30m\"、\"2h\"、\"7d\"，至少 \"1m\"，或 \"off\"",
            en: "a duration such as \"30m\", \"2h\" or \"7d\", \"1m\" at least, or \"off\""
        ) { text -> Value? in
            if text == "off" { return .some(nil) }
            guard case .value(let span) = Notation<Duration>.duration(atLeast: "1m").parse(.string(text)) else {
                return nil
            }
            return .some(span)
        }
    }
}

extension Notation where Value == RuleSettings.Chatter? {
    /// `20/1s`: more than 20 edges within 1 s; or `off`.
    static var chatter: Notation {
        .text(
            zh: "\"边沿数/时长\"，如 \"20/1s\"，或 \"off\"", en: "\"EDGES/DURATION\" such as \"20/1s\", or \"off\""
        ) { text -> Value? in
            if text == "off" { return .some(nil) }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let edges = Int(parts[0]), (2...100_000).contains(edges),
                let within = Duration(notation: String(parts[1])),
                (.milliseconds(1) ... .seconds(86_400)).contains(within)
            else { return nil }
            return RuleSettings.Chatter(edges: edges, within: within)
        }
    }
}
