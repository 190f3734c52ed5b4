// SPDX-License-Identifier: Apache-2.0

/// The `[rules]` table; a point's own key wins where it has one.
package struct RuleSettings: Sendable, Hashable {
    /// Presses within this span of the last one count on its incident; zero: each its own.
    package var repeatWindow: Duration = .seconds(30)
    /// Edges within this span of the last one are one letter.
    package var letter: Duration = .seconds(10)
    /// How long a letter may lie in the box.
    package var mailOverdue: Duration = .seconds(7 * 86_400)
    /// How long a door may stay open.
    package var doorHeld: Duration = .seconds(120)
    /// How long power may be away before it is a fault.
    package var powerDelay: Duration = .seconds(10)
    /// After how long without an acceptance an incident is told again, to backups too; rising.
    package var escalate: [Duration] = [.seconds(60), .seconds(180), .seconds(300)]
    /// How long after its acceptance somebody is reminded of an incident that is not closed, for priorities 1 to 4; then
    /// after twice that time, and so on. Nil: never.
    package var remind: [Duration?] = [.seconds(1800), .seconds(7200), .seconds(86_400), .seconds(7 * 86_400)]
    /// How long an input may stay active before it counts as stuck; nil: for ever.
    package var stuck: Duration? = .seconds(60)
    /// Most edges within a span before a point counts as chattering; nil: off.
    package var chatter: Chatter? = Chatter(edges: 20, within: .seconds(1))
    /// How long a point may go without an activation.
    package var untested: Duration = .seconds(90 * 86_400)
    /// Polls without an answer before a unit counts as silent.
    package var unitSilent: Int = 3
    /// How long an output shows a receipt, unless the incident is closed before.
    package var lamp: Duration = .seconds(600)

    /// `20/1s`: a number of edges within a span.
    package struct Chatter: Sendable, Hashable {
        /// The most that are no chatter.
        package var edges: Int
        package var within: Duration

        package init(edges: Int, within: Duration) {
            self.edges = edges
            self.within = within
        }
    }

    /// The defaults: what holds where the file says nothing.
    package init() {}
}
