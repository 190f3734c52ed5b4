// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTPServer
import ReferencePlatform
import Rehearsal

/// The time from a task on a platform to its `task.done`, both on the platform's disk, with the real agent over mutual
/// TLS on loopback. The platform holds its long poll while there is nothing. Compared, in turn, with the same long poll
/// by a bare client.
struct TaskFigure {
    /// The agent polls again within a quarter of a second after news. Wait longer, so that the platform holds its poll.
    private static let rest = Duration.milliseconds(350)

    private let samples: Int

    /// - Parameter isQuick: only a few samples, to see that it runs.
    init(isQuick: Bool) { samples = isQuick ? 20 : 300 }

    private struct Line: Sendable {
        let text: String
        let time: BootTime
    }

    func measure(in booth: BenchBooth) throws -> [Figure] {
        let mailbox = try Mailbox<Line>()
        let platform = try ReferencePlatform(
            database: booth.file("tasks.sqlite"), show: { mailbox.post(Line(text: $0, time: .now())) })
        let certificates = booth.certificates
        try platform.start(
            listen: ListenAddress(host: "127.0.0.1", port: 0),
            tls: try HTTPServerTLS(
                certificate: certificates.path(.platform), key: certificates.path(.platformKey),
                clientAuthority: certificates.path(.authority)))
        defer { platform.stop() }
        guard let port = platform.port else { throw RehearsalError("the platform has no port") }
        let (board, boardPort) = try booth.startBoard(inputs: ["help-1"])
        let agent = try booth.startAgent(
            "tasks", configuration: try booth.write(Self.configuration(boardPort, port, booth), named: "tasks.toml"))
        try booth.waitUntilInService(agent)
        try board.write(line: "set help-1 on")
        let raised = try Self.wait(for: .incidentRaised, in: mailbox)
        let incident = raised.text.split(separator: " ").first { $0.hasPrefix("incident=") }
        guard let incident = incident?.dropFirst("incident=".count) else {
            throw RehearsalError("the platform's line names no incident: \(raised.text)")
        }
        let bare = try BarePoll(port: port, certificates: certificates)
        let figures = try apply(String(incident), platform, mailbox, bare)
        try agent.stop(within: BenchBooth.patience)
        return figures
    }

    private static func configuration(
        _ board: UInt16, _ platform: UInt16, _ booth: BenchBooth
    ) -> BoothConfigurationText {
        var text = BoothConfigurationText()
        text.modbus("cabinet", tcpPort: board)
        text.point("help-1", kind: "help-button", bus: "cabinet", address: 0)
        text.target(
            "police", accepts: ["police", "fault"], port: platform, certificates: booth.certificates,
            lines: ["tasks = true"])
        return text
    }

    private func apply(
        _ incident: String, _ platform: ReferencePlatform, _ mailbox: Mailbox<Line>, _ bare: BarePoll
    ) throws -> [Figure] {
        var (done, polls): ([Duration], [Duration]) = ([], [])
        // The first ones make the connections, so they are not counted.
        for number in -3..<samples {
            try bare.ask(for: Self.rest)
            _ = mailbox.take()
            let asked = BootTime.now()
            try platform.addTask(#"{"id":"bare-\#(number)","kind":"test"}"#, for: BarePoll.booth)
            try bare.waitForTask()
            let (polled, given) = (BootTime.now() - asked, BootTime.now())
            let state = number % 2 == 0 ? "dispatched" : "handled"
            try platform.addTask(
                #"{"id":"task-\#(number)","kind":"incident","incident":"\#(incident)","state":"\#(state)"}"#,
                for: "B0001")
            let answer = try Self.wait(for: .taskDone, in: mailbox)
            guard number >= 0 else { continue }
            polls.append(polled)
            done.append(answer.time - given)
        }
        return [figure(Samples(milliseconds: done), beside: Samples(milliseconds: polls))]
    }

    private static func wait(for type: EventType, in mailbox: Mailbox<Line>) throws -> Line {
        let end = BootTime.now() + BenchBooth.patience
        while BootTime.now() < end {
            for line in mailbox.wait(milliseconds: end.millisecondsAway()) where line.text.contains(type.rawValue) {
                return line
            }
        }
        throw RehearsalError("no \(type.rawValue) within \(BenchBooth.patience)")
    }

    private func figure(_ samples: Samples, beside polls: Samples) -> Figure {
        Figure(
            id: "task-done", name: Message(zh: "任务下达到办结回执(p99)", en: "a task given to its task.done (p99)"),
            value: samples.p99, unit: .milliseconds, samples: samples,
            baseline: .init(
                name: Message(zh: "同一客户端的长轮询,没有代理", en: "the long poll by the same client, no agent"),
                unit: .milliseconds, samples: polls))
    }
}
