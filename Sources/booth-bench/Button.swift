// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// A help button on the board, pressed and let go once what came of the last step was seen.
struct Button {
    let board: ChildProcess
    let platform: ChildProcess
    /// `boothctl --json events --follow`.
    let events: ChildProcess
    let trace: WriteTrace

    /// One incident from its press to the receipt for its end.
    ///
    /// - Returns: the platform's line for its end.
    @discardableResult
    func pressToTheEnd() throws -> String {
        try board.write(line: "set help-1 on")
        try platform.line(within: BenchBooth.patience) { $0.contains(EventType.incidentRaised.rawValue) }
        try board.write(line: "set help-1 off")
        return try platform.line(within: BenchBooth.patience) { $0.contains(EventType.incidentRestored.rawValue) }
    }

    /// What so many incidents wrote, each raised, accepted and restored.
    func wholeLives(_ count: Int) throws -> WriteTrace.Totals {
        let before = try trace.read()
        for _ in 0..<count { try pressToTheEnd() }
        return try trace.read() - before
    }

    /// What the raising alone of each of so many incidents wrote: the platform stands still meanwhile, and says nothing that
    /// would be written as well. Ends once it has taken them all.
    func raisings(_ count: Int) throws -> [WriteTrace.Totals] {
        try passOverKnownEvents()
        platform.send(signal: SIGSTOP)
        var all: [WriteTrace.Totals] = []
        for _ in 0..<count {
            let before = try trace.read()
            try set("on", expecting: .incidentRaised)
            all.append(try trace.read() - before)
            try set("off", expecting: .incidentRestored)
        }
        platform.send(signal: SIGCONT)
        for _ in 0..<count {
            try platform.line(within: BenchBooth.patience) { $0.contains(EventType.incidentRestored.rawValue) }
        }
        return all
    }

    /// What is followed begins with the last hundred events.
    private func passOverKnownEvents() throws {
        let last = try pressToTheEnd().split(separator: " ").first { $0.hasPrefix("id=") }?.dropFirst("id=".count)
        guard let last else { throw RehearsalError("the platform's line names no event") }
        try events.line(within: BenchBooth.patience) { $0.contains("\"id\":\"\(last)\"") }
    }

    private func set(_ value: String, expecting type: EventType) throws {
        try board.write(line: "set help-1 \(value)")
        try events.line(within: BenchBooth.patience) { $0.contains(type.rawValue) }
    }
}
