// SPDX-License-Identifier: Apache-2.0

/// The `[rules]` table; a point's own key wins where it has one.
package struct RuleSettings: Sendable, Hashable {
    /// Presses within this span of the last one count on its incident; zero: each its own.
    package var repeatWindow: Duration = .seconds(30)
    /// Edges within this span of the last one are one letter.
    package var letter: Duration = .seconds(10)
    package var mailOverdue: Duration = .seconds(7 * 86_400)
    package var doorHeld: Duration = .seconds(120)
    package var powerDelay: Duration = .seconds(10)
    package var escalate: [Duration] = [.seconds(60), .seconds(180), .seconds(300)]
    package var stuck: Duration = .seconds(60)
    /// Most edges within a span before a point counts as chattering; nil: off.
    package var chatter: Chatter? = Chatter(edges: 20, within: .seconds(1))
    package var untested: Duration = .seconds(90 * 86_400)
    /// Polls without an answer before a unit counts as silent.
    package var unitSilent: Int = 3
    package var lamp: Duration = .seconds(600)

    package struct Chatter: Sendable, Hashable {
        package var edges: Int
        package var within: Duration

        package init(edges: Int, within: Duration) {
            self.edges = edges
            self.within = within
        }
    }

    package init() {}
}
