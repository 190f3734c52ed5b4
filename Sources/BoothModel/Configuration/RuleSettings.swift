// SPDX-License-Identifier: Apache-2.0

/// The `[rules]` table. A point's own key wins, if it has one.
package struct RuleSettings: Sendable, Hashable {
    /// Presses within this span of the last one count on its incident; zero: each press has its own.
    package var repeatWindow: Duration = .seconds(30)
    /// Edges within this span of the last one are one letter.
    package var letter: Duration = .seconds(10)
    /// How long a letter may lie in the box.
    package var mailOverdue: Duration = .seconds(7 * 86_400)
    /// How long a door may stay open.
    package var doorHeld: Duration = .seconds(120)
    /// How long power may be away before it is a fault.
    package var powerDelay: Duration = .seconds(10)
    /// The times without an acceptance after which an incident is sent again, to backups too; rising.
    package var escalate: [Duration] = [.seconds(60), .seconds(180), .seconds(300)]
    /// The time from the acceptance to the first reminder of an incident that is not closed, for priorities 1 to 4. The
    /// next reminders come after 2, 4, 8… times that time. Nil: never.
    package var remind: [Duration?] = [.seconds(1800), .seconds(7200), .seconds(86_400), .seconds(7 * 86_400)]
    /// How long an input may stay active before it counts as stuck; nil: for ever.
    package var stuck: Duration? = .seconds(60)
    /// Most edges within a span before a point counts as chattering; nil: off.
    package var chatter: Chatter? = Chatter(edges: 20, within: .seconds(1))
    /// How long a point may go without an activation.
    package var untested: Duration = .seconds(90 * 86_400)
    /// Polls without an answer before a unit counts as silent.
    package var unitSilent: Int = 3
    /// How long an output shows a receipt, unless the incident is closed earlier.
    package var lamp: Duration = .seconds(600)

    /// `20/1s`: a number of edges within a span.
    package struct Chatter: Sendable, Hashable {
        /// The most edges that are not chatter yet.
        package var edges: Int
        package var within: Duration

        package init(edges: Int, within: Duration) {
            self.edges = edges
            self.within = within
        }
    }

    /// The defaults, for a file that says nothing.
    package init() {}
}
