// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// A small journal with its log is changed behind its back: a byte flipped or zeroed, a file cut, emptied, gone. Each time
/// it is opened and judged: what was recorded is there, or a loss is told.
package struct ByteAttack {
    /// 1: every byte and every length; else each n-th, from a place that the seed chooses.
    package var stride: Int
    package var seed: UInt64
    package var limit: Int64 = 1 << 20

    package init(stride: Int, seed: UInt64) {
        self.stride = max(stride, 1)
        self.seed = seed
    }

    private enum Change: String, CaseIterable {
        case flipped, zeroed, cut
    }

    package func run() -> Outcome {
        var outcome = Outcome("bytes")
        var random = SeededRandom(seed: seed)
        do {
            let folder = try Folder()
            for life in ["log", "log moved"] {
                let (image, older, ledger) = try Self.live(
                    seed: random.next(), movesLog: life == "log moved", limit: limit)
                let sizes = image.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.count) B" }
                outcome.remarks.append("\(life): \(sizes.joined(separator: ", "))")
                for change in Self.changes(of: image, stride, &random) {
                    try folder.hold(change.applied(to: image))
                    let examined = Examination(
                        of: folder.path, limit: limit, knowing: ledger, allowing: .toldLoss, &random)
                    outcome.add("seed \(seed), \(life), \(change)", examined.problems)
                }
                for (name, image, allowance) in Self.exchanges(of: image, with: older) {
                    try folder.hold(image)
                    let examined = Examination(
                        of: folder.path, limit: limit, knowing: ledger, allowing: allowance, &random)
                    outcome.add("seed \(seed), \(life), \(name)", examined.problems)
                }
            }
        } catch {
            outcome.add("seed \(seed)", ["\(error)"])
        }
        return outcome
    }

    /// A journal as it lies there after the process was killed, and what is known of it.
    private static func live(
        seed: UInt64, movesLog: Bool, limit: Int64
    ) throws -> (image: [String: [UInt8]], older: [String: [UInt8]], ledger: Ledger) {
        let folder = try Folder()
        let book = Book()
        if movesLog {
            let workload = try Workload(seed: seed, directory: folder.path, limit: limit, book: book)
            for _ in 0..<12 { try workload.step() }
            workload.journal.stop()
        }
        let workload = try Workload(seed: seed ^ 1, directory: folder.path, limit: limit, book: book)
        for _ in 0..<4 { try workload.step() }
        _ = try workload.journal.isRecorded()
        let older = try Folder.image(of: folder.path)
        for _ in 0..<8 { try workload.step() }
        _ = try workload.journal.isRecorded()
        let ledger = book.ledger
        let image = try Folder.image(of: folder.path)
        workload.journal.stop()
        return (image, older, ledger)
    }

    /// Files that somebody took away, or put back from a copy.
    private static func exchanges(
        of image: [String: [UInt8]], with older: [String: [UInt8]]
    ) -> [(name: String, image: [String: [UInt8]], allowance: Oracle.Allowance)] {
        // What is no part of SQLite's is the mark of how far the journal had come.
        let database = image.filter { $0.key.hasPrefix("journal.sqlite") && !$0.key.hasSuffix("mark") }
        let rest = image.filter { database[$0.key] == nil }
        let olderDatabase = older.filter { database[$0.key] != nil }
        return [
            ("all files gone", [:], .everything),
            ("all files put back from an older copy", older, .everything),
            ("all files but the mark gone", rest, rest.isEmpty ? .everything : .toldLoss),
            (
                "all files but the mark put back from an older copy", rest.merging(olderDatabase) { one, _ in one },
                rest.isEmpty ? .everything : .toldLoss
            ),
        ]
    }

    /// One change of one file.
    private struct Spoiling: CustomStringConvertible {
        let file: String
        let change: Change?
        let place: Int

        var description: String {
            guard let change else { return "\(file) gone" }
            return change == .cut ? "\(file) cut to \(place) bytes" : "byte \(place) of \(file) \(change.rawValue)"
        }

        func applied(to image: [String: [UInt8]]) -> [String: [UInt8]] {
            var image = image
            switch change {
            case nil: image[file] = nil
            case .cut: image[file] = image[file].map { Array($0.prefix(place)) }
            case .flipped: image[file]?[place] ^= 0xFF
            case .zeroed: image[file]?[place] = 0
            }
            return image
        }
    }

    private static func changes(
        of image: [String: [UInt8]], _ step: Int, _ random: inout SeededRandom
    ) -> [Spoiling] {
        var changes: [Spoiling] = []
        for (file, bytes) in image.sorted(by: { $0.key < $1.key }) {
            changes.append(Spoiling(file: file, change: nil, place: 0))
            changes.append(Spoiling(file: file, change: .cut, place: 0))
            for change in Change.allCases {
                // A short form begins somewhere else for each change.
                let first = Int.random(in: 0..<step, using: &random)
                for place in Swift.stride(from: first, to: bytes.count, by: step) {
                    if change == .zeroed, bytes[place] == 0 { continue }
                    if change == .cut, place == 0 { continue }
                    changes.append(Spoiling(file: file, change: change, place: place))
                }
            }
        }
        return changes
    }
}
