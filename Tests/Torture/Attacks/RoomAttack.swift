// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel
import Glibc
import TestSupport

/// One target does not answer while more is recorded than there is room for. Settled events must go first, then the
/// least urgent queued ones. The number of every dropped queued event must be reported.
package struct RoomAttack {
    package var lives: Int
    package var seed: UInt64

    package init(lives: Int, seed: UInt64) {
        self.lives = lives
        self.seed = seed
    }

    package func run() -> Outcome {
        var outcome = Outcome("room")
        var recorded = 0
        var thinned = 0
        var dropped = 0
        for number in 0..<UInt64(max(lives, 0)) {
            do {
                let life = try Life(seed: seed &+ number, growsOld: number == 0)
                try life.live()
                outcome.add("seed \(seed &+ number)", try life.end())
                recorded += life.recorded
                thinned += life.thinned
                dropped += life.dropped
            } catch {
                outcome.add("seed \(seed &+ number)", ["\(error)"])
            }
        }
        outcome.remarks = ["\(recorded) events", "\(thinned) thinned", "\(dropped) given up"]
        return outcome
    }

    private final class Life {
        private var random: SeededRandom
        private let folder: Folder
        private let book = Book()
        private var journal: TestedJournal
        private var limit: Int64
        private let keep: Duration
        /// Whether the life ends with a check of events older than `keep`.
        private let growsOld: Bool
        private var lastKey: Int64 = 1_795_449_600_000 << 12
        private(set) var recorded = 0
        private(set) var thinned = 0
        private(set) var dropped = 0
        private var problems: [String] = []

        init(seed: UInt64, growsOld: Bool) throws {
            random = SeededRandom(seed: seed)
            folder = try Folder()
            self.growsOld = growsOld
            limit = growsOld ? 4 << 20 : Int64.random(in: 3...8, using: &random) << 17
            keep = growsOld ? .seconds(600) : .seconds(400 * 86_400)
            journal = try TestedJournal(directory: folder.path, limit: limit, keep: keep, book: book)
        }

        func live() throws {
            for round in 0..<(growsOld ? 20 : 60) {
                for _ in 0..<Int.random(in: 1...12, using: &random) { try record() }
                // A query for the queues shows each event's number before the event may be dropped.
                _ = try journal.queues()
                if growsOld || round % 3 != 2 { try deliver(to: "police", growsOld ? 100 : 40) }
                if growsOld, round < 15 { try deliver(to: "grid", 100) }
                if journal.storage != .ok { try journal.awaitStorage(isWell: true) }
                look()
                switch Int.random(in: 0..<20, using: &random) {
                case 0 where !growsOld: try restart()
                case 1 where !growsOld:
                    limit = Int64.random(in: 3...8, using: &random) << 17
                    journal.setLimit(limit)
                default: break
                }
            }
            // Thinning by age begins five seconds after the start.
            if growsOld { usleep(6_500_000) }
        }

        private func record() throws {
            lastKey = max(lastKey + (7000 << 12), book.highestKey + 1)
            let id = EventID(key: lastKey, random: random.next())
            let event = SampleEvent(
                id: id, type: .record, members: "\"active\":true,",
                priority: Priority(rawValue: Int.random(in: 1...4, using: &random)) ?? .routine,
                filler: Int.random(in: 0...1500, using: &random))
            recorded += 1
            let last = event.entryEvent(for: TestedJournal.targets)
            journal.record(JournalEntry(events: [last]))
            guard try journal.awaitOutcome(of: id) else {
                return try journal.awaitStorage(isWell: true)
            }
        }

        private func deliver(to target: TargetID, _ limit: Int) throws {
            _ = try journal.isRecorded()
            guard try journal.queues().first(where: { $0.target == target })?.queued ?? 0 > 0 else { return }
            let batch = try journal.fetch(limit, for: target)
            journal.settle(batch.map { .init(target: target, event: $0.id, outcome: .accepted) })
        }

        private func restart() throws {
            guard journal.stop() else { throw TestedJournal.Failure("not everything was written at the end") }
            journal = try TestedJournal(directory: folder.path, limit: limit, keep: keep, book: book)
            _ = try journal.awaitContents()
        }

        /// Checks that the files stay within the limit.
        private func look() {
            var status = stat()
            var bytes: Int64 = 0
            for name in ["journal.sqlite", "journal.sqlite-wal"] where stat("\(folder.path)/\(name)", &status) == 0 {
                bytes += Int64(status.st_size)
            }
            // A smaller limit does not make the file smaller.
            if bytes > 1 << 20, !growsOld { problems.append("\(bytes) bytes on disk") }
        }

        /// - Returns: the problems, for people.
        func end() throws -> [String] {
            _ = try journal.queues()
            try journal.awaitTold()
            _ = try journal.queues()
            guard journal.stop() else { return problems + ["not everything was written at the end"] }
            let tables = JournalTables(directory: folder.path)
            let ledger = book.ledger
            problems += tables.problems + tables.contradictions + ledger.problems
            thinned = ledger.events.keys.count { tables.events[$0] == nil }
            for target in TestedJournal.targets { judge(target.rawValue, ledger, tables) }
            if growsOld { judgeAge(ledger, tables) }
            return problems
        }

        private func judge(_ target: String, _ ledger: Ledger, _ tables: JournalTables) {
            let answers = ledger.answers[target] ?? [:]
            let rows = tables.deliveries[target] ?? [:]
            let due = ledger.events.filter { $0.value.isRecorded && $0.value.targets.contains(target) }
            let missing = due.filter { rows[$0.key] == nil && answers[$0.key] == nil }
            dropped += missing.count
            // If a loss was reported but the process ended before that was on disk, it is reported again. Count it
            // once.
            let isRecorded = { (loss: Ledger.Loss) in loss.event.map { ledger.events[$0]?.isRecorded == true } ?? false
            }
            var spans = ledger.losses.filter { $0.target == target && $0.from != nil && isRecorded($0) }
                .map { (from: $0.from ?? "", to: $0.to ?? "", count: $0.count) }
            if let untold = tables.untold[target]?.loss, let from = untold.from, let to = untold.to {
                spans.append((from, to, (untold.count ?? [:]).values.reduce(0, +)))
            }
            let told = spans.map(\.count).reduce(0, +)
            // An event under way may still be answered.
            let isInSpan = { (sequence: String) in spans.contains { ($0.from...max($0.from, $0.to)).contains(sequence) }
            }
            let late = answers.keys.count { ledger.sequence(of: $0, for: target).map(isInSpan) == true }
            if !(missing.count...missing.count + late).contains(told) {
                problems.append(
                    "\(missing.count) events for \(target) are gone, \(told) are told in \(spans.count) losses")
            }
            for id in missing.keys {
                guard let sequence = ledger.sequence(of: id, for: target) else { continue }
                if !spans.contains(where: { ($0.from...$0.to).contains(sequence) }) {
                    problems.append("\(sequence) for \(target) is gone and in no loss")
                }
            }
            // One that was under way when it was given up may have been answered since.
            let isThere = { (sequence: String) in ledger.given[target]?[sequence].map { rows[$0.event] != nil } ?? false
            }
            for span in spans where span.from > span.to || isThere(span.from) || isThere(span.to) {
                problems.append(
                    "a loss of \(target) from \(span.from) to \(span.to) begins or ends with what is there")
            }
            // Presses must go last.
            let isPressGone = missing.values.contains { $0.priority == 1 }
            let isOtherLeft = rows.keys.contains { (ledger.events[$0]?.priority ?? 1) > 1 }
            if isPressGone, isOtherLeft { problems.append("a press for \(target) is gone while other things wait") }
        }

        /// Settled events older than `keep` must be gone, and no others.
        private func judgeAge(_ ledger: Ledger, _ tables: JournalTables) {
            let newest = ledger.highestKey >> 12
            for (id, event) in ledger.events where event.isRecorded {
                let isOld = event.key >> 12 < newest - 600_000
                let isSettled = event.targets.allSatisfy { ledger.answers[$0]?[id] != nil }
                let isThere = tables.events[id] != nil
                if isThere, isOld, isSettled { problems.append("\(id) is too old and is there") }
                if !isThere, !isOld || !isSettled { problems.append("\(id) is gone before its time") }
            }
        }
    }
}
