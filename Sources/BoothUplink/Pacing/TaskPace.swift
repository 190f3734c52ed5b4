// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How soon after a poll that ended well the next one begins. Told the time; pure.
///
/// A platform that holds its polls is asked again at once. One that answers at once, with nothing or with the same again
/// and again, would have the booth ask as fast as the line allows.
package struct TaskPace: Sendable {
    /// A poll that was held for so long makes no haste.
    package static let held = Duration.seconds(5)
    /// From the end of a poll without news to the next one, at least.
    package static let least = Duration.seconds(1)
    /// The longest wait that such polls come to: a platform that holds none gives its tasks so late.
    package static let most = Duration.seconds(10)
    /// From the end of a poll with news to the next one: four answers a second drain any backlog.
    package static let draining = Duration.milliseconds(250)

    /// Polls without news that were not held, in a row.
    private var hasty = 0
    /// When the next one may begin; nil: at once.
    package private(set) var opens: BootTime?

    package init() {}

    /// A poll ended with an answer.
    ///
    /// - Parameter hasNews: whether it brought tasks, and a cursor beyond them.
    package mutating func ended(
        began: BootTime, at now: BootTime, hasNews: Bool, using random: inout some RandomNumberGenerator
    ) {
        if now - began >= Self.held {
            hasty = 0
            opens = nil
        } else if hasNews {
            hasty = 0
            opens = now + Self.draining
        } else {
            let ceiling = min(Self.most, Self.least * (1 << min(hasty, 10)))
            opens = now + max(Self.least, Backoff.jitter(upTo: ceiling, using: &random))
            hasty += 1
        }
    }
}
