// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The real agent under strace: the disk writes of an incident, and the agent's memory afterwards.
struct LoadFigures {
    private static let presses = 200
    private static let bytesBudget = 9.0
    private static let residentBudget = 24.0
    private static let anonymousBudget = 6.0

    func measure(in booth: BenchBooth) throws -> [Figure] {
        guard let strace = WriteTrace.program else {
            throw RehearsalError("strace is not installed; scripts/install-dependencies installs it")
        }
        let (board, boardPort) = try booth.startBoard(inputs: ["help-1"])
        let (platform, platformPort) = try booth.startPlatform("load")
        let configuration = try booth.write(Self.configuration(boardPort, platformPort, booth), named: "load.toml")
        try booth.makeFolder("load.trace")
        let trace = WriteTrace(logs: booth.file("load.trace"), watching: booth.file("load.state"))
        let agent = try booth.startAgent(
            "load", configuration: configuration, tracer: trace.command(strace))
        try booth.waitUntilInService(agent)
        let button = Button(board: board, platform: platform, events: try booth.followEvents(of: "load"), trace: trace)
        try button.pressToTheEnd()
        let life = try button.wholeLives(Self.presses)
        let raised = try button.raisings(Self.presses)
        let memory = try Self.memory(of: ProcessFiles(processID: agent.processID))
        try agent.stop(within: BenchBooth.patience)
        return Self.disk(raised: raised, life: life) + memory
    }

    private static func configuration(
        _ board: UInt16, _ platform: UInt16, _ booth: BenchBooth
    ) -> BoothConfigurationText {
        var text = BoothConfigurationText()
        text.table("rules", ["repeat = \"0s\""])
        text.modbus("cabinet", tcpPort: board)
        text.point("help-1", kind: "help-button", bus: "cabinet", address: 0, poll: "10ms")
        // Longer than the platform is stopped while presses are recorded.
        text.target(
            "police", accepts: ["police", "fault"], port: platform, certificates: booth.certificates,
            lines: ["timeout = \"60s\""])
        return text
    }

    private static func disk(raised: [WriteTrace.Totals], life: WriteTrace.Totals) -> [Figure] {
        let bytes = raised.map { Double($0.bytes) / 1000 }
        let syncs = Samples(raised.map { Double($0.syncs) })
        return [
            Figure(
                id: "bytes-raised",
                name: Message(zh: "写盘:记录一起(平均,含检查点)", en: "written to record an incident (mean, checkpoints too)"),
                value: bytes.reduce(0, +) / Double(bytes.count), unit: .kilobytes, budget: .atMost(bytesBudget),
                samples: Samples(bytes), sampleUnit: .kilobytes),
            Figure(
                id: "syncs-raised", name: Message(zh: "同步:记录一起(中位)", en: "syncs to record an incident (median)"),
                value: syncs.median, unit: .syncs, budget: .atMost(1), samples: syncs, sampleUnit: .syncs),
            Figure(
                id: "bytes-life",
                name: Message(zh: "写盘:上报、受理、恢复(平均)", en: "written: raised, accepted, restored (mean)"),
                value: Double(life.bytes) / Double(presses) / 1000, unit: .kilobytes),
            Figure(
                id: "syncs-life", name: Message(zh: "同步:上报、受理、恢复(平均)", en: "syncs: raised, accepted, restored (mean)"),
                value: Double(life.syncs) / Double(presses), unit: .syncs),
        ]
    }

    private static func memory(of agent: ProcessFiles) throws -> [Figure] {
        let mebibyte = 1_048_576.0
        return [
            Figure(
                id: "resident", name: Message(zh: "常驻内存", en: "resident memory"),
                value: Double(try agent.memory("Rss")) / mebibyte, unit: .mebibytes, budget: .atMost(residentBudget)),
            Figure(
                id: "anonymous", name: Message(zh: "其中匿名", en: "of it anonymous"),
                value: Double(try agent.memory("Anonymous")) / mebibyte, unit: .mebibytes,
                budget: .atMost(anonymousBudget)),
        ]
    }
}
