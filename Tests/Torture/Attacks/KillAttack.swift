// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import TestSupport

/// A process with a journal is killed at random moments, again and again, on one directory.
package struct KillAttack {
    package var rounds: Int
    package var seed: UInt64
    package var limit: Int64 = 4 << 20

    package init(rounds: Int, seed: UInt64) {
        self.rounds = rounds
        self.seed = seed
    }

    package func run() -> Outcome {
        var outcome = Outcome("kills")
        var random = SeededRandom(seed: seed)
        var killed = 0
        do {
            let folder = try Folder()
            defer { withExtendedLifetime(folder) {} }
            let (state, notes) = (folder.path + "/state", folder.path + "/notes")
            for round in 0..<rounds {
                let child = try ChildProcess(
                    try Child.program(),
                    Child.arguments(
                        directory: state, mark: folder.markInMemory, notes: notes, seed: random.next(), steps: 2000,
                        limit: limit))
                usleep(UInt32.random(in: 0...60_000, using: &random))
                if child.isRunning { killed += 1 }
                let status = try child.stop(with: SIGKILL, within: .seconds(10))
                var problems = child.lines.map(\.text)
                if status != .signalled(SIGKILL), status != .exited(0) {
                    problems.append("the child ended with \(status)")
                }
                // The directory is judged as it is, and the next round continues with it.
                if access(state, F_OK) == 0 {
                    // Sometimes the power goes too, and the mark in memory is lost.
                    if Int.random(in: 0..<8, using: &random) == 0 { unlink(folder.markInMemory) }
                    problems += try Self.examine(state, folder.markInMemory, notes, limit, &random)
                }
                outcome.add("seed \(seed), round \(round)", problems)
            }
        } catch {
            let round = outcome.tried
            outcome.add("seed \(seed), round \(round)", ["\(error)"])
        }
        outcome.remarks = ["\(killed) killed"]
        return outcome
    }

    private static func examine(
        _ state: String, _ mark: String, _ notes: String, _ limit: Int64, _ random: inout SeededRandom
    ) throws -> [String] {
        let ledger = try Child.ledger(in: notes)
        let descriptor = open(notes, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        return Examination(
            of: state, limit: limit, knowing: ledger, allowing: .nothing, markInMemory: mark, &random,
            notesTo: descriptor
        ).problems
    }
}
