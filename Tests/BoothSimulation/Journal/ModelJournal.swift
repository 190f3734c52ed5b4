// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The journal's thread with its file, as the core sees them: it commits, refuses, fills, is damaged, comes late, and dies
/// with what was not synced. The real one is `JournalWriter`.
struct ModelJournal {
    /// What a turn of the journal's thread tells.
    enum Word {
        case recorded([JournalEntry.Event])
        case report(JournalReport)
        case reached(Int, isOnDisk: Bool)
        case answer(Int)
        case batch(TargetID, number: Int, [ModelFile.Delivery])
    }

    /// An entry on its way to the file.
    struct Pending {
        var entry: JournalEntry
        var deliveries: [(target: TargetID, delivery: ModelFile.Delivery, outcome: JournalEntry.Settlement.Outcome?)] =
            []
        var settled: [JournalEntry.Settlement] = []
        /// Whether its deliveries have their numbers.
        var isNumbered = false

        /// Whether it says nothing but how the booth as a whole is.
        var isMemoryAlone: Bool {
            entry.events.isEmpty && entry.incidents.isEmpty && entry.points.isEmpty && entry.settlements.isEmpty
                && entry.tasks.isEmpty
        }
    }

    let targets: [TargetID]
    private(set) var file = ModelFile()
    private(set) var pending: [Pending] = []
    var disk = Step.Disk.well { didSet { isDirty = true } }
    /// Whether the file is open.
    private(set) var isOpen = true
    /// When it opens, in world time; nil: it is open, or nobody opens it.
    private var opensAt: Int64?
    /// The thread is in a sync until then.
    private var busyUntil: Int64?
    private var isRefused = false
    /// Whether something happened since the last turn.
    private var isDirty = true
    private var storage = StorageState.ok
    private var requests: [TargetID: FetchRequest] = [:]
    /// What waits for what was recorded before it, oldest first.
    private var asked: [(number: Int, isToken: Bool)] = []
    private var counts: [TargetID: Int64] = [:]
    private(set) var generation: Int64 = 1
    /// The highest that was ever begun: the mark beside the file, which the model never loses.
    private var top: Int64 = 1
    private var isFromMemory = false
    private var untold: [TargetID: Loss] = [:]
    private var reportedLosses: Set<TargetID> = []
    private var published: JournalStatus?
    private var renewal: JournalContents?

    init(targets: [TargetID]) { self.targets = targets }

    // MARK: Orders

    mutating func record(_ entry: JournalEntry, isHelp: (JournalEntry.Event) -> Bool) {
        guard !entry.isTransient else { return }
        isDirty = true
        var item = Pending(entry: entry)
        for event in entry.events {
            let isHelp = isHelp(event)
            for target in event.recipients where targets.contains(target) {
                let delivery = ModelFile.Delivery(
                    event: event.id, priority: event.priority, sequence: .init(generation: 0, count: 0),
                    incident: event.incident, isHelp: isHelp)
                item.deliveries.append((target, delivery, nil))
                if entry.tellsOfLoss { untold[target] = nil }
                if entry.tellsOfLoss { reportedLosses.remove(target) }
            }
        }
        for settlement in entry.settlements { settle(settlement, in: &item) }
        // The memory is whole each time: signs of life must not pile up while the disk refuses.
        if item.isMemoryAlone, let last = pending.last, last.isMemoryAlone { pending.removeLast() }
        pending.append(item)
    }

    private mutating func settle(_ settlement: JournalEntry.Settlement, in item: inout Pending) {
        for index in pending.indices {
            let row = pending[index].deliveries.firstIndex {
                $0.target == settlement.target && $0.delivery.event == settlement.event
            }
            guard let row else { continue }
            if pending[index].deliveries[row].outcome == nil {
                pending[index].deliveries[row].outcome = settlement.outcome
            }
            return
        }
        item.settled.append(settlement)
    }

    mutating func fetch(_ request: FetchRequest, for target: TargetID) {
        requests[target] = request
        isDirty = true
    }

    /// Has `number` told once everything recorded so far is on disk, or answered from the file then.
    mutating func ask(_ number: Int, isToken: Bool) {
        asked.append((number, isToken))
        isDirty = true
    }

    // MARK: A turn

    /// When it has something to do by itself.
    var nextInstant: Int64? {
        if let busyUntil { return busyUntil }
        return opensAt
    }

    var isRefusing: Bool { if case .refuses = disk { true } else { !isOpen } }

    private var isDue: Bool {
        guard !pending.isEmpty else { return false }
        if !asked.isEmpty || isRefused || pending.count > 64 { return true }
        if pending.contains(where: { !$0.entry.canBeToldAgain }) { return true }
        // What was queued in memory waits for a hungry target, too.
        return false
    }

    /// What the thread does until it waits again.
    mutating func turn(at now: Int64) -> [Word] {
        guard isDirty || busyUntil != nil || opensAt != nil || isRefused else { return [] }
        isDirty = false
        var words: [Word] = []
        if let until = busyUntil {
            guard until <= now else { return [] }
            busyUntil = nil
            commit(&words)
        } else if let opensAt {
            if opensAt <= now, case .refuses = disk {
                self.opensAt = now + 5_000_000_000
            } else if opensAt <= now {
                open(&words)
            }
        }
        if isDue, isOpen {
            switch disk {
            case .well: commit(&words)
            case .slow(let milliseconds):
                busyUntil = now + Int64(milliseconds) * 1_000_000
                return words
            case .refuses: isRefused = true
            }
        } else if isRefused, isOpen, !isRefusing {
            isRefused = false
        }
        goOnFromMemory()
        answer(&words)
        serveTargets(&words)
        tellLosses(&words)
        publishStatus(&words)
        return words
    }

    private mutating func commit(_ words: inout [Word]) {
        isRefused = false
        number()
        var recorded: [JournalEntry.Event] = []
        for item in pending {
            write(item)
            recorded += item.entry.events
        }
        pending.removeAll(keepingCapacity: true)
        isFromMemory = false
        file.untold = untold
        if !recorded.isEmpty { words.append(.recorded(recorded)) }
    }

    private mutating func write(_ item: Pending) {
        for event in item.entry.events {
            file.lastKey = max(file.lastKey, event.id.key)
            if let incident = event.incident { file.incidentOf[event.id] = incident }
        }
        for row in item.deliveries {
            switch row.outcome {
            case nil: file.queue(row.delivery, for: row.target)
            case .accepted: break
            case .rejected: file.rejected[row.target, default: []].append(row.delivery)
            }
        }
        for settlement in item.settled { _ = file.settle(settlement) }
        for incident in item.entry.incidents {
            file.lastKey = max(file.lastKey, incident.id.key)
            file.put(incident)
        }
        for point in item.entry.points { file.points[point.point] = point }
        for task in item.entry.tasks { file.put(task) }
        if let memory = item.entry.memory { file.memory = memory }
    }

    private mutating func number() {
        for index in pending.indices where !pending[index].isNumbered {
            pending[index].isNumbered = true
            for row in pending[index].deliveries.indices {
                let target = pending[index].deliveries[row].target
                counts[target, default: 0] += 1
                pending[index].deliveries[row].delivery.sequence = .init(
                    generation: generation, count: counts[target] ?? 0)
            }
        }
    }

    /// While the disk refuses, what happens is numbered and sent from memory, in a generation of its own.
    private mutating func goOnFromMemory() {
        guard isRefused || !isOpen, pending.contains(where: { !$0.deliveries.isEmpty && !$0.isNumbered }) else {
            return
        }
        if !isFromMemory {
            isFromMemory = true
            beginGeneration(.memory)
        }
        number()
    }

    private mutating func beginGeneration(_ reason: Loss.Reason) {
        top += 1
        generation = top
        for target in targets {
            counts[target] = 1
            untold[target] = Loss(reason: reason)
        }
        reportedLosses = []
    }

    private mutating func answer(_ words: inout [Word]) {
        guard !asked.isEmpty, pending.isEmpty || isRefused || !isOpen else { return }
        let isOnDisk = pending.isEmpty && !isRefused && isOpen
        for question in asked {
            words.append(question.isToken ? .reached(question.number, isOnDisk: isOnDisk) : .answer(question.number))
        }
        asked.removeAll()
    }

    /// Whether the file can be read and written now.
    var isWell: Bool { isOpen && !isRefused && !isRefusing }

    // MARK: Targets

    private mutating func serveTargets(_ words: inout [Word]) {
        guard !requests.isEmpty else { return }
        for target in targets {
            guard file.waiting[target]?.isEmpty == false || !pending.isEmpty, let request = requests[target] else {
                continue
            }
            let batch = next(for: target, request)
            guard !batch.isEmpty else { continue }
            requests[target] = nil
            words.append(.batch(target, number: request.number, batch))
        }
    }

    private func next(for target: TargetID, _ request: FetchRequest) -> [ModelFile.Delivery] {
        var answered: Set<EventID> = []
        for index in pending.indices where !pending[index].settled.isEmpty {
            for settlement in pending[index].settled where settlement.target == target {
                answered.insert(settlement.event)
            }
        }
        let isWanted = { (delivery: ModelFile.Delivery) in
            guard !request.except.contains(delivery.event), !answered.contains(delivery.event) else { return false }
            guard let after = request.onlyHelpAfter else { return true }
            return delivery.priority == .help && delivery.event > after
        }
        var batch: [ModelFile.Delivery] = []
        if isOpen { batch = Array((file.waiting[target] ?? []).lazy.filter(isWanted).prefix(request.limit)) }
        guard isRefused || !isOpen else { return batch }
        for index in pending.indices where pending[index].isNumbered && !pending[index].deliveries.isEmpty {
            batch += pending[index].deliveries.filter { $0.target == target && $0.outcome == nil }.map(\.delivery)
                .filter(
                    isWanted)
        }
        batch.sort { ($0.priority, $0.event) < ($1.priority, $1.event) }
        return Array(batch.prefix(request.limit))
    }

    private mutating func tellLosses(_ words: inout [Word]) {
        guard !untold.isEmpty else { return }
        let new = untold.filter { !reportedLosses.contains($0.key) }
        guard !new.isEmpty else { return }
        reportedLosses.formUnion(new.keys)
        words.append(.report(.lost(new)))
    }

    // MARK: Status

    func status() -> JournalStatus {
        let queues = targets.map { target in
            JournalStatus.Queue(
                target: target, queued: file.waiting[target]?.count ?? 0, rejected: file.rejected[target]?.count ?? 0)
        }
        return JournalStatus(storage: storage, bytes: 0, queues: queues, open: file.incidents.count)
    }

    private mutating func publishStatus(_ words: inout [Word]) {
        storage = isRefused || !isOpen ? state : .ok
        let now = status()
        guard now != published else { return }
        published = now
        words.append(.report(.status(now)))
    }

    private var state: StorageState {
        if case .refuses(isFull: true) = disk { return .full(Message(zh: "盘满", en: "full")) }
        return .fault(Message(zh: "磁盘拒绝", en: "the disk refuses"))
    }

    /// Writes what waits for company.
    mutating func flush() {
        var words: [Word] = []
        if isWell, busyUntil == nil { commit(&words) }
    }

    // MARK: Ends and openings

    /// The process is gone.
    ///
    /// - Parameters:
    ///   - kept: how many of the entries that waited are in the file all the same; nil: all of them.
    /// - Returns: deliveries that no file knows of.
    mutating func die(kept: Int?) -> [(target: TargetID, event: EventID)] {
        let left = !isOpen || isRefusing ? 0 : min(kept ?? pending.count, pending.count)
        if left > 0 {
            let rest = Array(pending.dropFirst(left))
            pending = Array(pending.prefix(left))
            number()
            for item in pending { write(item) }
            pending = rest
            if rest.isEmpty { isFromMemory = false }
            file.untold = untold
        }
        let lost = pending.filter(\.isNumbered).flatMap(\.deliveries).filter { $0.outcome == nil }
        pending = []
        requests = [:]
        asked = []
        busyUntil = nil
        published = nil
        isDirty = true
        isRefused = false
        untold = file.untold
        reportedLosses = []
        // What was numbered from memory is told as lost, as nobody knows what it was.
        if isFromMemory { beginGeneration(.memory) }
        file.untold = untold
        isFromMemory = false
        return lost.map { ($0.target, $0.delivery.event) }
    }

    /// The next process opens the file.
    ///
    /// - Returns: what it remembers; nil: not yet.
    mutating func open(_ opening: Step.Opening, at now: Int64) -> JournalContents? {
        storage = .ok
        isOpen = true
        opensAt = nil
        if case .late(let milliseconds) = opening { opensAt = now + Int64(milliseconds) * 1_000_000 }
        if case .refuses = disk { opensAt = max(opensAt ?? 0, now + 5_000_000_000) }
        guard opensAt == nil else {
            isOpen = false
            storage = state
            return nil
        }
        return file.contents(status())
    }

    /// The file could be opened at last.
    private mutating func open(_ words: inout [Word]) {
        opensAt = nil
        isOpen = true
        storage = .ok
        isDirty = true
        if let renewal {
            words.append(.report(.renewed(renewal)))
            self.renewal = nil
        } else {
            // The memory of a run that knew nothing does not take the place of what the file has.
            for index in pending.indices { pending[index].entry.memory = nil }
            words.append(.report(.contents(file.contents(status()))))
        }
        if !pending.isEmpty { commit(&words) }
    }

    /// Part of the file is spoiled; whatever could be read out is in a new one.
    ///
    /// - Parameter isGone: whether nothing could be.
    /// - Returns: deliveries that no file knows of any more.
    mutating func spoil(seed: Int, isGone: Bool = false) -> [(target: TargetID, event: EventID)] {
        var random = SeededRandom(seed: UInt64(bitPattern: Int64(seed)))
        let share = isGone ? 100 : Int.random(in: 1...60, using: &random)
        func isLost() -> Bool { Int.random(in: 0..<100, using: &random) < share }
        for id in file.incidents.keys.sorted() where isLost() { file.incidents[id] = nil }
        for id in file.points.keys.sorted(by: { $0.rawValue < $1.rawValue }) where isLost() { file.points[id] = nil }
        file.tasks = file.tasks.filter { _ in !isLost() }
        if isLost() { file.memory = BoothMemory() }
        var lost: [(target: TargetID, event: EventID)] = []
        for target in targets {
            var kept: [ModelFile.Delivery] = []
            for delivery in file.waiting[target] ?? [] {
                if isLost() { lost.append((target, delivery.event)) } else { kept.append(delivery) }
            }
            file.waiting[target] = kept
            file.rejected[target] = (file.rejected[target] ?? []).filter { _ in !isLost() }
        }
        if isGone {
            file.incidentOf = [:]
            file.closed = []
            file.lastKey = 0
        }
        beginGeneration(isGone ? .missing : .damaged)
        file.untold = untold
        return lost
    }

    /// The file was spoiled while the agent ran: it is begun anew in a moment.
    mutating func renew(at now: Int64) {
        guard isOpen else { return }
        isDirty = true
        isOpen = false
        busyUntil = nil
        opensAt = now + 300_000_000
        renewal = file.contents(status(), setAside: "journal.damaged")
    }

    /// Puts back what targets refused.
    mutating func retry() -> [(target: TargetID, event: EventID)]? {
        guard pending.isEmpty, isWell else { return nil }
        var back: [(target: TargetID, event: EventID)] = []
        for target in targets {
            for delivery in file.rejected[target] ?? [] {
                file.queue(delivery, for: target)
                back.append((target, delivery.event))
            }
            file.rejected[target] = []
        }
        isDirty = true
        return back
    }

    /// Which incident an event is about; nil: nobody knows.
    func incident(of event: EventID) -> EventID? { isOpen ? file.incidentOf[event] : nil }
}
