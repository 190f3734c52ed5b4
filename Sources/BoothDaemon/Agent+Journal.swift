// SPDX-License-Identifier: Apache-2.0
import BoothIncidents
import BoothJournal
import BoothModel

// What the core hears from the journal: how it is, what it remembers, what was lost.
extension Agent {
    func take(_ report: JournalReport) {
        switch report {
        case .status(let status): take(status)
        case .contents(let contents): recall(contents)
        case .renewed(let contents):
            tell(contents)
            record(rules.snapshot())
        case .lost(let losses): tell(losses)
        // They go to the targets and the control socket on the journal's own thread.
        case .recorded, .batch: break
        }
    }

    /// The second mark of how far the journal had come lies beside the control socket: in memory, and gone with the power.
    static func markInMemory(beside controlSocket: String) -> String? {
        guard let slash = controlSocket.lastIndex(of: "/") else { return nil }
        return controlSocket[...slash] + "journal.mark"
    }

    /// Takes what the journal remembers, which came late: the booth went into service without it.
    private func recall(_ contents: JournalContents) {
        tell(contents)
        orphans = contents.orphans
        clock.recall(syncedBoot: contents.memory.syncedBoot)
        helpLamp.resume(contents.incidents)
        record(
            rules.recall(
                points: contents.points, incidents: contents.incidents, memory: contents.memory, tasks: contents.tasks,
                lastKey: contents.lastKey, at: clock.now()))
        reporting.recall(contents.memory)
        forgetForeignFaults()
        startPolls()
    }

    /// Says what the journal was found to be, to the technician.
    func tell(_ contents: JournalContents) {
        if let path = contents.setAside {
            log(
                .error, .journalDamaged,
                Message(
                    zh: "日志损坏，已移到 \(path)，能读出的已取回；请把它交给维护人员",
                    en: """
                        the journal was damaged and set aside as \(path); what could be read was taken over; \
                        give that file to maintenance
                        """))
        }
        if contents.unreadable > 0 {
            log(
                .error, .journalDamaged,
                Message(
                    zh: "日志中有 \(contents.unreadable) 行读不懂，保留原样",
                    en: "this version cannot read \(contents.unreadable) rows of the journal; they stay as they are"))
        }
    }

    /// Tells each target of what it lost; those that lost the same by one event.
    private func tell(_ losses: [TargetID: Loss]) {
        let moment = clock.now()
        for loss in Set(losses.values) {
            let targets = configuration.targets.map(\.id).filter { losses[$0] == loss }
            record([rules.tell(loss, to: targets, at: moment)], tellsOfLoss: true)
        }
    }

    private func take(_ status: JournalStatus) {
        storage = status
        memoryCare.note(queued: status.queues.reduce(0) { $0 + $1.queued }, at: .now())
        if status.storage == .ok { releasePolls() }
        if reloadWaits, mayStartOver { reload() }
        // Its words change with every event that waits; that it is full, failing or well is what matters.
        guard !toldStorage.isSameKind(as: status.storage) else { return }
        toldStorage = status.storage
        if let message = status.storage.message {
            log(.error, .storageFailed, message)
        } else {
            log(.notice, .storageWell, Message(zh: "日志恢复写入", en: "the journal is written again"))
            keeper?.keep()
        }
        record(rules.take(fault: .storage, of: .storage, stands: status.storage != .ok, at: clock.now()))
    }
}
