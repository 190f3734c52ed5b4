// SPDX-License-Identifier: Apache-2.0

/// What the journal's thread reports to the agent.
package enum JournalReport: Sendable {
    /// These events were synced to disk.
    case recorded([JournalEntry.Event])
    /// The answer to a `FetchRequest`.
    case batch(TargetID, number: Int, [QueuedEvent])
    /// The journal's status changed.
    case status(JournalStatus)
    /// What the file remembers, once it could be opened. It comes late if the agent went into service without it.
    case contents(JournalContents)
    /// The file had to be created anew while the agent ran. It has what could be read from the old one. The agent must
    /// record everything it knows again.
    case renewed(JournalContents)
    /// What each of these targets lost. An event must tell it to them.
    case lost([TargetID: Loss])
}
