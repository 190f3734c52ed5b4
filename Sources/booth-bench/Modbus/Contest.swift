// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus
import Rehearsal

/// How long the figures of Modbus are looked at.
struct ContestSpans: Sendable {
    /// From the first request of the last program until measuring begins.
    var settling: Duration
    var periods: Duration
    var throughput: Duration
    var processor: Duration

    static let whole = ContestSpans(
        settling: .seconds(10), periods: .seconds(20), throughput: .seconds(8), processor: .seconds(30))
    static let quick = ContestSpans(
        settling: .seconds(2), periods: .seconds(4), throughput: .seconds(2), processor: .seconds(5))
}

/// A program at a polling task.
struct Contestant {
    static let agent = Message(zh: "boothd", en: "boothd")

    let name: Message
    /// Whether it is given the time to end by itself; one in the middle of a long read is not waited for.
    var isAgent = false
    let program: ChildProcess
    /// What its units saw; nil where it polls nothing.
    let log: CallLog?
    /// What has to stay as long as it runs: its units, its platform.
    let company: [AnyObject]

    func stop() throws {
        try program.stop(with: isAgent ? SIGTERM : SIGKILL, within: BenchBooth.patience)
    }
}

/// Puts the agent and its peers to the same task, each with units of its own.
struct Contest {
    let booth: BenchBooth
    /// Those that are installed.
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

    /// Starts the agent on a wire of its own.
    func startAgent(on line: SerialLine, _ task: SerialTask, named name: String) throws -> Contestant {
        let wire = try SerialWire(line, answering: 1...task.answering)
        return try startAgent(task.polling(on: wire), named: "\(name)-boothd", units: wire, log: wire.log)
    }

    /// Starts a peer on a wire of its own.
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

    /// Waits until each of them has asked unit 1, then as long as the figures take to settle.
    ///
    /// - Returns: when measuring begins.
    /// - Throws: `RehearsalError` for a program that asks nothing.
    func waitUntilSteady(_ contestants: [Contestant], _ span: Duration) throws -> BootTime {
        for contestant in contestants {
            guard let log = contestant.log else { continue }
            let isPolling = log.wait(
                for: 1, to: 1, since: BootTime(nanoseconds: 0), within: BenchBooth.patience)
            guard isPolling else {
                // Its output is whole once it is over.
                try contestant.program.stop(with: SIGKILL, within: BenchBooth.patience)
                let last = contestant.program.lines.suffix(3).map { "\n    \($0.text)" }.joined()
                throw RehearsalError("\(contestant.name.en) asked nothing; its last lines:\(last)")
            }
        }
        let begin = BootTime.now() + span
        sleep(until: begin)
        return begin
    }

    /// One side for each peer, those that are not installed as well.
    func baselines(_ sides: [Comparison.Side], of peers: [Peer] = Peer.allCases) -> [Comparison.Baseline] {
        peers.map { peer in
            let name = self.peers.first { $0.peer == peer }?.name
            if let side = sides.first(where: { $0.name == name }) { return .measured(side) }
            return .absent(name: peer.name, why: peer.absence)
        }
    }
}

/// A polling task on a serial line: which units there are, and which of them answer.
struct SerialTask: Sendable {
    var units: Int
    /// Units 1 to this one.
    var answering: Int
    var period: Duration? = PollingTask.period
    /// Whether the loop over libmodbus keeps the silence between two frames, as the agent does and the library does not.
    var keepsSilence = false

    func polling(on wire: SerialWire) -> PollingTask {
        PollingTask(
            link: .serial(path: wire.path, baud: wire.line.baud), units: units, period: period,
            silence: keepsSilence ? wire.line.silenceBetweenFrames : nil)
    }
}
