// SPDX-License-Identifier: Apache-2.0
import BoothJournal
import BoothModel
import Glibc
import TestSupport

/// Another program fills a file system of 1 MiB while events come, and frees it again; or the process is killed while
/// the file system is full.
package struct FullAttack {
    package var rounds: Int
    package var seed: UInt64
    package var limit: Int64 = 64 << 20

    package init(rounds: Int, seed: UInt64) {
        self.rounds = rounds
        self.seed = seed
    }

    private static let size = 1 << 20

    package func run() -> Outcome {
        var outcome = Outcome("full")
        var random = SeededRandom(seed: seed)
        var full = 0
        for round in 0..<rounds {
            do {
                let folder = try Folder()
                let mark = folder.markInMemory
                guard mount("tmpfs", folder.path, "tmpfs", 0, "size=\(Self.size)") == 0 else {
                    outcome.skipped = "mounting a tmpfs needs root (\(String(cString: strerror(errno))))"
                    return outcome
                }
                // The folder can only be removed after the unmount.
                defer { withExtendedLifetime(folder) { _ = umount2(folder.path, CInt(MNT_DETACH)) } }
                let (wasFull, problems) = try fill(folder.path, mark, &random)
                if wasFull { full += 1 }
                outcome.add("seed \(seed), round \(round)", problems)
            } catch {
                outcome.add("seed \(seed), round \(round)", ["\(error)"])
            }
        }
        outcome.remarks = ["\(full) times full"]
        return outcome
    }

    private func fill(
        _ path: String, _ mark: String, _ random: inout SeededRandom
    ) throws -> (wasFull: Bool, problems: [String]) {
        let book = Book()
        let state = path + "/state"
        let workload = try Workload(
            seed: random.next(), directory: state, markInMemory: mark, limit: limit, book: book)
        for _ in 0..<10 { try workload.step() }
        _ = try workload.journal.isRecorded()
        try Self.fillUp(path + "/ballast", leaving: Int.random(in: 0...150_000, using: &random))
        var steps = 0
        while workload.journal.storage == .ok, steps < 600 {
            try workload.step()
            steps += 1
        }
        let wasFull = workload.journal.storage != .ok
        // The booth goes on from memory.
        for _ in 0..<Int.random(in: 5...25, using: &random) { try workload.step() }
        var problems = try examineCopy(of: state, mark, book.ledger, &random)
        unlink(path + "/ballast")
        try workload.awaitRecovery()
        for _ in 0..<10 { try workload.step() }
        if !workload.journal.stop() { problems.append("not everything was written after there was room again") }
        problems +=
            Examination(
                of: state, limit: limit, knowing: book.ledger, allowing: .toldNumbers, markInMemory: mark, &random
            ).problems
        return (wasFull, problems)
    }

    /// Judges what a start would find if the process were killed now and the disk had room again.
    private func examineCopy(
        of state: String, _ mark: String, _ ledger: Ledger, _ random: inout SeededRandom
    ) throws -> [String] {
        let copy = try Folder()
        try copy.hold(try Folder.image(of: state))
        try Folder.write(try Folder.read(mark), to: copy.markInMemory)
        return Examination(
            of: copy.path, limit: limit, knowing: ledger, allowing: .toldNumbers, markInMemory: copy.markInMemory,
            &random
        ).problems.map { "killed while full: \($0)" }
    }

    private static func fillUp(_ path: String, leaving room: Int) throws {
        let opened = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw TestedJournal.Failure("no ballast") }
        defer { close(opened) }
        let block = [UInt8](repeating: 0x55, count: 4096)
        while write(opened, block, block.count) == block.count {}
        var status = stat()
        fstat(opened, &status)
        ftruncate(opened, max(0, status.st_size - off_t(room)))
    }
}
