// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// An event as one line for people: time, type, place, category, count, state.
struct EventLine: Decodable {
    private struct Details: Decodable {
        var category: String?
        /// The device of a fault.
        var device: String?
        var count: Int?
        var state: String?
        var reason: String?
        var outcome: String?
        var by: String?
        /// For a task: its kind, and `done` or `refused`.
        var kind: String?
        var result: String?
    }

    private let type: String
    private let time: String?
    private let subject: String?
    private let data: Details?

    private enum CodingKeys: String, CodingKey {
        case type, time, subject, data
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decode(String.self, forKey: .type)
        time = try container.decodeIfPresent(String.self, forKey: .time)
        subject = try container.decodeIfPresent(String.self, forKey: .subject)
        // A later version may use other types for these keys. Then show a shorter line, not none.
        data = try? container.decodeIfPresent(Details.self, forKey: .data)
    }

    /// The line with its line feed.
    func text(_ words: Words) -> String {
        var line = words.time(time).padded(to: 19) + "  " + Self.name(ofType: type, words).padded(to: 10)
        line += "  " + (subject ?? data?.device ?? "–").printable.padded(to: 14)
        if let category = data?.category { line += "  " + words.name(Category(rawValue: category)).printable }
        if let kind = data?.kind { line += "  \(kind.printable)" }
        if let result = data?.result { line += "  " + words.taskResult(result).printable }
        if let count = data?.count { line += "  ×\(count)" }
        if let state = data?.state {
            line += "  " + (IncidentState(rawValue: state).map(words.name) ?? state).printable
        }
        if let reason = data?.reason { line += "  (\(reason.printable))" }
        if let by = data?.by { line += "  \(by.printable)" }
        if let outcome = data?.outcome { line += words("：", ": ") + outcome.printable }
        return line + "\n"
    }

    /// The event type in a word: `cn.boothd.incident.raised.v1`.
    static func name(ofType type: String, _ words: Words) -> String {
        // A later agent may have types that this version does not know.
        guard let known = EventType(rawValue: type) else { return type.printable }
        return switch known {
        case .incidentRaised: words("发生", "raised")
        case .incidentUpdated: words("更新", "updated")
        case .incidentRestored: words("恢复", "restored")
        case .incidentClosed: words("办结", "closed")
        case .loss: words("丢失", "loss")
        case .record: words("记录", "record")
        case .taskDone: words("任务", "task")
        case .dailyReport: words("日报", "report")
        case .status: words("心跳", "status")
        }
    }
}
