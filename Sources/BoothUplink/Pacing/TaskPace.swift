// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How soon the next poll begins after a poll that succeeded. Told the time; pure.
///
/// A platform that holds its polls is asked again at once. A platform that answers at once without news is asked after
/// a pause. Otherwise the booth would poll as fast as the line allows.
package struct TaskPace: Sendable {
    /// A poll that was held this long needs no pause after it.
    package static let held = Duration.seconds(5)
    /// The shortest pause after a poll without news.
    package static let least = Duration.seconds(1)
    /// The longest pause after such polls. If a platform holds no polls, its tasks come this late.
    package static let most = Duration.seconds(10)
    /// The pause after a poll with news: four answers per second drain any backlog.
    package static let draining = Duration.milliseconds(250)

    /// Number of polls in a row without news that were not held.
    private var hasty = 0
    /// When the next poll may begin; nil: at once.
    package private(set) var opens: BootTime?

    package init() {}

    /// A poll ended with an answer.
    ///
    /// - Parameter hasNews: whether it brought tasks and a new cursor.
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
