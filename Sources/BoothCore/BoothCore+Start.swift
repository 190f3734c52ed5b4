// SPDX-License-Identifier: Apache-2.0
import BoothModel

// How a run begins, and how it takes up another configuration.
extension BoothCore {
    /// Before the first reading: what is no longer configured is restored, what stood before stands.
    mutating func begin() {
        forgetForeignFaults()
        tellOfWrongFile()
        // A contact that chattered before the start is watched for a while before it counts as at rest.
        for (point, state) in rules.chatteringPoints.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            apply(points.resumeChatter(of: point, state: state, at: now.boot))
        }
        tasks.schedule(isRecalled: isRecalled, at: now.boot)
        heartbeats.scheduleFirst(at: now.boot, &random)
    }

    /// Restores the faults of what is no longer configured.
    mutating func forgetForeignFaults() {
        var known = Set(configuration.points.flatMap { IncidentRules.devices(of: $0) })
        known.formUnion(configuration.outputs.flatMap { IncidentRules.devices(of: $0) })
        known.formUnion(configuration.targets.map { .target($0.id) })
        known.insert(.clock)
        // A journal that opened well is over its fault; a link's stands until its platform answers.
        if !parts.isStorageWell { known.insert(.storage) }
        if parts.wrongFile != nil { known.insert(.configuration) }
        record(rules.forgetForeignFaults(known: known, at: now))
    }

    /// Says at the start that the file was not taken: to the technician, and as a fault to the platforms. Where the file
    /// is right again, the fault has just been restored with those of the devices that are gone.
    private mutating func tellOfWrongFile() {
        guard let wrongFile = parts.wrongFile else { return }
        log(.configurationWrong(wrongFile.wordsOnWrongFile))
        if let omitted = parts.omitted { log(.configurationWrong(omitted.wordsOnOmitted)) }
        record(rules.setFault(.configuration, of: .configuration, stands: true, at: now))
    }

    // MARK: Another configuration

    /// A good file is taken up by starting over, within the same process; a wrong one changes nothing.
    ///
    /// Starting over would lose what only memory holds: while the disk refuses, that is waited for.
    mutating func apply(_ file: ReadConfiguration) {
        reloadWaits = false
        switch file {
        case .wrong(let problems): refuse(problems)
        case .right where parts.mayStartOver:
            parts.reloadRefusal = nil
            effects.add(.startOver)
        case .right(let limit):
            reloadWaits = true
            // The limit may be all that is wrong.
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

    /// A reload found the file wrong. Where it was wrong at the start as well, status goes on to say that, and what is
    /// wrong with it now.
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
