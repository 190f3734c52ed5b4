// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel
import TestSupport

/// A journal lives a random life beside a model in plain values, with crashes and restarts; after each step both are
/// compared.
package struct ModelAttack {
    package var seeds: Int
    package var seed: UInt64
    package var steps = 80
    package var limit: Int64 = 2 << 20

    package init(seeds: Int, seed: UInt64) {
        self.seeds = seeds
        self.seed = seed
    }

    package func run() -> Outcome {
        var outcome = Outcome("model")
        var crashes = 0
        var faults = 0
        for number in 0..<UInt64(max(seeds, 0)) {
            var life = Life(seed: seed &+ number, limit: limit)
            do {
                for _ in 0..<steps { try life.go() }
                try life.end()
                outcome.add("", [])
            } catch {
                outcome.add("seed \(seed &+ number), step \(life.step), \(life.lastStep)", ["\(error)"])
            }
            crashes += life.crashes
            faults += life.faults
        }
        outcome.remarks = ["\(steps) steps each", "\(crashes) crashes", "\(faults) calls that failed"]
        return outcome
    }

    private struct Life {
        let limit: Int64
        private var random: SeededRandom
        private let book = Book()
        private var folder: Folder?
        private var workload: Workload?
        private var base: [String: [UInt8]] = [:]
        private(set) var step = 0
        private(set) var lastStep = ""
        private(set) var crashes = 0
        private(set) var faults = 0

        init(seed: UInt64, limit: Int64) {
            self.limit = limit
            random = SeededRandom(seed: seed)
        }

        mutating func go() throws {
            step += 1
            if workload == nil { try open(after: [Model()]) }
            switch Int.random(in: 0..<24, using: &random) {
            case 0: try crash()
            case 1: try restart()
            case 2:
                // Writes or syncs fail, now or soon: the booth goes on from memory.
                guard let fault = Recording.Fault.allCases.randomElement(using: &random) else { return }
                faults += Recording.faults
                Recording.fail(
                    fault, after: Int.random(in: 0...30, using: &random), times: Int.random(in: 1...2, using: &random))
            case 3:
                lastStep = "recovery"
                try workload?.awaitRecovery()
            default:
                guard let workload else { return }
                defer { lastStep = workload.lastStep }
                try workload.step()
                // To ask for the queues is to have everything written: often enough, but not each time.
                if Bool.random(using: &random) { try compare() }
            }
            let problems = book.ledger.problems
            if !problems.isEmpty { throw TestedJournal.Failure(problems.joined(separator: "; ")) }
        }

        mutating func end() throws {
            try compare()
            workload?.journal.stop()
            Recording.end()
        }

        /// Opens the journal, which must hold one of these states.
        private mutating func open(after possible: [Model]) throws {
            let folder = try Folder()
            try folder.hold(base)
            Recording.begin(in: folder.path)
            self.folder = folder
            let journal = try TestedJournal(directory: folder.path, limit: limit, book: book)
            if journal.contents.isAfterLoss { throw TestedJournal.Failure("a loss is told") }
            let found = try Model(of: journal)
            guard possible.contains(found) else {
                let difference = possible.last.map { found.difference(from: $0) } ?? ""
                throw TestedJournal.Failure("none of \(possible.count) possible states; from the newest: \(difference)")
            }
            workload = Workload(seed: random.next(), journal: journal, model: found)
        }

        /// The power goes; what was not synced arrives in part.
        private mutating func crash() throws {
            guard let workload, let folder else { return }
            lastStep = "crash"
            crashes += 1
            var disk = Disk(base, manner: Disk.Manner.honest.randomElement(using: &random) ?? .ordered)
            // What the old journal does from here on happens to files that nobody looks at again.
            let operations = Recording.operations(in: folder.path)
            faults += Recording.faults
            Recording.end()
            workload.journal.stop()
            for operation in operations { disk.apply(operation) }
            base = disk.afterPowerCut(&random)
            try open(after: workload.possible)
        }

        private mutating func restart() throws {
            guard let workload, let folder else { return }
            lastStep = "restart"
            try workload.awaitRecovery()
            guard workload.journal.stop() else { throw TestedJournal.Failure("not everything was written at the end") }
            Recording.end()
            base = try Folder.image(of: folder.path)
            try open(after: [workload.model])
        }

        private func compare() throws {
            guard let workload else { return }
            // While the disk refuses, what only the file has may not be told.
            guard workload.journal.storage == .ok, try workload.journal.isRecorded() else { return }
            var found = try Model(queuesOf: workload.journal)
            // These are told at an opening alone.
            found.points = workload.model.points
            found.tasks = workload.model.tasks
            found.memory = workload.model.memory
            guard found == workload.model else {
                throw TestedJournal.Failure(found.difference(from: workload.model))
            }
        }
    }
}

extension Model {
    /// What a journal that was just opened holds.
    init(of journal: TestedJournal) throws {
        self = try Model(queuesOf: journal)
        for point in journal.contents.points { points[point.point] = point.counter?.value ?? 0 }
        for task in journal.contents.tasks { tasks[task.id] = task.answers }
        memory = Int(journal.contents.memory.syncedBoot ?? "") ?? 0
    }

    /// The queues and incidents of an open journal.
    init(queuesOf journal: TestedJournal) throws {
        self.init()
        let priorities = journal.book.ledger.events
        for listing in try journal.queues() {
            var waiting: [Place] = []
            for item in listing.items {
                let priority = priorities["\(item.id)"].flatMap { Priority(rawValue: $0.priority) } ?? .routine
                let place = Place(priority: priority, event: item.id)
                if item.delivery == .rejected {
                    rejected[listing.target, default: []].insert(place)
                } else {
                    waiting.append(place)
                }
            }
            queued[listing.target] = waiting
            guard waiting.count == listing.queued, rejected[listing.target]?.count == listing.rejected else {
                throw TestedJournal.Failure(
                    "\(listing.target) counts \(listing.queued) queued, \(listing.rejected) refused and lists "
                        + "\(waiting.count), \(rejected[listing.target]?.count ?? 0)")
            }
        }
        guard let incidents = try journal.incidents() else { throw TestedJournal.Failure("no answer of incidents") }
        for incident in incidents {
            if incident.isOpen { open[incident.id] = incident.count } else { closed[incident.id] = incident.count }
        }
    }

    /// What of this is otherwise in `other`, for a person.
    func difference(from other: Model) -> String {
        var parts: [String] = []
        for target in TestedJournal.targets {
            if queued[target] != other.queued[target] {
                let here = queued[target]?.map(\.event) ?? []
                let there = other.queued[target]?.map(\.event) ?? []
                let missing = there.filter { !here.contains($0) }
                let added = here.filter { !there.contains($0) }
                parts.append("queue of \(target): \(here.count) for \(there.count), missing \(missing), added \(added)")
            }
            if rejected[target] != other.rejected[target] {
                parts.append(
                    "refused by \(target): \(rejected[target]?.count ?? 0) for \(other.rejected[target]?.count ?? 0)")
            }
        }
        if open != other.open { parts.append("open incidents: \(open.count) for \(other.open.count)") }
        if closed != other.closed { parts.append("closed incidents: \(closed.count) for \(other.closed.count)") }
        if points != other.points { parts.append("points \(points) for \(other.points)") }
        if tasks != other.tasks { parts.append("tasks \(tasks) for \(other.tasks)") }
        if memory != other.memory { parts.append("memory \(memory) for \(other.memory)") }
        return parts.isEmpty ? "no difference" : parts.joined(separator: "; ")
    }
}
