// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Crypto
import FoundationEssentials
import SQLite

/// Reads out a damaged journal that was set aside, page by page, even if SQLite cannot open it.
///
/// An event is accepted if its hash is right. Other rows are accepted if the checksum of their page is right.
final class DamagedJournal {
    private let database: DamagedDatabase
    private let chain = EventChain()
    /// The generation that its pages still show; nil: none.
    let generation: Int64?
    private var targets: [Int64: TargetID] = [:]

    init(path: String) throws(SQLiteError) {
        database = try DamagedDatabase(
            database: path, log: path + "-wal", pageSize: Int(JournalSchema.pageSize),
            reserved: JournalSchema.reservedBytes)
        var generation: Int64?
        _ = database.records(ofTree: database.root(of: .meta)) { record in
            guard record.values.count == 2, record.values[0].text == "generation" else { return }
            generation = record.values[1].integer
        }
        self.generation = generation.flatMap { (0...Generation.most).contains($0) ? $0 : nil }
        _ = database.records(ofTree: database.root(of: .target)) { record in
            guard let number = record.rowid, record.values.count == 3, let id = record.values[1].text else { return }
            targets[number] = TargetID(rawValue: id)
        }
    }

    // MARK: Reading out

    /// Copies everything that can be verified: first the events that a target still waits for (old id, new number),
    /// then incidents, points and tasks, then history. Running it twice changes nothing.
    ///
    /// Everything but history may make the file larger than its limit: the limit may have been lowered since.
    ///
    /// - Parameter dropsHistory: whether history is also dropped if the disk is full, and not only the file.
    func readOut(into store: JournalStore, marks: [JournalMark], dropsHistory: Bool) throws(SQLiteError) {
        let states = deliveryStates()
        let settled = marks.reduce(into: [TargetID: Int64]()) { settled, mark in
            settled.merge(mark.targets.mapValues(\.settled), uniquingKeysWith: max)
        }
        let questions = Questions(states: states, settled: settled)
        let generation = try store.generation()
        try store.withoutLimit { () throws(SQLiteError) in
            try takeOver(into: store, generation, questions) { $0.isWaiting }
            try takeOverMemory(into: store)
        }
        try unlessFull(store, dropsHistory) { () throws(SQLiteError) in try takeOverClosed(into: store) }
        try unlessFull(store, dropsHistory) { () throws(SQLiteError) in
            try takeOver(into: store, generation, questions) { !$0.isWaiting }
        }
        try store.transaction(synced: true) { () throws(SQLiteError) in
            try store.setOrigin(store.head.number)
        }
    }

    /// Takes history over. What the file has no room for is dropped. A disk that is full may have room again soon.
    private func unlessFull(
        _ store: JournalStore, _ dropsHistory: Bool, _ takeOver: () throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        do throws(SQLiteError) { try takeOver() } catch {
            guard error.isFull else { throw error }
            let room = try store.room()
            guard dropsHistory || room.free <= Self.mostPagesOfRow else { throw error }
        }
    }

    /// More pages than any row takes.
    private static let mostPagesOfRow: Int64 = 128

    /// Puts rows into the file. If it has no room for all, as many as it has room for.
    private func put<Row>(
        _ rows: ArraySlice<Row>, into store: JournalStore, _ put: (Row) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        do throws(SQLiteError) {
            try store.transaction(synced: true) { () throws(SQLiteError) in for row in rows { try put(row) } }
        } catch {
            guard error.isFull, rows.count > 1 else { throw error }
            let middle = rows.startIndex + rows.count / 2
            try self.put(rows[..<middle], into: store, put)
            try self.put(rows[middle...], into: store, put)
        }
    }

    /// How each event stood with each target, as far as the pages show it.
    private struct Questions {
        var states: DeliveryStates
        /// For each target, the marks say that all events up to this number were answered.
        var settled: [TargetID: Int64]

        /// How `event` stands with its recipients: which targets still wait for it, and which refused it and why.
        func standing(of event: ChainedEvent) -> Standing {
            var standing = Standing()
            for name in event.recipients.split(separator: " ") {
                let target = TargetID(rawValue: String(name))
                switch states.rows[.init(target: target, number: event.number)] {
                case .waiting: standing.waiting.append(target)
                case .refused(let reason): standing.refused.append((target, reason))
                // An event without a row was accepted. But if rows are missing, this is not certain, and it is sent
                // again.
                case nil:
                    let isDoubtful = !states.isWhole && event.number > settled[target] ?? 0
                    if isDoubtful { standing.waiting.append(target) }
                }
            }
            return standing
        }
    }

    private struct Standing {
        var waiting: [TargetID] = []
        var refused: [(target: TargetID, reason: String)] = []
        var isWaiting: Bool { !waiting.isEmpty || !refused.isEmpty }
    }

    private struct DeliveryStates {
        struct Key: Hashable {
            let target: TargetID
            let number: Int64
        }
        enum State {
            case waiting
            case refused(String)
        }
        var rows: [Key: State] = [:]
        var isWhole = true
    }

    private func deliveryStates() -> DeliveryStates {
        var states = DeliveryStates()
        let tree = database.records(ofTree: database.root(of: .delivery)) { record in
            note(record, in: &states)
        }
        states.isWhole = isWhole(tree)
        if !states.isWhole {
            database.strayRecords { record in note(record, in: &states) }
        }
        return states
    }

    private func note(_ record: DamagedDatabase.Record, in states: inout DeliveryStates) {
        // target, state, priority, event, number, generation, count, reason
        guard record.rowid == nil, record.values.count == 8, let number = record.values[4].integer,
            let target = record.values[0].integer.flatMap({ targets[$0] }), let state = record.values[1].integer
        else { return }
        let key = DeliveryStates.Key(target: target, number: number)
        guard states.rows[key] == nil else { return }
        switch JournalStore.DeliveryState(rawValue: state) {
        case .queued: states.rows[key] = .waiting
        case .rejected: states.rows[key] = .refused(record.values[7].text ?? "")
        case nil: break
        }
    }

    // MARK: Events

    private static let slice = 500

    private func takeOver(
        into store: JournalStore, _ generation: Int64, _ questions: Questions, where isWanted: (Standing) -> Bool
    ) throws(SQLiteError) {
        var slice: [(event: ChainedEvent, standing: Standing)] = []
        var failure: SQLiteError?
        func flush() {
            guard failure == nil, !slice.isEmpty else { return }
            do throws(SQLiteError) {
                try append(slice, to: store, generation)
            } catch {
                failure = error
            }
            slice = []
        }
        forEachEvent { event in
            let standing = questions.standing(of: event)
            guard failure == nil, isWanted(standing) else { return }
            slice.append((event, standing))
            if slice.count == Self.slice { flush() }
        }
        flush()
        if let failure { throw failure }
    }

    private func append(
        _ slice: [(event: ChainedEvent, standing: Standing)], to store: JournalStore, _ generation: Int64
    ) throws(SQLiteError) {
        try put(slice[...], into: store) { row throws(SQLiteError) in
            let event = JournalEntry.Event(row.event)
            guard let number = try store.append(event) else { return }
            for target in row.standing.waiting {
                let delivery = PendingEntry.Delivery(event: event, target: target)
                try put(delivery, number: number, in: store, generation)
            }
            for (target, reason) in row.standing.refused {
                let delivery = PendingEntry.Delivery(event: event, target: target, outcome: .rejected(reason: reason))
                try put(delivery, number: number, in: store, generation)
            }
        }
    }

    private func put(
        _ delivery: PendingEntry.Delivery, number: Int64, in store: JournalStore, _ generation: Int64
    ) throws(SQLiteError) {
        let target = try store.number(of: delivery.target)
        let count = try store.lastCount(of: target) + 1
        try store.setLastCount(count, of: target)
        try store.put(
            delivery, number: number, sequence: SequenceNumber(generation: generation, count: count), of: target)
    }

    /// Calls `body` with every event whose hash is right; oldest first as long as the tree is whole.
    private func forEachEvent(_ body: (ChainedEvent) -> Void) {
        let read = { (record: DamagedDatabase.Record) in
            if let event = ChainedEvent(record), self.chain.proves(event) { body(event) }
        }
        let tree = database.records(ofTree: database.root(of: .event), read)
        if !isWhole(tree) { database.strayRecords(read) }
    }

    /// Whether the tree gave all its rows in their last state. A damaged frame may belong to any page, so one damaged
    /// frame or page is enough to say no.
    private func isWhole(_ tree: DamagedDatabase.TreeState) -> Bool {
        tree.isWhole && database.damagedFrames == 0 && database.damagedPages == 0
    }

    // MARK: What is remembered

    private func takeOverMemory(into store: JournalStore) throws(SQLiteError) {
        let closed = Set(closedIncidents(as: store).map(\.id))
        let open: [Incident] = texts(of: .incident, column: 1).compactMap(store.decode)
        let points: [PointMemory] = texts(of: .point, column: 1).compactMap(store.decode)
        let memories: [BoothMemory] = texts(of: .memory, column: 1).compactMap(store.decode)
        let tasks: [TaskRecord] = texts(of: .task, column: 3).compactMap(store.decode)
        try store.transaction(synced: true) { () throws(SQLiteError) in
            for incident in open where incident.isOpen && !closed.contains(incident.id) { try store.put(incident) }
            for point in points { try store.put(point) }
            if let memory = memories.last { try store.put(memory) }
            for task in tasks { try store.put(task) }
        }
    }

    private func takeOverClosed(into store: JournalStore) throws(SQLiteError) {
        let closed = closedIncidents(as: store).filter { !$0.isOpen }
        try put(closed[...], into: store) { incident throws(SQLiteError) in
            try store.close(incident, newestKey: nil)
        }
    }

    private func closedIncidents(as store: JournalStore) -> [Incident] {
        texts(of: .closed, column: 1).compactMap(store.decode)
    }

    private func texts(of table: JournalSchema.Table, column: Int) -> [String] {
        var texts: [String] = []
        _ = database.records(ofTree: database.root(of: table)) { record in
            // The row number is not stored in the record; SQLite stores NULL in its place.
            guard record.values.indices.contains(column), let text = record.values[column].text else { return }
            if CheckedText.isWhole(text) { texts.append(text) }
        }
        return texts
    }
}

extension DamagedDatabase {
    fileprivate func root(of table: JournalSchema.Table) -> UInt32 { schemaRoots[table.rawValue] ?? table.root }
}

extension ChainedEvent {
    /// The event in a record; nil if the record has another form.
    fileprivate init?(_ record: DamagedDatabase.Record) {
        // number (NULL: it is the row number), key, random, priority, incident, incident_random, type, recipients,
        // json, previous, hash
        let values = record.values
        guard let number = record.rowid, values.count == 11, let key = values[1].integer,
            let random = values[2].integer, let priority = values[3].integer, let recipients = values[7].text,
            let json = values[8].text,
            let previous = values[9].blob.flatMap({ Digest($0) }), let hash = values[10].blob.flatMap({ Digest($0) })
        else { return nil }
        self.init(
            number: number, id: EventID(key: key, random: UInt64(bitPattern: random)), priority: priority,
            recipients: recipients, json: json, previous: previous, hash: hash)
    }
}

extension JournalEntry.Event {
    /// Reads type and incident from the JSON, because the hash covers the JSON and not the columns that repeat it.
    fileprivate init(_ event: ChainedEvent) {
        let json = CloudEvent(json: event.json)
        let (type, incident) = json.searched
        self.init(
            id: event.id, type: .record,
            priority: Priority(rawValue: Int(clamping: event.priority)) ?? .routine, event: json,
            recipients: event.recipients.split(separator: " ").map { TargetID(rawValue: String($0)) },
            incident: incident)
        if let type { self.type = type }
    }
}

extension JournalStore {
    fileprivate func lastCount(of target: Int64) throws(SQLiteError) -> Int64 {
        try statement("SELECT last FROM target WHERE number = ?").first(Value(target)) { row throws(SQLiteError) in
            row.integer(at: 0)
        } ?? 0
    }

    fileprivate func setOrigin(_ number: Int64) throws(SQLiteError) {
        try statement("INSERT OR REPLACE INTO meta VALUES('origin', ?)").run(Value(number))
    }
}

extension Value {
    fileprivate var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    fileprivate var text: String? { if case .text(let text) = self { text } else { nil } }
    fileprivate var blob: [UInt8]? { if case .blob(let bytes) = self { bytes } else { nil } }
}
