// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Rehearsal
import TestSupport

/// The files of a small journal are changed: bytes flipped or zeroed, files cut, emptied, deleted or restored, rows
/// changed. Each time the journal is opened and judged: recorded data must be there, or a loss must be reported.
/// Separate processes do this, because an agent that traps ends its process.
package struct SpoilAttack {
    package enum Kind: String, Sendable {
        /// Bytes and lengths; `amount` is the step between them, 1: all of them.
        case bytes
        /// `amount` changed rows.
        case rows
    }

    let kind: Kind
    let amount: Int
    let seed: UInt64
    private static let limit: Int64 = 1 << 20
    package init(_ kind: Kind, amount: Int, seed: UInt64) {
        self.kind = kind
        self.amount = max(amount, 1)
        self.seed = seed
    }

    package func run() -> Outcome {
        var outcome = Outcome(kind.rawValue)
        do {
            var random = SeededRandom(seed: seed)
            var shares: [Share] = []
            for kind in Corpus.Kind.allCases {
                let folder = try Folder()
                try Corpus.make(kind, seed: random.next(), limit: Self.limit, in: folder.path)
                let corpus = try Corpus(from: folder.path)
                outcome.remarks.append("\(kind.rawValue): \(corpus.description)")
                shares.append(try Share(self, kind, folder, count: spoilings(of: corpus).count))
            }
            // Each corpus is spoiled in one inode, so by one process at a time.
            while !shares.isEmpty {
                for index in shares.indices { try shares[index].finish(self, &outcome) }
                shares.removeAll(where: \.isDone)
            }
        } catch {
            outcome.add("seed \(seed)", ["\(error)"])
        }
        return outcome
    }

    private func spoilings(of corpus: Corpus) throws -> [Spoiling] {
        switch kind {
        case .bytes: return Spoiling.all(of: corpus, stride: amount, seed: seed)
        case .rows:
            var random = SeededRandom(seed: seed)
            return try (0..<amount).map { _ in .statement(try RowChange.random(in: corpus, &random)) }
        }
    }

    /// The spoilings of one corpus, done by one process after another.
    private struct Share {
        private let kind: Corpus.Kind
        private let folder: Folder
        private let count: Int
        private var child: ChildProcess
        private var first = 0
        private(set) var isDone = false

        init(_ attack: SpoilAttack, _ kind: Corpus.Kind, _ folder: Folder, count: Int) throws {
            (self.kind, self.folder, self.count) = (kind, folder, count)
            child = try Self.start(attack, folder, first: 0)
        }

        private static func start(_ attack: SpoilAttack, _ folder: Folder, first: Int) throws -> ChildProcess {
            try ChildProcess(
                try Child.program(),
                [
                    "spoil", "--kind", attack.kind.rawValue, "--directory", folder.path, "--seed", "\(attack.seed)",
                    "--amount", "\(attack.amount)", "--first", "\(first)",
                ],
                // The temporary files of a process that dies are removed with the corpus.
                environment: ["TMPDIR": folder.path])
        }

        /// Waits until the process has ended. If the agent died, a new process continues with the next spoiling.
        mutating func finish(_ attack: SpoilAttack, _ outcome: inout Outcome) throws {
            let status = try child.wait(within: .seconds(7200))
            var bad: [Int: [String]] = [:]
            var names: [Int: String] = [:]
            var current = first
            for line in child.lines where line.stream == .output {
                let words = line.text.split(separator: " ", maxSplits: 2).map(String.init)
                guard words.count == 3, let index = Int(words[1]) else { continue }
                if words[0] == "try" { (current, names[index]) = (index, words[2]) }
                if words[0] == "bad" { bad[index, default: []].append(words[2]) }
            }
            let hasDied = status != .exited(0)
            if hasDied {
                let said = child.lines.last { $0.stream == .error && $0.text.contains("atal error") }?.text
                bad[current] = ["the agent died: \(status)\(said.map { ": \($0)" } ?? "")"]
            }
            for index in first..<(hasDied ? current + 1 : count) {
                outcome.add("seed \(attack.seed), \(kind.rawValue), \(names[index] ?? "")", bad[index] ?? [])
            }
            first = current + 1
            isDone = !hasDied || first >= count
            if !isDone { child = try Self.start(attack, folder, first: first) }
        }
    }

    /// Runs one share in this process; prints each spoiling and its problems.
    package func doShare(of directory: String, from first: Int) throws {
        let corpus = try Corpus(from: directory)
        let folder = try Folder()
        let list = try spoilings(of: corpus)
        for index in list.indices.dropFirst(first) {
            StandardStream.output.write(line: "try \(index) \(list[index])")
            try list[index].put(corpus, in: folder)
            var random = SeededRandom(seed: seed)
            try Folder.write(corpus.mark, to: folder.markInMemory)
            let examined = Examination(
                of: folder.path, limit: Self.limit, knowing: corpus.ledger, allowing: list[index].allowance,
                markInMemory: list[index].keepsMemory ? folder.markInMemory : nil, &random)
            for problem in examined.problems { StandardStream.output.write(line: "bad \(index) \(problem)") }
        }
    }
}
