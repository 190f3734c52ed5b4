// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// The power goes between any two writes of a journal's life, and unsynced writes reach the disk in part. Each state of
/// the disk is opened again and judged. Sometimes the power goes again during that opening.
package struct CutAttack {
    package var points: Int
    package var seed: UInt64
    /// How many steps one life has.
    package var steps = 120
    /// Small, so that checkpoints happen often.
    package var limit: Int64 = 1 << 20
    /// Whether calls also fail in those lives.
    var isFaulty: Bool
    /// Whether syncs do nothing: the attack must then find problems.
    package var lies: Bool

    package init(points: Int, seed: UInt64, lies: Bool = false, isFaulty: Bool = false) {
        self.points = points
        self.seed = seed
        self.lies = lies
        self.isFaulty = isFaulty
    }

    /// The most cuts in one life; more of them show less than another life.
    private var mostOfLife: Int { isFaulty ? 100 : 500 }

    /// Events that were sent from memory and never written may be reported as lost.
    private var allowance: Oracle.Allowance { isFaulty ? .toldNumbers : .nothing }

    package func run() -> Outcome {
        var outcome = Outcome(lies ? "lies" : isFaulty ? "faults" : "cuts")
        var random = SeededRandom(seed: seed)
        var lives = 0
        var second = 0
        var faults = 0
        do {
            while outcome.tried < points {
                let folder = try Folder()
                let life = try Life(
                    seed: random.next(), in: folder, steps: steps, limit: limit, isFaulty: isFaulty)
                faults += life.faults
                lives += 1
                second += try cut(life, folder, &outcome, &random)
            }
        } catch {
            outcome.add("seed \(seed), life \(lives)", ["\(error)"])
        }
        outcome.remarks = ["\(lives) lives", "\(second) cut again while they were opened"]
        if isFaulty { outcome.remarks.append("\(faults) calls failed") }
        return outcome
    }

    /// One life of a journal, with its recorded file operations.
    private struct Life {
        let seed: UInt64
        let operations: [Operation]
        let notes: [Note]
        let birth: Folder.Birth?
        var faults = 0

        init(seed: UInt64, in folder: Folder, steps: Int, limit: Int64, isFaulty: Bool) throws {
            self.seed = seed
            Recording.begin(in: folder.path)
            defer { Recording.end() }
            let book = Book()
            var random = SeededRandom(seed: seed)
            var model = Model()
            // Two openings: the second begins with a file, and the end of the first is cut too.
            for part in 0..<2 {
                let journal = try TestedJournal(directory: folder.path, limit: limit, book: book)
                let workload = Workload(seed: random.next(), journal: journal, model: model)
                for step in 0..<steps / 2 {
                    if isFaulty, step % 20 == 10 {
                        let fault = Recording.Fault.allCases.randomElement(using: &random) ?? .syncRefused
                        faults += Recording.faults
                        Recording.fail(fault, after: Int.random(in: 0...20, using: &random), times: 1)
                    }
                    do {
                        try workload.step()
                        if isFaulty, step % 20 == 19 { try workload.awaitRecovery() }
                    } catch {
                        throw TestedJournal.Failure(
                            "life \(seed), part \(part), step \(step) \(workload.lastStep): \(error)")
                    }
                }
                try workload.awaitRecovery()
                faults += Recording.faults
                Recording.fail(.syncRefused, after: 0, times: 0)
                model = workload.model
                journal.stop()
            }
            operations = Recording.operations(in: folder.path)
            notes = book.notes
            birth = try folder.birth()
        }
    }

    /// Cuts one life at some of its points, each at most once.
    ///
    /// - Returns: how many were cut a second time.
    private func cut(_ life: Life, _ folder: Folder, _ outcome: inout Outcome, _ random: inout SeededRandom) throws
        -> Int
    {
        let wanted = min(points - outcome.tried, mostOfLife, life.operations.count + 1)
        let places = Array((0...life.operations.count).shuffled(using: &random).prefix(wanted)).sorted()
        let manner = lies ? .lying : Disk.Manner.honest.randomElement(using: &random) ?? .ordered
        var disk = Disk(manner: manner)
        var ledger = Ledger()
        var done = 0
        var second = 0
        for place in places {
            for operation in life.operations[done..<place] {
                disk.apply(operation)
                if case .note(let number) = operation.kind { ledger.apply(life.notes[number]) }
            }
            done = place
            var image = disk.afterPowerCut(&random)
            // SQLite's shared memory may be left with any content.
            if Int.random(in: 0..<10, using: &random) == 0 {
                image["journal.sqlite-shm"] = (0..<32768).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            let name = "seed \(seed), life \(life.seed), \(manner.rawValue), cut \(place) of \(life.operations.count)"
            try folder.hold(image, in: life.birth)
            let isTwofold = Int.random(in: 0..<20, using: &random) == 0
            if isTwofold { Recording.begin(in: folder.path) }
            let examined = Examination(of: folder.path, limit: limit, knowing: ledger, allowing: allowance, &random)
            if isTwofold { Recording.end() }
            outcome.add(name, examined.problems)
            // Renames of these files are not recorded. If a file was set aside, the state after a second cut is not
            // known.
            let isKept = try Folder.names(in: folder.path).allSatisfy { !$0.contains("damaged") }
            if isTwofold, isKept, examined.problems.isEmpty {
                second += 1
                let birth = image["journal.sqlite"] == nil ? try folder.birth() : life.birth
                let again = try cutAgain((image, birth), manner, ledger, examined, folder, &random)
                if !again.isEmpty { outcome.add("\(name), cut again", again) }
            }
        }
        return second
    }

    /// The power goes again, at a random point of the opening that was just recorded.
    private func cutAgain(
        _ found: (image: [String: [UInt8]], birth: Folder.Birth?), _ manner: Disk.Manner, _ ledger: Ledger,
        _ examined: Examination, _ folder: Folder, _ random: inout SeededRandom
    ) throws -> [String] {
        let operations = Recording.operations(in: folder.path)
        var disk = Disk(found.image, manner: manner)
        var ledger = ledger
        for operation in operations.prefix(Int.random(in: 0...operations.count, using: &random)) {
            disk.apply(operation)
            if case .note(let number) = operation.kind { ledger.apply(examined.notes[number]) }
        }
        try folder.hold(disk.afterPowerCut(&random), in: found.birth)
        return Examination(of: folder.path, limit: limit, knowing: ledger, allowing: allowance, &random).problems
    }
}
