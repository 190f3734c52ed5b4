// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel
import TestSupport

/// A booth's random life with its journal: incidents open, change and end, targets accept and refuse, tasks come. The
/// same seed gives the same life.
package final class Workload {
    package let journal: TestedJournal
    private(set) var model: Model
    /// Possible states of the journal after a crash: the last state that is certainly on disk, and those handed over
    /// since.
    private(set) var possible: [Model]
    private var random: SeededRandom
    private var lastKey: Int64
    private var milliseconds: Int64
    /// Events that were handed over in this run.
    private var own: Set<EventID> = []
    /// How many of the reported losses are in the model.
    private var toldCount = 0
    /// Whether the disk failed at any time.
    private(set) var hadTrouble = false
    /// The last step, for the message of a failure.
    package private(set) var lastStep = "open"

    private static let points: [PointID] = ["help-1", "help-2", "room-door", "mail"]
    private static let epoch: Int64 = 1_795_449_600_000

    /// - Parameter model: the present content of the journal.
    init(seed: UInt64, journal: TestedJournal, model: Model = Model()) {
        self.journal = journal
        self.model = model
        possible = [model]
        random = SeededRandom(seed: seed)
        lastKey = max(journal.contents?.lastKey ?? 0, journal.book.highestKey)
        milliseconds = max(Self.epoch, lastKey >> 12)
    }

    /// Opens a journal and begins a life with it.
    package convenience init(
        seed: UInt64, directory: String, markInMemory: String? = nil, limit: Int64, book: Book
    ) throws {
        self.init(
            seed: seed,
            journal: try TestedJournal(directory: directory, markInMemory: markInMemory, limit: limit, book: book))
    }

    /// Does one step, and waits until the journal has answered.
    ///
    /// - Throws: `TestedJournal.Failure` if the journal did something else than the model.
    package func step() throws {
        takeTold()
        milliseconds += Int64.random(in: 0...5000, using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<5: try raise()
        case 5..<8: try update()
        case 8..<10: try close()
        case 10: try plainRecord()
        case 11: try turnPoint()
        case 12: try doTask()
        case 13: try remember()
        case 14: try retry()
        default: try deliver()
        }
    }

    /// Adds the events that report losses to the model; they wait in the queues like others.
    func takeTold() {
        journal.absorb()
        if journal.storage != .ok { hadTrouble = true }
        for event in journal.told.dropFirst(toldCount) {
            model.enqueue(event.id, event.priority, for: event.recipients)
            own.insert(event.id)
            possible.append(model)
        }
        toldCount = journal.told.count
    }

    /// Waits until the disk works again and everything is written.
    func awaitRecovery() throws {
        while true {
            if journal.storage != .ok { try journal.awaitStorage(isWell: true) }
            if try journal.isRecorded(), journal.storage == .ok { break }
            takeTold()
        }
        takeTold()
    }

    // MARK: The booth

    private func raise() throws {
        lastStep = "raise"
        let priority = Priority(rawValue: Int.random(in: 1...4, using: &random)) ?? .routine
        let id = nextID()
        let event = nextID()
        let incident = Incident(
            id: id, opening: event, point: point(), classification: Classification(.help, .police, priority),
            opened: stamp, targets: TestedJournal.targets)
        let raised = SampleEvent.raised(incident, id: event).entryEvent(for: targets())
        var entry = JournalEntry(events: [raised], incidents: [incident], points: [turned()])
        // Two things that happen at once are one entry.
        if chance(4) { entry.events.append(SampleEvent.record(nextID()).entryEvent(for: [])) }
        model.open[id] = 1
        try write(entry)
    }

    private func update() throws {
        lastStep = "update"
        guard let (id, count) = model.open.sorted(by: { $0.key < $1.key }).randomElement(using: &random) else { return }
        let event = nextID()
        let incident = incident(id, count: count + 1)
        model.open[id] = count + 1
        try write(
            JournalEntry(
                events: [SampleEvent.updated(incident, id: event).entryEvent(for: targets())], incidents: [incident]))
    }

    private func close() throws {
        lastStep = "close"
        guard let (id, count) = model.open.sorted(by: { $0.key < $1.key }).randomElement(using: &random) else { return }
        let event = nextID()
        var incident = incident(id, count: count)
        incident.state = .closed
        incident.closing = Incident.Closing(.init(by: .officer("zhang"), at: stamp), outcome: "a lost child")
        model.open[id] = nil
        model.closed[id] = count
        try write(
            JournalEntry(
                events: [SampleEvent.closed(incident, id: event).entryEvent(for: targets())], incidents: [incident]))
    }

    private func plainRecord() throws {
        lastStep = "record"
        try write(JournalEntry(events: [SampleEvent.record(nextID()).entryEvent(for: [])]))
    }

    /// A reading is learnt again after a power cut, so its entry needs no sync of its own.
    private func turnPoint() throws {
        lastStep = "point"
        journal.record(JournalEntry(points: [turned()], canBeToldAgain: true))
        possible.append(model)
    }

    private func doTask() throws {
        lastStep = "task"
        let known = model.tasks.filter { $0.value == 1 }.keys.sorted()
        let id = chance(3) ? known.randomElement(using: &random) ?? "t-\(lastKey)" : "t-\(lastKey)"
        let event = nextID()
        var task = TaskRecord(
            target: "police", task: PlatformTask(id: id, kind: "test", order: .test), result: .done, at: stamp)
        task.answers = model.tasks[id, default: 0] + 1
        model.tasks[id] = task.answers
        try write(
            JournalEntry(events: [SampleEvent.taskDone(id, id: event).entryEvent(for: ["police"])], tasks: [task]))
    }

    private func remember() throws {
        lastStep = "memory"
        // The file's memory is not known yet, and must not be replaced.
        guard journal.contents != nil else { return }
        model.memory += 1
        var memory = BoothMemory()
        memory.syncedBoot = "\(model.memory)"
        try write(JournalEntry(events: [SampleEvent.record(nextID()).entryEvent(for: [])], memory: memory))
    }

    private func write(_ entry: JournalEntry) throws {
        for event in entry.events {
            model.enqueue(event.id, event.priority, for: event.recipients)
            own.insert(event.id)
        }
        possible.append(model)
        journal.record(entry)
        guard let last = entry.events.last else { return }
        if journal.storage == .ok {
            if try journal.awaitOutcome(of: last.id) { possible = [model] }
        }
        takeTold()
    }

    // MARK: The targets

    private func deliver() throws {
        // Without the file there are only events of this run.
        let hasFile = journal.contents != nil
        let waiting = TestedJournal.targets.filter { target in
            model.queued[target]?.contains { hasFile || own.contains($0.event) } == true
        }
        guard let target = waiting.randomElement(using: &random), let queue = model.queued[target] else { return }
        lastStep = "deliver to \(target)"
        let except = hasFile && chance(4) ? Set(queue.dropLast().prefix(2).map(\.event)) : []
        let limit = Int.random(in: 1...8, using: &random)
        let refusals = journal.storage == .ok ? journal.refusals : -1
        let batch = try journal.fetch(limit, for: target, except: except)
        let expected = queue.map(\.event).filter { !except.contains($0) }.prefix(limit)
        // A loss may have been reported meanwhile, before this batch or after it.
        takeTold()
        let later = (model.queued[target] ?? []).map(\.event)
        if batch.map(\.id) != Array(expected),
            batch.map(\.id) != Array(later.filter { !except.contains($0) }.prefix(limit))
        {
            // While the disk fails, events that are only in the file may have to wait; but the order must be right. The
            // disk may have recovered by now.
            let ordered = later.filter(Set(batch.map(\.id)).contains)
            guard batch.map(\.id) == ordered, batch.allSatisfy({ !except.contains($0.id) }),
                try journal.isInTrouble() || journal.refusals != refusals
            else { throw TestedJournal.Failure("\(target) got \(batch.map(\.id)) for \(Array(expected))") }
        }
        journal.noteAttempt(of: batch.map(\.id), by: target)
        var settlements: [JournalEntry.Settlement] = []
        for event in batch {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<7: settlements.append(.init(target: target, event: event.id, outcome: .accepted))
            case 7:
                settlements.append(.init(target: target, event: event.id, outcome: .rejected(reason: "no such booth")))
            default: journal.noteReturn(of: [event.id], by: target)
            }
        }
        guard !settlements.isEmpty else { return }
        for settlement in settlements {
            model.settle(settlement.event, for: target, accepted: settlement.outcome == .accepted)
        }
        possible.append(model)
        journal.settle(settlements)
    }

    private func retry() throws {
        lastStep = "retry"
        let refused = model.rejected.values.flatMap { $0 }.sorted()
        guard let one = refused.randomElement(using: &random) else { return }
        let event = chance(2) ? one.event : nil
        var expected = model
        expected.putBack(event)
        let wasWell = journal.storage == .ok
        let back = try journal.retry(event)
        guard let back else { return try lookAfterRetry(of: event, wasWell: wasWell) }
        let count = expected.queued.values.map(\.count).reduce(0, +) - model.queued.values.map(\.count).reduce(0, +)
        guard back.count == count else { throw TestedJournal.Failure("retry put \(back.count) back for \(count)") }
        model = expected
        possible = [model]
    }

    /// Handles a retry that failed. A commit that failed may have been written, so the file is asked when it can be
    /// read again. On a full disk it was not written, and if nothing could be written it was not tried.
    private func lookAfterRetry(of event: EventID?, wasWell: Bool) throws {
        guard wasWell else { return }
        if journal.storage == .ok { try journal.awaitStorage(isWell: false) }
        guard case .fault = journal.storage else { return }
        var back = model
        back.putBack(event)
        possible.append(back)
        try awaitRecovery()
        back = model
        back.putBack(event)
        if try Model(queuesOf: journal).rejected == back.rejected { model = back }
        possible = [model]
    }

    // MARK: Values

    private func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    private func nextID() -> EventID {
        lastKey = max(lastKey + 1, journal.book.highestKey + 1, milliseconds << 12)
        return EventID(key: lastKey, random: random.next())
    }

    private var stamp: Stamp {
        Stamp(
            Moment(
                boot: BootTime(nanoseconds: milliseconds), wallMilliseconds: milliseconds,
                in: .ofProcess, clock: .synced, bootID: "boot"))
    }

    private func point() -> PointID { Self.points.randomElement(using: &random) ?? "help-1" }

    private func turned() -> PointMemory {
        let point = point()
        let version = model.points[point, default: 0] + 1
        model.points[point] = version
        var memory = PointMemory(point: point, state: version % 2 == 0 ? .normal : .active, since: stamp)
        memory.counter = PointMemory.Counter(value: version, register: "counter")
        return memory
    }

    private func incident(_ id: EventID, count: Int) -> Incident {
        var incident = Incident(
            id: id, opening: id, point: "help-1", classification: Classification(.help, .police, .help),
            opened: stamp, targets: TestedJournal.targets)
        incident.count = count
        return incident
    }

    private func targets() -> [TargetID] {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: ["police"]
        case 1: ["grid"]
        default: TestedJournal.targets
        }
    }
}
