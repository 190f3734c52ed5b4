// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel
import Glibc
import Rehearsal
import TestSupport

/// A separate process that uses a journal and can be killed; it writes its notes to a file.
package enum Child {
    /// How it ended by itself.
    package enum Ending: CInt, Sendable {
        case complete = 0
        /// The journal could not be opened.
        case noJournal = 3
        /// The journal did not do what the model says.
        case failure = 4
        /// The disk failed until the end.
        case abandoned = 5
    }

    /// The life of the child.
    ///
    /// - Parameters:
    ///   - mark: the path of the mark in memory.
    ///   - notes: the file of the notes; notes of earlier lives come first.
    ///   - steps: after these steps it ends by itself.
    package static func live(
        directory: String, mark: String, notes: String, seed: UInt64, steps: Int, limit: Int64
    ) throws -> Ending {
        let ledger = try Self.ledger(in: notes)
        let descriptor = open(notes, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "the notes cannot be opened")
        let journal: TestedJournal
        do {
            journal = try TestedJournal(
                directory: directory, markInMemory: mark, limit: limit, book: Book(ledger, descriptor: descriptor),
                patience: .seconds(5))
        } catch let error as TestedJournal.Failure {
            throw error
        } catch {
            print("cannot open: \(error)")
            return .noJournal
        }
        do {
            // If there was no file yet, it lives without one. What an earlier life left is waited for.
            let isNew = journal.contents == nil && ledger.events.isEmpty
            if !isNew { _ = try journal.awaitContents() }
            let model = isNew ? Model() : try Model(of: journal)
            let workload = Workload(seed: seed, journal: journal, model: model)
            for _ in 0..<steps { try workload.step() }
        } catch {
            print("failure: \(error)")
            journal.stop()
            return .failure
        }
        return journal.stop() ? .complete : .abandoned
    }

    /// The sum of a child's notes, up to the last whole line.
    package static func ledger(in notes: String) throws -> Ledger {
        var ledger = Ledger()
        guard access(notes, F_OK) == 0 else { return ledger }
        for line in String(decoding: try Folder.read(notes), as: UTF8.self).split(separator: "\n") {
            if let note = Note(line: String(line)) { ledger.apply(note) }
        }
        return ledger
    }

    /// The command line of a child.
    package static func arguments(
        directory: String, mark: String, notes: String, seed: UInt64, steps: Int, limit: Int64
    ) -> [String] {
        [
            "child", "--directory", directory, "--mark", mark, "--notes", notes, "--seed", "\(seed)", "--steps",
            "\(steps)", "--limit",
            "\(limit)",
        ]
    }

    package static func program() throws -> String { try BuiltPrograms.path(of: "booth-torture") }
}
