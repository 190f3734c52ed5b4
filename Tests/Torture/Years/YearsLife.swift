// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothJournal
import BoothModel
import Glibc
import TestSupport

/// A process that lives through years with a journal as fast as it can, until it is killed or the years are over. It
/// prints problems.
struct YearsLife {
    private let plan: YearsPlan
    private let directory: String
    private let ledger: YearsLedger
    private let journal: Journal
    private let reports: Mailbox<JournalReport>
    private let spans: [YearsPlan.Outage]
    private var kept: [JournalReport] = []
    private var random: SeededRandom
    private var waiting = [0, 0]
    private var open: [Incident] = []
    private var presses: [Incident] = []
    private var requests = 0
    private var losses = 0
    private var contents: JournalContents?
    private var problems = 0
    private var isWell = true

    static let targets = TestedJournal.targets
    private static let patience = Duration.seconds(60)
    private static let mostProblems = 20

    /// Opens the journal, and checks that it has every event that was recorded and not answered.
    init(_ plan: YearsPlan, directory: String, mark: String, ledger: YearsLedger) throws {
        self.plan = plan
        self.directory = directory
        self.ledger = ledger
        spans = plan.spans
        random = SeededRandom(seed: plan.seed ^ UInt64(ledger[.starts]) << 32)
        let reports = try Mailbox<JournalReport>()
        self.reports = reports
        let start = BootTime.now()
        (journal, contents) = try Journal.open(
            .init(directory: directory, markInMemory: mark, targets: Self.targets, limit: plan.limit),
            report: { report in
                if case .recorded(let events) = report {
                    for event in events { if let index = plan.event(of: event.id) { ledger[.recorded, index] = 1 } }
                }
                reports.post(report)
            })
        while contents == nil { try self.await("contents") { if case .contents = $0 { true } else { nil } } }
        let span = (BootTime.now() - start).wholeNanoseconds
        ledger[.starts] += 1
        ledger[.startNanoseconds] += span
        ledger[.longestStart] = max(ledger[.longestStart], span)
        let found = (contents?.incidents ?? []).sorted { $0.id < $1.id }
        open = found.filter { $0.priority != .help }
        presses = found.filter { $0.priority == .help }
        if contents?.setAside != nil { problem("the journal was set aside") }
        try lookAtQueues()
    }

    private mutating func problem(_ words: String) {
        problems += 1
        guard problems <= Self.mostProblems else { return }
        print("problem: \(words)")
        fflush(nil)
    }

    /// Checks that every event that was recorded and not answered is queued.
    private mutating func lookAtQueues() throws {
        let answer = try Mailbox<[QueueListing]>()
        journal.ask(.queues(limit: 10_000_000) { answer.post($0) })
        guard let listings = answer.wait(milliseconds: 60_000).first else {
            throw TestedJournal.Failure("no queues")
        }
        for (target, name) in Self.targets.enumerated() {
            guard let listing = listings.first(where: { $0.target == name }) else { continue }
            waiting[target] = listing.queued
            if listing.queued != listing.items.count {
                problem("\(listing.queued) wait, \(listing.items.count) listed")
            }
            var found: Set<Int> = []
            for item in listing.items {
                note(item.sequence, of: item.id, for: target)
                if let index = plan.event(of: item.id) { found.insert(index) }
            }
            let bit = UInt8(1) << UInt8(target)
            for event in 0..<ledger[.submitted] where ledger[.due, event] & bit != 0 && ledger[.recorded, event] != 0 {
                if ledger[.answered, event] & bit == 0, !found.contains(event) {
                    problem("event \(event) was recorded and does not wait for \(name)")
                }
            }
        }
    }

    private mutating func note(_ sequence: String, of id: EventID, for target: Int) {
        let generation = Int(sequence.prefix(6)) ?? -1
        if ledger[.generation] == 0 { ledger[.generation] = generation + 1 }
        if ledger[.generation] != generation + 1 { problem("generation \(generation) was begun") }
        let words = ledger.note(count: Int(sequence.dropFirst(6)) ?? 0, of: plan.event(of: id), for: target)
        if let words { problem("\(Self.targets[target]): \(words)") }
    }

    // MARK: Reports

    private mutating func receive(_ new: [JournalReport]) {
        for report in new {
            switch report {
            case .lost(let losses): tell(losses)
            case .contents(let found): contents = found
            case .renewed: problem("the journal was begun anew")
            case .status(let status):
                if status.storage != .ok, isWell { problem("the journal says: \(status.storage)") }
                isWell = status.storage == .ok
            case .recorded, .batch: break
            }
        }
        kept += new
    }

    private mutating func tell(_ losses: [TargetID: Loss]) {
        for (target, name) in Self.targets.enumerated() {
            guard let loss = losses[name] else { continue }
            // A new journal reports once that it knows nothing of the time before.
            if ledger[.toldFirstLoss] & 1 << target != 0 || loss.from != nil || loss.reason == .overflow {
                problem("\(name) is told of a loss after \(ledger[.submitted]) events: \(loss)")
            }
            self.losses += 1
            waiting[target] += 1
            let id = plan.lossID(after: ledger[.submitted], self.losses)
            let event = SampleEvent.loss(loss, id: id).entryEvent(for: [name])
            journal.record(JournalEntry(events: [event], tellsOfLoss: true))
        }
    }

    @discardableResult
    private mutating func await<Value>(_ what: String, _ pick: (JournalReport) -> Value?) throws -> Value {
        let deadline = BootTime.now() + Self.patience
        while true {
            var index = 0
            while index < kept.count {
                defer { index += 1 }
                if let value = pick(kept[index]) {
                    kept.removeFirst(index + 1)
                    return value
                }
            }
            kept = []
            guard BootTime.now() < deadline else { throw TestedJournal.Failure("no \(what) within \(Self.patience)") }
            receive(reports.wait(milliseconds: deadline.millisecondsAway()))
        }
    }

    // MARK: Years

    /// Lives to the end of the years, then delivers everything.
    mutating func live() throws {
        while ledger[.submitted] < plan.total {
            try record(min(Int.random(in: 1...plan.mostAtOnce, using: &random), plan.total - ledger[.submitted]))
            for target in Self.targets.indices where !isAway(target) { try deliver(to: target, batches: 3) }
            look()
        }
        for target in Self.targets.indices { try deliver(to: target, batches: .max) }
        // An event that reported a loss may have come last.
        _ = try isRecorded()
        receive(reports.take())
        for target in Self.targets.indices { try deliver(to: target, batches: .max) }
        guard journal.stop(within: 60_000) == .complete else { return problem("not everything was written at the end") }
    }

    private func isRecorded() throws -> Bool {
        let answer = try Mailbox<Bool>()
        journal.ask(.recorded { answer.post($0) })
        return answer.wait(milliseconds: 60_000).first ?? false
    }

    private func isAway(_ target: Int) -> Bool {
        let now = ledger[.submitted]
        return spans.contains { $0.events.contains(now) && $0.targets & 1 << UInt8(target) != 0 }
    }

    private mutating func record(_ count: Int) throws {
        let start = BootTime.now()
        var last = plan.id(of: ledger[.submitted])
        for _ in 0..<count {
            let entry = self.entry(ledger[.submitted])
            for event in entry.events {
                last = event.id
                let index = ledger[.submitted]
                let bits = event.recipients.isEmpty ? 0 : event.recipients.count == 2 ? 3 : UInt8(1)
                ledger[.due, index] = bits | (event.priority == .help ? YearsLedger.press : 0)
                for target in Self.targets.indices where bits & 1 << UInt8(target) != 0 { waiting[target] += 1 }
            }
            ledger[.submitted] += 1
            journal.record(entry)
        }
        try self.await("word that \(last) is recorded") { report in
            if case .recorded(let events) = report, events.contains(where: { $0.id == last }) { true } else { nil }
        }
        let span = (BootTime.now() - start).wholeNanoseconds
        ledger[.commits] += 1
        ledger[.commitNanoseconds] += span
        ledger[.longestCommit] = max(ledger[.longestCommit], span)
    }

    private mutating func deliver(to target: Int, batches: Int) throws {
        let name = Self.targets[target]
        let bit = UInt8(1) << UInt8(target)
        var batches = batches
        while waiting[target] > 0, batches > 0 {
            batches -= 1
            requests += 1
            let number = requests
            journal.fetch(FetchRequest(number: number, limit: min(500, 2 * plan.mostAtOnce)), for: name)
            let batch: [QueuedEvent] = try self.await("batch for \(name)") { report in
                if case .batch(name, number, let batch) = report { batch } else { nil }
            }
            var settlements: [JournalEntry.Settlement] = []
            for event in batch {
                note(event.sequence, of: event.id, for: target)
                if let index = plan.event(of: event.id) {
                    ledger[.given, index] |= bit
                    ledger[.answered, index] |= bit
                } else {
                    ledger[.toldFirstLoss] |= 1 << target
                }
                settlements.append(.init(target: name, event: event.id, outcome: .accepted))
            }
            journal.noteAttempt(of: batch.map(\.id), by: name)
            journal.record(JournalEntry(settlements: settlements, canBeToldAgain: true))
            waiting[target] -= batch.count
            ledger[.given] += batch.count
        }
    }

    /// Checks that the files stay within the limit.
    private mutating func look() {
        var status = stat()
        var bytes = 0
        for name in ["journal.sqlite", "journal.sqlite-wal"] where stat("\(directory)/\(name)", &status) == 0 {
            bytes += Int(status.st_size)
        }
        ledger[.bytes] = bytes
        if bytes > ledger[.mostBytes] { ledger[.mostBytes] = bytes }
        if bytes > Int(plan.limit) { problem("\(bytes) bytes on disk") }
        if ledger[.commits] % 64 == 0 {
            var usage = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            ledger[.memory] = max(ledger[.memory], usage.ru_maxrss)
        }
    }

    // MARK: The booth

    /// The next entry: half of the events have no recipient, one in a hundred is a press, the others concern open
    /// incidents.
    private mutating func entry(_ index: Int) -> JournalEntry {
        let id = plan.id(of: index)
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<50:
            var entry = JournalEntry(events: [SampleEvent.record(id).entryEvent(for: [])])
            entry.points = [point(id)]
            return entry
        case 50: return raise(id, .help)
        case 51..<63: return raise(id, Priority(rawValue: Int.random(in: 2...4, using: &random)) ?? .routine)
        case 63..<85 where !open.isEmpty:
            let place = Int.random(in: 0..<open.count, using: &random)
            open[place].count += 1
            return JournalEntry(
                events: [SampleEvent.updated(open[place], id: id).entryEvent(for: Self.targets)],
                incidents: [open[place]])
        default: return close(id)
        }
    }

    private mutating func raise(_ id: EventID, _ priority: Priority) -> JournalEntry {
        let incident = Incident(
            id: id, opening: id, point: "help-1", classification: Classification(.help, .police, priority),
            opened: stamp(id), targets: Self.targets)
        if priority == .help { presses.append(incident) } else { open.append(incident) }
        let recipients = priority == .help || Int(id.random) % 4 > 0 ? Self.targets : ["police"]
        return JournalEntry(
            events: [SampleEvent.raised(incident, id: id).entryEvent(for: recipients)], incidents: [incident],
            points: [point(id)])
    }

    /// Closes a press first, otherwise the oldest incident.
    private mutating func close(_ id: EventID) -> JournalEntry {
        let closing = presses.isEmpty ? open.first : presses.first
        guard var incident = closing else { return raise(id, .fault) }
        if presses.isEmpty { open.removeFirst() } else { presses.removeFirst() }
        incident.state = .closed
        incident.closing = Incident.Closing(.init(by: .officer("zhang"), at: stamp(id)), outcome: "a lost child")
        // The end of a press is not as urgent as a press.
        var event = SampleEvent.closed(incident, id: id).entryEvent(for: Self.targets)
        event.priority = max(event.priority, .fault)
        return JournalEntry(events: [event], incidents: [incident])
    }

    private func stamp(_ id: EventID) -> Stamp {
        Stamp(
            Moment(
                boot: BootTime(nanoseconds: id.milliseconds), wallMilliseconds: id.milliseconds,
                in: .ofProcess, clock: .synced, bootID: "boot"))
    }

    private func point(_ id: EventID) -> PointMemory {
        PointMemory(point: "help-1", state: id.random % 2 == 0 ? .normal : .active, since: stamp(id))
    }
}

extension Duration {
    /// For the spans of a test: whole seconds and more, far below an overflow.
    var wholeNanoseconds: Int { Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000) }
}
