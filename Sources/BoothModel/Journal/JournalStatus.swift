// SPDX-License-Identifier: Apache-2.0

/// The journal at a glance, for `status`.
package struct JournalStatus: Sendable, Hashable {
    package struct Queue: Sendable, Hashable {
        package var target: TargetID
        package var queued: Int
        package var rejected: Int

        package init(target: TargetID, queued: Int, rejected: Int) {
            self.target = target
            self.queued = queued
            self.rejected = rejected
        }
    }

    package var storage: StorageState
    /// Bytes on disk, write-ahead log included.
    package var bytes: Int64
    /// One for each configured target, in the configuration's order.
    package var queues: [Queue]
    /// Incidents that are not closed.
    package var open: Int
    /// Start of the history; nil: there is none, or no file is open.
    package var historyFrom: WallTime?
    /// Days until the file is full at the last day's rate; nil: not known yet.
    package var daysLeft: Int?

    package init(
        storage: StorageState, bytes: Int64, queues: [Queue], open: Int, historyFrom: WallTime? = nil,
        daysLeft: Int? = nil
    ) {
        self.storage = storage
        self.bytes = bytes
        self.queues = queues
        self.open = open
        self.historyFrom = historyFrom
        self.daysLeft = daysLeft
    }
}

extension JournalStatus {
    /// The status before the journal has reported anything.
    package init(unopenedFor targets: [TargetID]) {
        self.init(
            storage: .fault(
                Message(zh: "日志尚未打开，消息暂存内存", en: "the journal is not open yet; events are held in memory")),
            bytes: 0, queues: targets.map { Queue(target: $0, queued: 0, rejected: 0) }, open: 0)
    }
}
