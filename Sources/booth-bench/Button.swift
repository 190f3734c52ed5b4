// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// A help button on the board. Each press and release waits until the effect of the last step was seen.
struct Button {
    let board: ChildProcess
    let platform: ChildProcess
    /// `boothctl --json events --follow`.
    let events: ChildProcess
    let trace: WriteTrace

    /// Plays one incident from its press to the receipt of its end.
    ///
    /// - Returns: the platform's line for its end.
    @discardableResult
    func pressToTheEnd() throws -> String {
        try board.write(line: "set help-1 on")
        try platform.line(within: BenchBooth.patience) { $0.contains(EventType.incidentRaised.rawValue) }
        try board.write(line: "set help-1 off")
        return try platform.line(within: BenchBooth.patience) { $0.contains(EventType.incidentRestored.rawValue) }
    }

    /// The writes of `count` incidents, each raised, accepted and restored.
    func wholeLives(_ count: Int) throws -> WriteTrace.Totals {
        let before = try trace.read()
        for _ in 0..<count { try pressToTheEnd() }
        return try trace.read() - before
    }

    /// The writes of raising each of `count` incidents. The platform is stopped meanwhile, so that its answers cause no
    /// writes. Ends when the platform has accepted all.
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

    /// Skips the old events: `events --follow` begins with the last hundred.
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
