// SPDX-License-Identifier: Apache-2.0

/// What a restart finds in the journal.
package struct JournalContents: Sendable, Hashable {
    package var status: JournalStatus
    package var points: [PointMemory]
    /// Incidents that are not closed, oldest first.
    package var incidents: [Incident]
    /// The booth's memory; empty for a new journal.
    package var memory: BoothMemory
    /// The results of tasks: the newest 1000 of each target, oldest first.
    package var tasks: [TaskRecord]
    /// The highest `EventID.key` in use; 0 for a new journal.
    package var lastKey: Int64
    /// Where a damaged journal was set aside at this start; usually nil.
    package var setAside: String?
    /// Events that wait for targets that the configuration no longer has.
    package var orphans: [Orphan]
    /// How many rows of incidents, points, tasks and memory this version cannot read. They stay in the file. The
    /// memory's row stays until it is written anew.
    package var unreadable: Int

    package init(
        status: JournalStatus, points: [PointMemory], incidents: [Incident], memory: BoothMemory, tasks: [TaskRecord],
        lastKey: Int64, setAside: String? = nil, orphans: [Orphan] = [], unreadable: Int = 0
    ) {
        self.status = status
        self.points = points
        self.incidents = incidents
        self.memory = memory
        self.tasks = tasks
        self.lastKey = lastKey
        self.setAside = setAside
        self.orphans = orphans
        self.unreadable = unreadable
    }

    /// Events that nobody will send unless the target is configured again.
    package struct Orphan: Sendable, Hashable {
        package var target: TargetID
        package var count: Int

        package init(target: TargetID, count: Int) {
            self.target = target
            self.count = count
        }
    }
}
