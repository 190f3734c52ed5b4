// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When each target gets its next status event.
struct Heartbeats {
    /// The longest wait before a target's first one, so that booths that start together do not connect together.
    private static let spread = Duration.seconds(3)

    private let intervals: [(target: TargetID, interval: Duration)]
    private var due: [TargetID: BootTime] = [:]

    init(_ targets: [TargetConfiguration]) {
        intervals = targets.map { ($0.id, $0.heartbeat) }
    }

    var nextDeadline: BootTime? { due.values.min() }

    mutating func scheduleFirst(at now: BootTime, _ random: inout SeededRandom) {
        for (target, _) in intervals {
            due[target] = now + .nanoseconds(Int64.random(in: 0...Self.spread.nanoseconds, using: &random))
        }
    }

    /// The targets that get one now. Sets the next one of each.
    mutating func takeDue(at now: BootTime) -> [TargetID] {
        var targets: [TargetID] = []
        for (target, interval) in intervals {
            guard let instant = due[target], instant <= now else { continue }
            due[target] = now + interval
            targets.append(target)
        }
        return targets
    }
}
