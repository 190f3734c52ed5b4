// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import TestSupport

/// Each system call that a journal makes to its files fails in turn, once or from then on, or the process is killed at
/// it (strace(1), `inject`). Then the directory is opened without faults and judged. The journal begins in an empty
/// directory, or beside a damaged one that it reads out first.
package struct CallAttack {
    /// The most runs for each call and fault; nil: until the run makes no further such call.
    package var runs: Int?
    package var seed: UInt64
    package var steps = 10
    package var limit: Int64 = 1 << 20
    /// Runs side by side, because most of a run is waiting for the journal's retry.
    private static let width = 8

    package init(runs: Int?, seed: UInt64) {
        self.runs = runs
        self.seed = seed
    }

    /// rename(3) is renameat2(2) in a program with the recording file system (`CrashVFS`).
    private static let calls = [
        "pwrite64", "fdatasync", "fsync", "openat", "pread64", "ftruncate", "unlink", "mmap", "renameat2",
    ]

    /// What a run finds in its directory.
    private struct Beginning {
        let name: String
        /// The files of the journal; nil: an empty directory.
        let image: [String: [UInt8]]?
        let notes: [UInt8]
        let mark: [UInt8]?

        static let empty = Beginning(name: "empty", image: nil, notes: [], mark: nil)

        /// The first frame of the log is damaged: the first page, which lists the tables. SQLite then reads nothing of
        /// the log, but all rows can be read out.
        static func damaged(seed: UInt64, limit: Int64) throws -> Beginning {
            let folder = try Folder()
            try Corpus.make(.logged, seed: seed, limit: limit, in: folder.path)
            let corpus = try Corpus(from: folder.path)
            var image = corpus.image
            image["journal.sqlite-wal"]?[200] ^= 0xFF
            return Beginning(
                name: "damaged", image: image, notes: try Folder.read(folder.path + "/notes") + [0x0A],
                mark: corpus.mark)
        }
    }

    /// The faults as strace names them, and whether each repeats for ever. strace counts the calls of each thread
    /// separately, and each opening uses a new thread. So a fault that happens once happens once in each thread.
    private static let faults: [(name: String, isForEver: Bool)] = [
        ("error=EIO", false), ("error=ENOSPC", false), ("error=EROFS", false), ("error=EINTR", false),
        ("retval=0", false), ("signal=SIGKILL", false), ("error=EIO", true), ("error=ENOSPC", true),
        ("error=EROFS", true),
    ]

    /// The faults of the short form with one run each: a call that fails once, and a call at which the process is
    /// killed.
    private var faults: [(name: String, isForEver: Bool)] {
        guard runs == 1 else { return Self.faults }
        return Self.faults.filter { $0.name == "signal=SIGKILL" || ($0.name == "error=EIO" && !$0.isForEver) }
    }

    /// Whether a fault makes sense at a call.
    private static func isPossible(_ fault: String, at call: String) -> Bool {
        switch fault {
        // A write that returns 0 has written nothing, so the result is true. For other calls 0 would mean success.
        case "retval=0": call == "pwrite64"
        case "error=EINTR": !["unlink", "mmap", "renameat2"].contains(call)
        default: true
        }
    }

    package func run() -> Outcome {
        var outcome = Outcome("calls")
        var endings: [String: Int] = [:]
        var random = SeededRandom(seed: seed)
        do {
            if let reason = try Self.reasonToSkip() {
                outcome.skipped = reason
                return outcome
            }
            var reached: Set<String> = []
            for beginning in [Beginning.empty, try .damaged(seed: seed, limit: limit)] {
                let counts = try Run.counts(self, beginning)
                reached.formUnion(counts.keys)
                let made = Self.calls.map { "\(counts[$0] ?? 0) × \($0)" }.joined(separator: ", ")
                outcome.remarks.append("\(beginning.name): \(made)")
                for call in Self.calls where counts[call] != nil {
                    for fault in faults where Self.isPossible(fault.name, at: call) {
                        try run(beginning, call, fault, of: counts[call] ?? 0, &outcome, &endings, &random)
                    }
                }
            }
            outcome.add("the calls", Self.calls.filter { !reached.contains($0) }.map { "\($0) is never called" })
        } catch {
            outcome.add("seed \(seed)", ["\(error)"])
        }
        outcome.remarks += endings.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return outcome
    }

    /// Why no faults are possible here; nil: they are possible.
    private static func reasonToSkip() throws -> String? {
        guard output(of: "command -v strace").code == 0 else { return "strace is not installed" }
        return output(of: "strace -o /dev/null -e trace=none true 2>&1").code == 0 ? nil : "ptrace(2) is not permitted"
    }

    /// Makes the first, the second, … call fail; `count` is the number of calls in a life without faults.
    private func run(
        _ beginning: Beginning, _ call: String, _ fault: (name: String, isForEver: Bool), of count: Int,
        _ outcome: inout Outcome, _ endings: inout [String: Int], _ random: inout SeededRandom
    ) throws {
        var places = Array(1...(count + 1))
        if let runs { places = Array(places.dropLast().shuffled(using: &random).prefix(runs)) }
        while !places.isEmpty {
            let batch = try places.prefix(Self.width).map { place in
                try Run(self, beginning, call, fault.name, at: place, forEver: fault.isForEver)
            }
            places.removeFirst(batch.count)
            for run in batch {
                let (wasReached, ending, problems) = try run.finish(self)
                guard wasReached else { continue }
                endings[ending, default: 0] += 1
                outcome.add("seed \(seed), \(run.name)", problems)
            }
        }
    }

    /// One run of a child under strace.
    private struct Run {
        let name: String
        private let folder: Folder
        private let child: ChildProcess
        private let isForEver: Bool

        init(
            _ attack: CallAttack, _ beginning: Beginning, _ call: String, _ fault: String, at place: Int, forEver: Bool
        ) throws {
            try self.init(
                attack, beginning, isForEver: forEver,
                "\(beginning.name), \(call) \(fault) at \(place)\(forEver ? " and after" : "")",
                ["-e", "trace=\(call)", "-e", "inject=\(call):\(fault):when=\(place)\(forEver ? "+" : "")"])
        }

        private init(
            _ attack: CallAttack, _ beginning: Beginning, isForEver: Bool, _ name: String, _ tracing: [String]
        ) throws {
            self.name = name
            self.isForEver = isForEver
            folder = try Folder()
            let path = folder.path
            // Made before the child starts, because only the journal's own calls matter.
            guard mkdir(path + "/state", 0o700) == 0 else { throw TestedJournal.Failure("mkdir refused") }
            for (file, bytes) in beginning.image ?? [:] { try Folder.write(bytes, to: path + "/state/" + file) }
            try Folder.write(beginning.notes, to: path + "/notes")
            if let mark = beginning.mark { try Folder.write(mark, to: folder.markInMemory) }
            var arguments = ["-f", "-qq", "-o", path + "/trace"] + tracing
            for name in [
                "", "/journal.sqlite", "/journal.sqlite-wal", "/journal.sqlite-journal", "/journal.sqlite-shm",
            ] {
                arguments += ["-P", path + "/state" + name]
            }
            for name in TestedJournal.otherFiles { arguments += ["-P", path + "/state/" + name] }
            arguments.append(try Child.program())
            arguments += Child.arguments(
                directory: path + "/state", mark: folder.markInMemory, notes: path + "/notes", seed: attack.seed,
                steps: attack.steps,
                limit: attack.limit)
            child = try ChildProcess("/usr/bin/strace", arguments)
        }

        static func counts(_ attack: CallAttack, _ beginning: Beginning) throws -> [String: Int] {
            let run = try Run(
                attack, beginning, isForEver: false, "no fault",
                ["-e", "trace=" + CallAttack.calls.joined(separator: ",")])
            guard try run.child.wait(within: .seconds(60)) == .exited(0) else {
                throw TestedJournal.Failure("a child without faults ended otherwise: \(run.child.lines.map(\.text))")
            }
            var counts: [String: Int] = [:]
            for line in String(decoding: try Folder.read(run.folder.path + "/trace"), as: UTF8.self).split(
                separator: "\n")
            {
                // "1234  pwrite64(5, ..." or "1234  <... pwrite64 resumed> ..."
                let words = line.split(separator: " ", maxSplits: 2)
                guard words.count > 1, let end = words[1].firstIndex(of: "(") else { continue }
                counts[String(words[1][..<end]), default: 0] += 1
            }
            return counts
        }

        /// - Returns: whether the call was reached, how the child ended, and the problems.
        func finish(_ attack: CallAttack) throws -> (wasReached: Bool, ending: String, problems: [String]) {
            let status = try child.wait(within: .seconds(60))
            let trace = String(decoding: try Folder.read(folder.path + "/trace"), as: UTF8.self)
            let wasReached = trace.contains("(INJECTED)") || status == .signalled(SIGKILL)
            let isRepeated = isForEver || trace.split(separator: "\n").count { $0.contains("(INJECTED)") } > 1
            let ending =
                switch status {
                case .exited(Child.Ending.failure.rawValue) where isRepeated: "failure while the fault came again"
                case .exited(let code): Child.Ending(rawValue: code).map { "\($0)" } ?? "exit \(code)"
                case .signalled(let signal): "signal \(signal)"
                }
            guard wasReached else { return (false, ending, []) }
            var problems: [String] = []
            if status != .signalled(SIGKILL), Child.Ending(rawValue: Self.code(of: status)) == nil {
                // A trap says first where it was.
                let lines = child.lines.map(\.text).filter { !$0.isEmpty }.prefix(16)
                problems.append("the child ended with \(status): \(Array(lines))")
            }
            // A disk that fails once costs a second. A disk that fails at each opening is retried less and less often,
            // so data that is only in the file may be missing for longer than a child waits.
            if status == .exited(Child.Ending.failure.rawValue), !isRepeated {
                problems += child.lines.map(\.text).filter { $0.hasPrefix("failure: ") }
            }
            var random = SeededRandom(seed: attack.seed)
            let ledger = try Child.ledger(in: folder.path + "/notes")
            problems +=
                Examination(
                    of: folder.path + "/state", limit: attack.limit, knowing: ledger, allowing: .toldNumbers,
                    markInMemory: folder.markInMemory, &random
                ).problems
            return (true, ending, problems)
        }

        private static func code(of status: ExitStatus) -> CInt {
            if case .exited(let code) = status { code } else { -1 }
        }
    }
}
