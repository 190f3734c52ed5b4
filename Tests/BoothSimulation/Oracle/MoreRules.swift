// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// Each target has a status within three seconds of a start, and then one in each interval.
struct HeartbeatRule {
    private let intervals: [TargetID: Int64]
    /// When the next one of each is due at the latest.
    private var due: [TargetID: Int64] = [:]
    private var next = Int64.max

    init(_ configuration: Configuration) {
        intervals = Dictionary(
            uniqueKeysWithValues: configuration.targets.map { ($0.id, $0.heartbeat.nanoseconds) })
    }

    mutating func started(at moment: Moment) {
        due = intervals.mapValues { _ in moment.boot.nanoseconds + 3_000_000_000 }
        next = moment.boot.nanoseconds + 3_000_000_000
    }

    mutating func sent(to target: TargetID, at moment: Moment, _ lateness: Int64) -> String? {
        let now = moment.boot.nanoseconds
        let isLate = now > (due[target] ?? now) + lateness
        due[target] = now + (intervals[target] ?? 0)
        next = due.values.min() ?? .max
        return isLate ? "the heartbeat for \(target) is late" : nil
    }

    func judge(at moment: Moment) -> String? {
        next < moment.boot.nanoseconds ? "a heartbeat is missing" : nil
    }
}

/// The core holds no more than what is open, what waits for a receipt, and what is configured.
enum WeightRule {
    /// How often each may be there for each incident that is open or waits for a receipt, beside some for the booth itself.
    private static let shares = ["live": 1, "offers": 6, "timers": 4, "releases": 1, "standing": 1]
    private static let base = 64

    /// - Parameter before: incidents that were open when the process began: it reckons once how long ago they were.
    static func judge(_ core: BoothCore, open: Int, owed: Int, before: Int) -> String? {
        guard let rules = Mirror(reflecting: core).children.first(where: { $0.label == "rules" })?.value else {
            return "the core has no rules"
        }
        for (label, value) in Mirror(reflecting: rules).children {
            guard let label, let share = label == "origins" ? 6 : shares[label] else { continue }
            let count = label == "timers" ? size(ofTimetable: value) : Mirror(reflecting: value).children.count
            let most = share * (label == "origins" ? before : open + owed) + base
            if count > most {
                return "the core holds \(count) \(label), with \(open) incidents open and \(owed) events owed"
            }
        }
        return nil
    }

    private static func size(ofTimetable timetable: Any) -> Int {
        Mirror(reflecting: timetable).children.reduce(0) { max($0, Mirror(reflecting: $1.value).children.count) }
    }
}
