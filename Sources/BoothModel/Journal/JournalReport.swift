// SPDX-License-Identifier: Apache-2.0

/// What the journal tells the agent, from the journal's thread.
package enum JournalReport: Sendable {
    /// These are on disk and synced.
    case recorded([JournalEntry.Event])
    /// The answer to a `FetchRequest`.
    case batch(TargetID, number: Int, [QueuedEvent])
    /// Something of it changed.
    case status(JournalStatus)
    /// What the file remembers, once it could be opened: late, where the agent went into service without it.
    case contents(JournalContents)
    /// The file had to be begun anew while the agent ran, and has what could be read out of the old one: whatever the agent
    /// knows is to be recorded again.
    case renewed(JournalContents)
    /// What these targets lost, to be told each of them by an event.
    case lost([TargetID: Loss])
}
