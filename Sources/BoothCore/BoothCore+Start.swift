// SPDX-License-Identifier: Apache-2.0
import BoothModel

// How a run starts, and how it reloads the configuration.
extension BoothCore {
    /// Runs before the first reading. Restores the faults of devices that are no longer configured; the others stand.
    mutating func begin() {
        forgetForeignFaults(parts.storage)
        tellOfWrongFile()
        // A contact that chattered before the start must rest for a while before it is well.
        for (point, state) in rules.chatteringPoints.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            apply(points.resumeChatter(of: point, state: state, at: now.boot))
        }
        tasks.schedule(isRecalled: isRecalled, at: now.boot)
        heartbeats.scheduleFirst(at: now.boot, &random)
    }

    /// Restores the faults of devices that are no longer configured.
    ///
    /// - Parameter status: the journal's state when it was opened.
    mutating func forgetForeignFaults(_ status: JournalStatus) {
        var known = Set(configuration.points.flatMap { IncidentRules.devices(of: $0) })
        known.formUnion(configuration.outputs.flatMap { IncidentRules.devices(of: $0) })
        known.formUnion(configuration.targets.map { .target($0.id) })
        known.formUnion(status.queues.filter { $0.rejected > 0 }.map { .rejections(by: $0.target) })
        known.insert(.clock)
        // If the journal opened, its fault is over. The fault of a link stands until its platform answers.
        if !parts.isStorageWell { known.insert(.storage) }
        if parts.wrongFile != nil { known.insert(.configuration) }
        record(rules.forgetForeignFaults(known: known, at: now))
    }

    /// If the configuration file is wrong at the start, logs why and raises a fault for the platforms. If it is right
    /// again, `forgetForeignFaults` has just restored that fault.
    private mutating func tellOfWrongFile() {
        guard let wrongFile = parts.wrongFile else { return }
        log(.configurationWrong(wrongFile.wordsOnWrongFile))
        if let omitted = parts.omitted { log(.configurationWrong(omitted.wordsOnOmitted)) }
        record(rules.setFault(.configuration, of: .configuration, stands: true, at: now))
    }

    // MARK: Another configuration

    /// A right file starts the core over, within the same process. A wrong file changes nothing.
    ///
    /// Starting over would lose events that are only in memory. While the disk refuses and such events wait, the reload
    /// waits too.
    mutating func apply(_ file: ReadConfiguration) {
        reloadWaits = false
        switch file {
        case .wrong(let problems): refuse(problems)
        case .right where parts.mayStartOver:
            parts.reloadRefusal = nil
            effects.add(.startOver)
        case .right(let limit):
            reloadWaits = true
            // A higher limit may be all that the journal needs.
            effects.add(.setStorageLimit(limit))
            refuseReload(
                Message(
                    zh: "磁盘未恢复，内存中还有待发消息：先采用新的 [storage] limit，其余在磁盘恢复或消息送出后自动采用",
                    en: """
                        the disk has not recovered and memory holds events: of the new configuration [storage] limit \
                        is taken now, the rest once the disk has recovered or the events are delivered
                        """))
        }
    }

    /// A reload found the file wrong. If it was wrong at the start as well, `status` keeps saying so, with the new
    /// problems.
    private mutating func refuse(_ problems: FileProblems) {
        guard parts.wrongFile == nil else {
            parts.wrongFile = problems
            parts.reloadRefusal = nil
            return log(LogEntry(.error, .reloadRefused, problems.wordsOnWrongFile))
        }
        refuseReload(problems.wordsOnReload)
    }

    private mutating func refuseReload(_ message: Message) {
        parts.reloadRefusal = message
        log(LogEntry(.error, .reloadRefused, message))
    }
}
