// SPDX-License-Identifier: Apache-2.0

/// Judges a journal by the notes, after something was done to its files.
package struct Oracle {
    /// What an attack may cost.
    package enum Allowance: Sendable {
        /// Nothing that was recorded may be missing, because the disk kept what was synced.
        case nothing
        /// Nothing that was recorded may be missing. But losses may be reported for events that were sent from memory
        /// and never written.
        case toldNumbers
        /// Data may be missing if its loss is reported.
        case toldLoss
        /// Like `toldLoss`; and the search columns may differ from the events' JSON.
        case toldLossAndColumns
        /// Everything may be missing, because nobody can know of it. But no number may be given twice.
        case everything
        /// The content may be anything; the journal only has to open and to answer.
        case anything
    }

    private let ledger: Ledger
    private let tables: JournalTables
    /// The events that the journal gave to each target after it was opened, in order.
    private let offered: [String: [String]]
    private(set) var problems: [String] = []
    private var allowance = Allowance.nothing

    /// - Parameters:
    ///   - ledger: all notes, including those of this opening.
    ///   - offered: all queued events of each target, in the order given out.
    package init(ledger: Ledger, tables: JournalTables, offered: [String: [String]]) {
        self.ledger = ledger
        self.tables = tables
        self.offered = offered
    }

    /// - Returns: the problems, one line each; empty if there are none.
    package mutating func judge(_ allowance: Allowance, lossesBefore: Int) -> [String] {
        if case .anything = allowance { return [] }
        self.allowance = allowance
        problems = ledger.problems + tables.problems
        if !allowsColumns { problems += tables.contradictions }
        if case .nothing = allowance {
            for loss in ledger.losses.dropFirst(lossesBefore) where loss.isAnother {
                problems.append("a loss (\(loss.reason)) is told although the disk kept what was synced")
            }
        }
        if case .everything = allowance { return ledger.problems }
        judgeEvents()
        judgeNumbers()
        judgeQueues()
        judgeStates()
        judgeEndings()
        return problems
    }

    /// Each recorded event must exist, or its loss must be reported. Each event in the file must have been handed over.
    private mutating func judgeEvents() {
        for (id, event) in ledger.events.sorted(by: { $0.key < $1.key }) where isDue(event) {
            if tables.events[id] == nil, !isThinned(id, event) {
                problems.append("\(id) was recorded and is gone from the log")
            }
            for target in event.targets { judgeDelivery(of: id, to: target) }
        }
        for id in tables.events.keys.sorted() where ledger.events[id] == nil {
            problems.append("\(id) is in the log and was never handed over")
        }
    }

    private func isDue(_ event: Ledger.Event) -> Bool {
        guard event.isRecorded else { return false }
        return allowsLoss ? event.lostFor.isEmpty : true
    }

    /// Whether every target accepted it, so that it may be thinned.
    private func isThinned(_ id: String, _ event: Ledger.Event) -> Bool {
        tables.thinned > 0
            && event.targets.allSatisfy { target in
                ledger.answers[target]?[id]?.contains(true) == true && tables.deliveries[target]?[id] == nil
            }
    }

    /// An event that was sent and is not in the file must have been accepted, or its loss reported. A number must not
    /// name another event.
    private mutating func judgeNumbers() {
        for (target, sequences) in ledger.given {
            for (sequence, given) in sequences where tables.events[given.event] == nil {
                guard given.body != nil, ledger.answers[target]?[given.event]?.contains(true) != true,
                    ledger.events[given.event]?.lostFor.contains(target) != true
                else { continue }
                problems.append("\(given.event) was sent to \(target) as \(sequence), is gone, and no loss is told")
            }
            for (event, row) in tables.deliveries[target] ?? [:] {
                guard let known = sequences[row.sequence], known.event != event else { continue }
                problems.append("\(row.sequence) of \(target) named \(known.event) and is \(event) in the file")
            }
        }
    }

    private mutating func judgeDelivery(of id: String, to target: String) {
        let answers = ledger.answers[target]?[id] ?? []
        guard let row = tables.deliveries[target]?[id] else {
            if !answers.contains(true), ledger.events[id]?.lostFor.contains(target) != true || !allowsLoss {
                problems.append("\(id) was recorded and neither waits for \(target) nor was answered")
            }
            return
        }
        switch row.state {
        case .queued:
            if offered[target]?.contains(id) != true {
                problems.append("\(id) waits for \(target) in the file and was not offered")
            }
        case .rejected:
            if !answers.contains(false) { problems.append("\(id) is refused by \(target), which never did") }
        }
    }

    private var allowsLoss: Bool {
        switch allowance {
        case .toldLoss, .toldLossAndColumns: true
        case .nothing, .toldNumbers, .everything, .anything: false
        }
    }

    private var allowsColumns: Bool {
        if case .toldLossAndColumns = allowance { return true }
        return false
    }

    /// The order must be: most urgent first, then oldest; nothing twice.
    private mutating func judgeQueues() {
        for (target, ids) in offered {
            if Set(ids).count != ids.count { problems.append("\(target) was offered an event twice in one batch") }
            let places = ids.compactMap { id in ledger.events[id].map { ($0.priority, $0.key) } }
            for (one, next) in zip(places, places.dropFirst()) where next <= one {
                problems.append("\(target) was offered priority \(next.0), key \(next.1) after \(one.0), \(one.1)")
            }
        }
    }

    /// Each stored value must be the version written with its last recorded event, or a later one.
    private mutating func judgeStates() {
        for (name, versions) in ledger.states {
            let certain = versions.lastIndex { version in
                version.event.flatMap { ledger.events[$0] }.map { isDue($0) && (!allowsLoss || !$0.mayBeLost) } ?? false
            }
            let allowed = versions[(certain ?? 0)...].map {
                JournalTables.Kept(version: $0.number, ended: $0.ended)
            }
            guard let kept = tables.kept[name] else {
                let isThinned = tables.thinned > 0 && allowed.contains { $0.ended }
                if certain != nil, !isThinned { problems.append("\(name) was recorded and is gone") }
                continue
            }
            if !allowed.contains(kept) {
                problems.append(
                    "\(name) is kept as \(kept.version), ended \(kept.ended); allowed: \(allowed.map(\.version))")
            }
        }
        for name in tables.kept.keys where ledger.states[name] == nil {
            problems.append("\(name) is kept and was never handed over")
        }
    }

    private mutating func judgeEndings() {
        var endings: [Substring: Int] = [:]
        for json in tables.events.values where json.contains("\"type\":\"cn.boothd.incident.closed.v1\"") {
            guard let incident = json.firstRange(of: "\"incident\":\"").map({ json[$0.upperBound...].prefix(36) })
            else {
                continue
            }
            endings[incident, default: 0] += 1
        }
        for (incident, count) in endings where count > 1 {
            problems.append("incident \(incident) ended \(count) times")
        }
    }
}
