// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Rehearsal
import TestSupport

/// A small journal with its log is changed behind its back: bytes flipped or zeroed, files cut, emptied, gone, put back, rows
/// changed. Each time it is opened and judged: what was recorded is there, or a loss is told. Processes of their own do
/// that, for an agent that traps takes its process along.
package struct SpoilAttack {
    package enum Kind: String, Sendable {
        /// `amount`: each so many bytes and lengths; 1: all.
        case bytes
        /// `amount`: so many changed rows.
        case rows
    }

    let kind: Kind
    let amount: Int
    let seed: UInt64
    private static let limit: Int64 = 1 << 20
    private static let width = 2

    package init(_ kind: Kind, amount: Int, seed: UInt64) {
        self.kind = kind
        self.amount = max(amount, 1)
        self.seed = seed
    }

    package func run() -> Outcome {
        var outcome = Outcome(kind.rawValue)
        do {
            var random = SeededRandom(seed: seed)
            for corpus in Corpus.Kind.allCases {
                let folder = try Folder()
                try Corpus.make(corpus, seed: random.next(), limit: Self.limit, in: folder.path)
                outcome.remarks.append("\(corpus.rawValue): \(try Corpus(from: folder.path).description)")
                try run(corpus, in: folder.path, &outcome)
            }
        } catch {
            outcome.add("seed \(seed)", ["\(error)"])
        }
        return outcome
    }

    private func run(_ corpus: Corpus.Kind, in directory: String, _ outcome: inout Outcome) throws {
        let count = try spoilings(of: Corpus(from: directory)).count
        var shares = try (0..<Self.width).map { try Share(self, directory, first: $0) }
        var bad: [Int: (name: String, problems: [String])] = [:]
        while !shares.isEmpty {
            var rest: [Share] = []
            for share in shares {
                let next = try share.finish(&bad)
                if let next, next < count { rest.append(try Share(self, directory, first: next)) }
            }
            shares = rest
        }
        for index in 0..<count {
            let found = bad[index]
            outcome.add("seed \(seed), \(corpus.rawValue), \(found?.name ?? "")", found?.problems ?? [])
        }
    }

    private func spoilings(of corpus: Corpus) throws -> [Spoiling] {
        switch kind {
        case .bytes: return Spoiling.all(of: corpus, stride: amount, seed: seed)
        case .rows:
            var random = SeededRandom(seed: seed)
            return try (0..<amount).map { _ in .statement(try RowChange.random(in: corpus, &random)) }
        }
    }

    /// What one process does: spoilings `first`, `first + width`, ...
    private struct Share {
        private let child: ChildProcess
        private let first: Int

        init(_ attack: SpoilAttack, _ directory: String, first: Int) throws {
            self.first = first
            child = try ChildProcess(
                try Child.program(),
                [
                    "spoil", "--kind", attack.kind.rawValue, "--directory", directory, "--seed", "\(attack.seed)",
                    "--amount", "\(attack.amount)", "--first", "\(first)",
                ],
                // What a process that dies leaves goes with the corpus.
                environment: ["TMPDIR": directory])
        }

        /// - Returns: where to go on after the agent has died; nil: all is done.
        func finish(_ bad: inout [Int: (name: String, problems: [String])]) throws -> Int? {
            let status = try child.wait(within: .seconds(7200))
            var current = first
            var name = ""
            for line in child.lines where line.stream == .output {
                let words = line.text.split(separator: " ", maxSplits: 2).map(String.init)
                guard words.count == 3, let index = Int(words[1]) else { continue }
                (current, name) = words[0] == "try" ? (index, words[2]) : (current, name)
                if words[0] == "bad" { bad[index, default: (name, [])].problems.append(words[2]) }
            }
            guard status != .exited(0) else { return nil }
            let said = child.lines.last { $0.stream == .error && $0.text.contains("atal error") }?.text
            bad[current] = (name, ["the agent died: \(status)\(said.map { ": \($0)" } ?? "")"])
            return current + SpoilAttack.width
        }
    }

    /// The process of one share: says what it tries, and what is wrong.
    package func doShare(of directory: String, from first: Int) throws {
        let corpus = try Corpus(from: directory)
        let folder = try Folder()
        let list = try spoilings(of: corpus)
        for index in stride(from: first, to: list.count, by: Self.width) {
            StandardStream.output.write(line: "try \(index) \(list[index])")
            try list[index].put(corpus, in: folder)
            var random = SeededRandom(seed: seed)
            let examined = Examination(
                of: folder.path, limit: Self.limit, knowing: corpus.ledger, allowing: list[index].allowance, &random)
            for problem in examined.problems { StandardStream.output.write(line: "bad \(index) \(problem)") }
        }
    }
}
