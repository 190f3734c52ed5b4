// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel
import Glibc
import TestSupport

/// A journal lives a random life beside a model in plain values, with crashes and restarts. Both are compared after the
/// steps.
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
        var absences = 0
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
            absences += life.absences
        }
        outcome.remarks = [
            "\(steps) steps each", "\(crashes) crashes", "\(faults) calls that failed",
            "\(absences) starts without a disk",
        ]
        return outcome
    }

    private struct Life {
        let limit: Int64
        private var random: SeededRandom
        private let book = Book()
        private var folder: Folder?
        private var workload: Workload?
        /// The files on disk when the journal was opened.
        private var base: [String: [UInt8]] = [:]
        private var birth: Folder.Birth?
        private(set) var absences = 0
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
            if workload == nil { try open(after: [Model()], mayTellLoss: true) }
            switch Int.random(in: 0..<24, using: &random) {
            case 0: try crash()
            case 1: try restart()
            case 2:
                // Writes or syncs fail, now or soon; the booth goes on from memory.
                guard let fault = Recording.Fault.allCases.randomElement(using: &random) else { return }
                faults += Recording.faults
                Recording.fail(
                    fault, after: Int.random(in: 0...30, using: &random), times: Int.random(in: 1...2, using: &random))
            case 3:
                lastStep = "recovery"
                try workload?.awaitRecovery()
            case 4:
                lastStep = "another limit"
                workload?.journal.setLimit(Int64.random(in: 1...4, using: &random) << 20)
            default:
                guard let workload else { return }
                defer { lastStep = workload.lastStep }
                try workload.step()
                // A query for the queues forces all writes, so do it often but not at each step.
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

        /// Opens the journal, which must be in one of these states.
        private mutating func open(after possible: [Model], mayTellLoss: Bool) throws {
            let folder = try self.folder ?? Folder()
            self.folder = folder
            try folder.hold(base, in: birth)
            Recording.begin(in: folder.path)
            let known = book.ledger.losses.count
            let journal = try TestedJournal(
                directory: folder.path, markInMemory: folder.markInMemory, limit: limit, book: book)
            _ = try journal.awaitContents()
            birth = try folder.birth()
            var found = try Model(of: journal)
            guard possible.contains(found) else {
                let difference = possible.last.map { found.difference(from: $0) } ?? ""
                throw TestedJournal.Failure("none of \(possible.count) possible states; from the newest: \(difference)")
            }
            try take(journal, &found, known, mayTellLoss)
        }

        /// Continues with an opened journal, and reports its losses.
        private mutating func take(
            _ journal: TestedJournal, _ found: inout Model, _ known: Int, _ mayTellLoss: Bool
        ) throws {
            let workload = Workload(seed: random.next(), journal: journal, model: found)
            self.workload = workload
            try journal.awaitTold()
            workload.takeTold()
            let another = book.ledger.losses.dropFirst(known).first { $0.isAnother }
            if let another, !mayTellLoss { throw TestedJournal.Failure("a loss (\(another.reason)) is told") }
        }

        /// The power goes; unsynced data reaches the disk in part.
        private mutating func crash() throws {
            guard let workload, let folder else { return }
            lastStep = "crash"
            crashes += 1
            workload.takeTold()
            var disk = Disk(base, manner: Disk.Manner.honest.randomElement(using: &random) ?? .ordered)
            // What the old journal does after this does not matter: nobody reads its files again.
            let operations = Recording.operations(in: folder.path)
            faults += Recording.faults
            Recording.end()
            workload.journal.stop()
            for operation in operations { disk.apply(operation) }
            base = disk.afterPowerCut(&random)
            unlink(folder.markInMemory)
            try open(after: workload.possible, mayTellLoss: workload.hadTrouble)
        }

        private mutating func restart() throws {
            guard let workload, let folder else { return }
            lastStep = "restart"
            try workload.awaitRecovery()
            guard workload.journal.stop() else { throw TestedJournal.Failure("not everything was written at the end") }
            faults += Recording.faults
            Recording.end()
            base = try Folder.image(of: folder.path)
            if Int.random(in: 0..<3, using: &random) == 0 { return try openWithoutDisk(workload.model, in: folder) }
            try open(after: [workload.model], mayTellLoss: false)
        }

        /// The directory cannot be used when the agent starts, and appears later. Until then the booth works from
        /// memory; after that it has both.
        private mutating func openWithoutDisk(_ model: Model, in folder: Folder) throws {
            lastStep = "start without a disk"
            absences += 1
            let away = folder.path + ".away"
            guard rename(folder.path, away) == 0 else { throw TestedJournal.Failure("rename refused") }
            try Folder.write([], to: folder.path)
            let known = book.ledger.losses.count
            let journal = try TestedJournal(
                directory: folder.path, markInMemory: folder.markInMemory, limit: limit, book: book)
            if journal.contents != nil { throw TestedJournal.Failure("something was opened where nothing is") }
            var found = model
            try take(journal, &found, known, true)
            for _ in 0..<Int.random(in: 0...6, using: &random) { try workload?.step() }
            guard unlink(folder.path) == 0, rename(away, folder.path) == 0 else {
                throw TestedJournal.Failure("rename refused")
            }
            Recording.begin(in: folder.path)
            lastStep = "the disk came"
            try workload?.awaitRecovery()
            _ = try journal.awaitContents()
            try compare()
        }

        private func compare() throws {
            guard let workload else { return }
            workload.takeTold()
            // While the disk fails, data that is only in the file may be missing.
            guard workload.journal.storage == .ok, try workload.journal.isRecorded() else { return }
            let told = workload.journal.told.count
            var found = Model()
            do {
                found = try Model(queuesOf: workload.journal)
            } catch {
                // The disk may fail just now; then its data is missing.
                if try workload.journal.isInTrouble() { return }
                throw error
            }
            workload.takeTold()
            // A loss that was reported meanwhile may be in the queues already.
            guard workload.journal.told.count == told, workload.journal.storage == .ok else { return }
            // These are only reported at an opening.
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
    /// The state of a journal that was just opened, without the events that reported losses since.
    init(of journal: TestedJournal) throws {
        self = try Model(queuesOf: journal)
        let told = Set(journal.told.map(\.id))
        for target in TestedJournal.targets { queued[target]?.removeAll { told.contains($0.event) } }
        let contents = try journal.awaitContents()
        for point in contents.points { points[point.point] = point.counter?.value ?? 0 }
        for task in contents.tasks { tasks[task.id] = task.answers }
        memory = Int(contents.memory.syncedBoot ?? "") ?? 0
    }

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
