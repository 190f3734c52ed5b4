// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A small journal as it is after its process was killed, with the notes about it. It is kept in a directory, so that
/// processes can share it.
struct Corpus {
    let image: [String: [UInt8]]
    /// The same journal some events earlier, like an old backup.
    let older: [String: [UInt8]]
    let ledger: Ledger
    /// The journal's own inode. Its bytes in another inode would be a copy.
    let birth: Folder.Birth

    let mark: [UInt8]

    /// Where the journal's data is.
    enum Kind: String, CaseIterable {
        /// Everything is in the write-ahead log.
        case logged
        /// Data from before a restart is in the database file.
        case moved
    }

    /// Runs a journal, and leaves the corpus in `directory`, which exists and is empty.
    static func make(_ kind: Kind, seed: UInt64, limit: Int64, in directory: String) throws {
        let folder = try Folder()
        let book = Book()
        var model = Model()
        if kind == .moved {
            let workload = try Workload(
                seed: seed, directory: folder.path, markInMemory: folder.markInMemory, limit: limit, book: book)
            for _ in 0..<12 { try workload.step() }
            try workload.awaitRecovery()
            model = workload.model
            workload.journal.stop()
        }
        let workload = Workload(
            seed: seed ^ 1,
            journal: try TestedJournal(
                directory: folder.path, markInMemory: folder.markInMemory, limit: limit, book: book),
            model: model)
        for _ in 0..<4 { try workload.step() }
        _ = try workload.journal.isRecorded()
        try keep(try Folder.image(of: folder.path), as: "older", in: directory)
        for _ in 0..<8 { try workload.step() }
        _ = try workload.journal.isRecorded()
        let notes = book.notes.map(\.line).joined(separator: "\n")
        try keep(try Folder.image(of: folder.path), as: "image", in: directory)
        try Folder.write(Array(notes.utf8), to: directory + "/notes")
        try Folder.write(try Folder.read(folder.markInMemory), to: directory + "/mark")
        _ = try Folder.keepBirth(of: folder.path, in: Folder.Birth(link: directory + "/birth"))
        workload.journal.stop()
    }

    private static func keep(_ image: [String: [UInt8]], as name: String, in directory: String) throws {
        guard mkdir("\(directory)/\(name)", 0o700) == 0 else { throw TestedJournal.Failure("mkdir refused") }
        for (file, bytes) in image { try Folder.write(bytes, to: "\(directory)/\(name)/\(file)") }
    }

    init(from directory: String) throws {
        image = try Folder.image(of: directory + "/image")
        older = try Folder.image(of: directory + "/older")
        ledger = try Child.ledger(in: directory + "/notes")
        birth = Folder.Birth(link: directory + "/birth")
        mark = try Folder.read(directory + "/mark")
    }

    var description: String {
        image.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.count) B" }.joined(separator: ", ")
    }
}
