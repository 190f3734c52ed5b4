// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// One change made to a journal's files from outside.
enum Spoiling: CustomStringConvertible {
    enum Change: String, CaseIterable {
        case flipped, zeroed
        /// Everything from this place on is gone.
        case cut
    }

    case byte(Change, at: Int, of: String)
    case gone(String)
    /// Files deleted or restored from a copy, all at once.
    case exchange(String, [String: [UInt8]], Oracle.Allowance)
    /// An SQL statement, as somebody could run it with `sqlite3`.
    case statement(RowChange)

    var description: String {
        switch self {
        case .byte(.cut, let place, let file): "\(file) cut to \(place) bytes"
        case .byte(let change, let place, let file): "byte \(place) of \(file) \(change.rawValue)"
        case .gone(let file): "\(file) gone"
        case .exchange(let name, _, _): name
        case .statement(let change): change.description
        }
    }

    var allowance: Oracle.Allowance {
        switch self {
        case .byte, .gone: .toldLoss
        case .exchange(_, _, let allowance): allowance
        case .statement(let change): change.allowance
        }
    }

    /// Whether the files are not the journal's own files.
    private var isCopy: Bool { if case .exchange = self { true } else { false } }

    /// Whether the machine kept running, so that the mark in memory exists.
    var keepsMemory: Bool { if case .exchange(let name, _, _) = self { name.hasSuffix(Self.inService) } else { false } }

    private static let inService = "while the machine ran"

    /// Makes `folder` hold the spoiled journal.
    func put(_ corpus: Corpus, in folder: Folder) throws {
        var image = corpus.image
        switch self {
        case .byte(.cut, let place, let file): image[file] = image[file].map { Array($0.prefix(place)) }
        case .byte(.flipped, let place, let file): image[file]?[place] ^= 0xFF
        case .byte(.zeroed, let place, let file): image[file]?[place] = 0
        case .gone(let file): image[file] = nil
        case .exchange(_, let other, _): image = other
        case .statement: break
        }
        try folder.hold(image, in: isCopy ? nil : corpus.birth)
        if case .statement(let change) = self { change.run(in: folder.path) }
    }

    /// Every `step`-th byte and length of each file, and whole files; the same list for the same seed.
    static func all(of corpus: Corpus, stride step: Int, seed: UInt64) -> [Spoiling] {
        var random = SeededRandom(seed: seed)
        var list: [Spoiling] = []
        for (file, bytes) in corpus.image.sorted(by: { $0.key < $1.key }) {
            list += [.gone(file), .byte(.cut, at: 0, of: file)]
            for change in Change.allCases {
                // With a larger step, each kind of change begins at another place.
                let first = Int.random(in: 0..<step, using: &random)
                for place in Swift.stride(from: first, to: bytes.count, by: step) {
                    if change == .zeroed, bytes[place] == 0 { continue }
                    if change == .cut, place == 0 { continue }
                    list.append(.byte(change, at: place, of: file))
                }
            }
        }
        return list + exchanges(of: corpus)
    }

    private static func exchanges(of corpus: Corpus) -> [Spoiling] {
        // The only file that is not SQLite's is the mark.
        let sqlite = ["journal.sqlite", "journal.sqlite-wal"]
        let marks = corpus.image.filter { !sqlite.contains($0.key) }
        let older = corpus.older.filter { sqlite.contains($0.key) }
        let known: Oracle.Allowance = marks.isEmpty ? .everything : .toldLoss
        return [
            // Only the clock can then show which numbers were given before.
            .exchange("all files gone", [:], .anything),
            .exchange("all files gone \(inService)", [:], .toldLoss),
            .exchange("all files put back from an older copy", corpus.older, .everything),
            .exchange("all files put back from an older copy \(inService)", corpus.older, .toldLoss),
            .exchange("all files but the mark gone", marks, known),
            .exchange("all files but the mark put back from an older copy", older.merging(marks) { $1 }, known),
        ]
    }
}
