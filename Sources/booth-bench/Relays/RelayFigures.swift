// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The disk cost of keeping an event, how many acknowledged events survive a SIGKILL, and how fast events are passed
/// on. Compares the agent's journal and uplink with programs from Debian, with the same events in the same run.
struct RelayFigures {
    /// A program to compare with.
    enum Peer: CaseIterable {
        case mosquitto, nats, syslog

        var program: String {
            switch self {
            case .mosquitto: "mosquitto"
            case .nats: "nats-server"
            case .syslog: "syslog-ng"
            }
        }

        var packages: String {
            switch self {
            case .mosquitto, .nats: program
            case .syslog: "syslog-ng-core syslog-ng-mod-http"
            }
        }

        /// Its settings in a word or two.
        var setting: Message {
            switch self {
            case .mosquitto: Message(zh: "每次变化都保存", en: "saved on each change")
            case .nats: Message(zh: "JetStream,每条同步", en: "JetStream, sync always")
            case .syslog: Message(zh: "可靠磁盘缓冲", en: "reliable disk buffer")
            }
        }
    }

    /// The results of one program.
    private struct Measured {
        var bytes, syncs, survivors, drain: Double
    }

    private enum Outcome {
        case measured(Measured, version: String)
        case absent(Message)
    }

    let isQuick: Bool

    private var traced: Int { isQuick ? 50 : 200 }
    private var killed: Int { isQuick ? 100 : 500 }
    private var drained: Int { isQuick ? 500 : 2000 }
    private static let patience = Duration.seconds(60)

    /// - Parameter configuration: creates one for a platform's port.
    func measure(_ configuration: @escaping (UInt16) throws -> Configuration, in booth: BenchBooth) throws
        -> [Comparison]
    {
        guard let strace = WriteTrace.program else {
            throw RehearsalError("strace is not installed; scripts/install-dependencies installs it")
        }
        let ours = try measure(named: "keep-boothd", strace, in: booth) { folder in
            BoothRelay(folder: folder, in: booth, configuration)
        }
        let others = Peer.allCases.map { ($0, outcome(of: $0, strace, in: booth)) }
        return [
            comparison(
                "keep-bytes", Message(zh: "一条 600 字节的消息:写盘", en: "an event of 600 bytes: written"), .bytes, ours,
                others,
                \.bytes),
            comparison("keep-syncs", Message(zh: "同步次数", en: "of it syncs"), .syncs, ours, others, \.syncs),
            comparison(
                "keep-survivors",
                Message(zh: "已确认 \(killed) 条后 kill -9,还在的", en: "of \(killed) acknowledged, left after kill -9"),
                .percent,
                ours, others, \.survivors),
            comparison(
                "keep-drain", Message(zh: "\(drained) 条补发", en: "\(drained) waiting, passed on"), .eventsPerSecond,
                ours,
                others, \.drain),
        ]
    }

    private func comparison(
        _ id: String, _ name: Message, _ unit: Figure.Unit, _ ours: Measured, _ others: [(Peer, Outcome)],
        _ value: KeyPath<Measured, Double>
    ) -> Comparison {
        Comparison(
            id: id, name: name, unit: unit,
            ours: .init(name: Message(zh: "boothd", en: "boothd"), value: ours[keyPath: value]),
            baselines: others.map { peer, outcome in
                switch outcome {
                case .measured(let measured, let version):
                    let name = Message(
                        zh: "\(peer.program) \(version),\(peer.setting.zh)",
                        en: "\(peer.program) \(version), \(peer.setting.en)")
                    return .measured(.init(name: name, value: measured[keyPath: value]))
                case .absent(let why):
                    return .absent(name: Message(zh: peer.program, en: peer.program), why: why)
                }
            })
    }

    /// If one program cannot be measured, its reason is shown, and the others are measured.
    private func outcome(of peer: Peer, _ strace: String, in booth: BenchBooth) -> Outcome {
        do {
            guard let found = try find(peer) else {
                return .absent(
                    Message(zh: "未安装(apt install \(peer.packages))", en: "not installed (apt install \(peer.packages))")
                )
            }
            let measured = try measure(named: "keep-\(peer.program)", strace, in: booth) { folder -> any Relay in
                switch peer {
                case .mosquitto: return try MosquittoRelay(program: found.path, folder: folder, in: booth)
                case .nats:
                    let relay = try NATSRelay(program: found.path, folder: folder, in: booth)
                    let check = try ChildProcess(found.path, ["-t", "-c", try relay.configuration()])
                    guard try check.wait(within: BenchBooth.patience) == .exited(0) else {
                        throw RehearsalError("nats-server \(found.version) has no `sync_interval: always`, 2.10 has")
                    }
                    return relay
                case .syslog: return try SyslogRelay(program: found.path, folder: folder, in: booth)
                }
            }
            return .measured(measured, version: found.version)
        } catch {
            let why = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
            return .absent(Message(zh: "未测:\(why)", en: "not measured: \(why)"))
        }
    }

    private func find(_ peer: Peer) throws -> (path: String, version: String)? {
        let shell = try ChildProcess(
            "/bin/sh",
            [
                "-c",
                """
                PATH=$PATH:/usr/sbin:/sbin; [ "$0" != nats-server ] || set -- "${NATS_SERVER:-nats-server}"
                program=$(command -v "${1:-$0}") && echo "$program" || exit 1
                case $0 in mosquitto) "$program" -h ;; *) "$program" --version ;; esac 2>&1 | grep -o '[0-9]*\\.[0-9]*\\.[0-9]*' | head -n 1
                """, peer.program,
            ])
        guard try shell.wait(within: BenchBooth.patience) == .exited(0) else { return nil }
        let lines = shell.lines.filter { $0.stream == .output }.map(\.text)
        return lines.first.map { ($0, lines.dropFirst().first ?? "") }
    }

    private func measure(
        named name: String, _ strace: String, in booth: BenchBooth, _ make: (_ folder: String) throws -> any Relay
    ) throws -> Measured {
        let cost = try cost(named: name, strace, in: booth, make)
        return Measured(
            bytes: cost.bytes, syncs: cost.syncs, survivors: try survivors(try make("\(name)-killed")),
            drain: try drain(try make("\(name)-drained")))
    }

    private func cost(
        named name: String, _ strace: String, in booth: BenchBooth, _ make: (_ folder: String) throws -> any Relay
    ) throws -> (bytes: Double, syncs: Double) {
        try booth.makeFolder("\(name).trace")
        let trace = WriteTrace(logs: booth.file("\(name).trace"), watching: booth.file("\(name)-traced"))
        let relay = try make("\(name)-traced")
        try relay.start(tracer: trace.command(strace))
        try relay.publish(10)
        let before = try trace.read()
        try relay.publish(traced)
        // Also count what is written shortly after the acknowledgement.
        poll(nil, 0, 1500)
        let all = try trace.read() - before
        try relay.stop()
        return (Double(all.bytes) / Double(traced), Double(all.syncs) / Double(traced))
    }

    private func survivors(_ relay: any Relay) throws -> Double {
        try relay.start()
        try relay.publish(killed)
        try relay.kill()
        try relay.start()
        let left = try relay.count()
        try relay.stop()
        return 100 * Double(left) / Double(killed)
    }

    private func drain(_ relay: any Relay) throws -> Double {
        try relay.start()
        try relay.publishAtOnce(drained)
        // Restart with the data in its file, as after an outage.
        try relay.stop()
        try relay.start()
        let drained = try relay.drain(within: Self.patience)
        try relay.stop()
        guard drained.events > 0 else { throw RehearsalError("nothing was passed on") }
        return Double(drained.events) / max(drained.seconds, 0.001)
    }
}
