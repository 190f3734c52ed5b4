// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
import BoothJournal
import BoothModel
import Glibc
import Rehearsal

/// The agent's journal in its own process, which can be traced and killed: `booth-bench keep DIRECTORY`.
///
/// It prints `ready N` when N events wait. Then it reads numbers. For each it records that many events of 600 bytes,
/// and prints `done` when all are synced.
struct Keeper {
    static let word = "keep"
    static let target = TargetID(rawValue: "police")

    private enum Letter: Sendable {
        case line(String?)
        case recorded(Int)
    }

    let directory: String

    func run() throws {
        let mailbox = try Mailbox<Letter>()
        let (journal, contents) = try Journal.open(
            Journal.Setup(directory: directory, targets: [Self.target], limit: 256 << 20)
        ) { report in
            if case .recorded(let events) = report { mailbox.post(.recorded(events.count)) }
        }
        guard let contents else { throw RehearsalError("the journal could not be opened") }
        StandardStream.output.write(line: "ready \(contents.status.queues.first?.queued ?? 0)")
        let reader = try WorkerThread(name: "input") {
            while let line = readLine() { mailbox.post(.line(line)) }
            mailbox.post(.line(nil))
        }
        defer { reader.join(milliseconds: 1000) }
        var ids = EventIDGenerator(after: contents.lastKey)
        var (wanted, recorded) = (0, 0)
        while true {
            for letter in mailbox.wait() {
                switch letter {
                case .line(nil):
                    journal.stop(within: 20_000)
                    return
                case .line(let line?):
                    for _ in 0..<(Int(line) ?? 0) {
                        journal.record(JournalEntry(events: [event(&ids)]))
                        wanted += 1
                    }
                case .recorded(let count):
                    recorded += count
                    if recorded == wanted { StandardStream.output.write(line: "done") }
                }
            }
        }
    }

    private func event(_ ids: inout EventIDGenerator) -> JournalEntry.Event {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let id = ids.next(wallMilliseconds: Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000)
        let json = String(decoding: relayedEvent(id.description), as: UTF8.self)
        return JournalEntry.Event(
            id: id, type: .incidentRaised, priority: .alarm, event: CloudEvent(json: json), recipients: [Self.target])
    }
}

/// The agent's journal, with its uplink over mutual TLS to a platform that stores nothing.
final class BoothRelay: Relay {
    private let booth: BenchBooth
    private let folder: String
    private let configuration: (UInt16) throws -> Configuration
    private var process: ChildProcess?
    private var waiting = 0

    /// - Parameter configuration: creates one for a platform's port.
    init(folder: String, in booth: BenchBooth, _ configuration: @escaping (UInt16) throws -> Configuration) {
        (self.booth, self.folder, self.configuration) = (booth, folder, configuration)
    }

    func start(tracer: [String]) throws {
        let command = tracer + [try BuiltPrograms.path(of: "booth-bench"), Keeper.word, booth.file(folder)]
        let process = try ChildProcess(command[0], Array(command.dropFirst()))
        let ready = try process.line(on: .output, within: BenchBooth.patience) { $0.hasPrefix("ready ") }
        waiting = Int(ready.dropFirst("ready ".count)) ?? 0
        self.process = process
    }

    func publish(_ count: Int) throws {
        for _ in 0..<count { try publishAtOnce(1) }
    }

    func publishAtOnce(_ count: Int) throws {
        try process?.write(line: String(count))
        try process?.line(on: .output, within: .seconds(120)) { $0 == "done" }
    }

    func count() throws -> Int { waiting }

    /// Uses an agent's uplink in this process, with the same directory.
    func drain(within limit: Duration) throws -> (events: Int, seconds: Double) {
        try stop()
        let platform = try BenchPlatform(booth.certificates)
        defer { platform.stop() }
        let agent = try BenchAgent(try configuration(platform.port), directory: booth.file(folder))
        defer { agent.stop() }
        let began = BootTime.now()
        try agent.startUplink()
        try agent.serve(untilAccepted: waiting)
        return (agent.receipts.count, (agent.receipts.last - began) / .seconds(1))
    }

    func kill() throws {
        process?.send(signal: SIGKILL)
        try process?.wait(within: BenchBooth.patience)
        process = nil
    }

    func stop() throws {
        process?.closeInput()
        try process?.wait(within: BenchBooth.patience)
        process = nil
    }
}
