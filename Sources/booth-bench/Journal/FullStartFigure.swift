// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothModel
import Rehearsal

/// The time from starting the program to READY=1, with a journal full of settled history that is checked against its
/// mark.
struct FullStartFigure {
    private static let starts = 10
    private static let budget = 1000.0
    private static let limit: Int64 = 256 << 20

    func measure(in booth: BenchBooth) throws -> [Figure] {
        let (board, boardPort) = try booth.startBoard(inputs: ["help-1", "help-2", "room-door", "mail-slot"])
        let (platform, platformPort) = try booth.startPlatform("full")
        var text = StartFigure.configuration(board: boardPort, platform: platformPort, booth)
        text.table("storage", ["limit = \"256MiB\""])
        let file = try booth.write(text, named: "full.toml")
        let configuration = try ConfigurationFile.read(path: file)
        // The journal keeps 1/8 of its room free of history, so it cannot become fuller than this.
        let history = OldHistory(configuration: configuration, limit: Self.limit, length: .bytes(Self.limit * 86 / 100))
        let written = try history.write(to: booth.file("full.state"))
        let manager = try NotifySocket(path: booth.file("full.notify"))
        var spans: [Duration] = []
        for _ in 0..<Self.starts {
            let began = BootTime.now()
            let agent = try booth.startAgent("full", configuration: file, notify: manager.path)
            spans.append(try manager.wait(for: "READY=1", within: BenchBooth.patience) - began)
            try Self.checkStorage(of: "full", agent, atLeast: written.bytes, in: booth)
            try agent.stop(within: BenchBooth.patience)
        }
        withExtendedLifetime((board, platform)) {}
        let samples = Samples(milliseconds: spans)
        let mebibytes = written.bytes >> 20
        return [
            Figure(
                id: "start-full",
                name: Message(
                    zh: "启动到在用,日志已有 \(mebibytes) MiB(\(written.events) 条)",
                    en: "start to in service, a journal of \(mebibytes) MiB (\(written.events) events)"),
                value: samples.p99, unit: .milliseconds, budget: .atMost(Self.budget), samples: samples)
        ]
    }

    /// Checks that the agent opened the file. An agent that went into service from memory would not count.
    private static func checkStorage(
        of name: String, _ agent: ChildProcess, atLeast bytes: Int64, in booth: BenchBooth
    ) throws {
        let status = try booth.startControl(of: name, ["--json", "status"])
        try status.wait(within: BenchBooth.patience)
        let text = status.lines.filter { $0.stream == .output }.map(\.text).joined()
        guard let shown = number(after: "\"bytes\":", in: text), shown >= bytes / 2, text.contains("\"ok\"") else {
            throw RehearsalError("the agent is in service without its journal: \(text)")
        }
        // The agent logs this at once if the file was not open in time.
        if let line = agent.lines.first(where: { $0.text.contains("held in memory") || $0.text.contains("暂存内存") }) {
            throw RehearsalError("the agent went into service from memory: \(line.text)")
        }
    }

    private static func number(after key: String, in text: String) -> Int64? {
        guard let range = text.firstRange(of: key) else { return nil }
        return Int64(String(text[range.upperBound...].prefix { $0.isNumber || $0 == " " }).trimmed)
    }
}
