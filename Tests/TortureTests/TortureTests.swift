// SPDX-License-Identifier: Apache-2.0
import Rehearsal
import Testing

@testable import Torture

/// The attacks in a short form, each in a process of its own: they exchange SQLite's file system for one that records.
/// `make torture` runs the long ones.
@Suite("The journal under attack")
struct TortureTests {
    private static func attack(_ arguments: String...) throws {
        let (status, said) = try run(arguments)
        #expect(status == .exited(0), "\(said)")
    }

    private static func run(_ arguments: [String]) throws -> (status: Rehearsal.ExitStatus, said: String) {
        let program = try ChildProcess(try BuiltPrograms.path(of: "booth-torture"), arguments)
        let status = try program.wait(within: .seconds(300))
        return (status, program.lines.map(\.text).joined(separator: "\n"))
    }

    @Test("keeps what was recorded when the power goes at any point, with torn and reordered writes")
    func cuts() throws { try Self.attack("cuts", "--points", "150", "--seed", "1") }

    @Test("keeps what was recorded when the power goes after a write or a sync had failed")
    func faults() throws { try Self.attack("faults", "--faulty", "40", "--seed", "1") }

    @Test("is seen to lose what was recorded when a disk syncs nothing: the attack bites")
    func lies() throws {
        let (status, said) = try Self.run(["lies", "--points", "30", "--seed", "1"])
        #expect(status == .exited(1) && said.contains("was recorded and is gone"), "\(said)")
    }

    @Test("misses nothing unsaid when a byte of its files is changed, a file is cut, or gone")
    func bytes() throws { try Self.attack("bytes", "--stride", "1999", "--seed", "1") }

    @Test("does not trap, whatever somebody writes into its rows")
    func rows() throws { try Self.attack("rows", "--changes", "60", "--seed", "1") }

    @Test("misses nothing and gives no number twice when a system call fails")
    func calls() throws { try Self.attack("calls", "--runs", "1", "--seed", "1") }

    @Test("misses nothing and gives no number twice when the disk is full")
    func full() throws { try Self.attack("full", "--rounds", "2", "--seed", "1") }

    @Test("misses nothing when it is killed at random moments")
    func kills() throws { try Self.attack("kills", "--rounds", "20", "--seed", "1") }

    @Test("gives up what is least urgent where there is no room, by number, and what has grown old")
    func room() throws { try Self.attack("room", "--lives", "1", "--seed", "1") }

    @Test("keeps within its limit and delivers all of a busy month, with kills and an outage")
    func years() throws {
        try Self.attack(
            "years", "--days", "30", "--limit", "1MiB", "--kills", "5", "--outages", "1", "--seed", "1")
    }

    @Test("does what a model in plain values does")
    func model() throws { try Self.attack("model", "--seeds", "2", "--seed", "1") }
}
