// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus
import Rehearsal

/// The durations of the Modbus measurements.
struct ContestSpans: Sendable {
    /// From the first request of the last program to the start of measuring.
    var settling: Duration
    var periods: Duration
    var throughput: Duration
    var processor: Duration

    static let whole = ContestSpans(
        settling: .seconds(10), periods: .seconds(20), throughput: .seconds(8), processor: .seconds(30))
    static let quick = ContestSpans(
        settling: .seconds(2), periods: .seconds(4), throughput: .seconds(2), processor: .seconds(5))
}

/// A program that carries out a polling task.
struct Contestant {
    static let agent = Message(zh: "boothd", en: "boothd")

    let name: Message
    /// Whether to let it end by itself. Other programs may be in a long read, so they are killed.
    var isAgent = false
    let program: ChildProcess
    /// The requests to its units; nil if it polls nothing.
    let log: CallLog?
    /// Objects that must live as long as the program: its units, its platform.
    let company: [AnyObject]

    func stop() throws {
        try program.stop(with: isAgent ? SIGTERM : SIGKILL, within: BenchBooth.patience)
    }
}

/// Gives the same task to the agent and to other programs, each with its own units.
struct Contest {
    let booth: BenchBooth
    let peers: [Peer.Found]

    init(in booth: BenchBooth) throws {
        self.booth = booth
        let folder = booth.folder
        peers = try Peer.allCases.compactMap { try $0.find(workingIn: folder) }
    }

    /// Starts the agent and a platform for it.
    func startAgent(_ task: PollingTask, named name: String, units: AnyObject, log: CallLog) throws -> Contestant {
        let (platform, port) = try booth.startPlatform(name)
        let text = task.configuration(platform: port, booth.certificates)
        let file = try booth.write(text, named: "\(name).toml")
        let agent = try booth.startAgent(name, configuration: file)
        try booth.waitUntilInService(agent)
        return Contestant(name: Contestant.agent, isAgent: true, program: agent, log: log, company: [units, platform])
    }

    /// Starts the agent with its own wire.
    func startAgent(on line: SerialLine, _ task: SerialTask, named name: String) throws -> Contestant {
        let wire = try SerialWire(line, answering: 1...task.answering)
        return try startAgent(task.polling(on: wire), named: "\(name)-boothd", units: wire, log: wire.log)
    }

    /// Starts a peer with its own wire.
    func start(
        _ peer: Peer.Found, on line: SerialLine, _ task: SerialTask, named name: String
    ) throws -> Contestant {
        let wire = try SerialWire(line, answering: 1...task.answering)
        let own = "\(name)-\(peer.peer)"
        guard let program = try peer.start(task.polling(on: wire), named: own, in: booth) else {
            throw RehearsalError("\(peer.name.en) does not speak over a serial line")
        }
        return Contestant(name: peer.name, program: program, log: wire.log, company: [wire])
    }

    /// Waits until each program has polled unit 1, and then until the figures have settled.
    ///
    /// - Returns: when measuring begins.
    /// - Throws: `RehearsalError` if a program polls nothing.
    func waitUntilSteady(_ contestants: [Contestant], _ span: Duration) throws -> BootTime {
        for contestant in contestants {
            guard let log = contestant.log else { continue }
            let isPolling = log.wait(
                for: 1, to: 1, since: BootTime(nanoseconds: 0), within: BenchBooth.patience)
            guard isPolling else {
                // Its output is complete only after it has ended.
                try contestant.program.stop(with: SIGKILL, within: BenchBooth.patience)
                let last = contestant.program.lines.suffix(3).map { "\n    \($0.text)" }.joined()
                throw RehearsalError("\(contestant.name.en) asked nothing; its last lines:\(last)")
            }
        }
        let begin = BootTime.now() + span
        sleep(until: begin)
        return begin
    }

    /// One side for each peer, also for those that are not installed.
    func baselines(_ sides: [Comparison.Side], of peers: [Peer] = Peer.allCases) -> [Comparison.Baseline] {
        peers.map { peer in
            let name = self.peers.first { $0.peer == peer }?.name
            if let side = sides.first(where: { $0.name == name }) { return .measured(side) }
            return .absent(name: peer.name, why: peer.absence)
        }
    }
}

/// A polling task on a serial line: the configured units, and which of them answer.
struct SerialTask: Sendable {
    var units: Int
    /// Units 1 to this number answer.
    var answering: Int
    var period: Duration? = PollingTask.period
    /// Whether the loop over libmodbus waits for the silence between two frames. The agent does; the library does not.
    var keepsSilence = false

    func polling(on wire: SerialWire) -> PollingTask {
        PollingTask(
            link: .serial(path: wire.path, baud: wire.line.baud), units: units, period: period,
            silence: keepsSilence ? wire.line.silenceBetweenFrames : nil)
    }
}
