// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The cost of an idle agent: four units on a bus, each polled every 200 ms.
struct IdleFigure {
    private static let units = 4
    private static let span = Duration.seconds(5)
    private static let budget = 0.5

    func measure(in booth: BenchBooth) throws -> [Figure] {
        let (board, boardPort) = try booth.startBoard(units: Self.units, inputs: [])
        let (platform, platformPort) = try booth.startPlatform("idle")
        let configuration = try booth.write(Self.configuration(boardPort, platformPort, booth), named: "idle.toml")
        let agent = try booth.startAgent("idle", configuration: configuration)
        try booth.waitUntilInService(agent)
        // Skip the start and the first heartbeat, which comes within 3 s.
        try platform.line(within: BenchBooth.patience) { $0.contains(EventType.status.rawValue) }
        let files = ProcessFiles(processID: agent.processID)
        let (began, before) = (BootTime.now(), try files.processorNanoseconds())
        while BootTime.now() < began + Self.span { poll(nil, 0, CInt((began + Self.span).millisecondsAway())) }
        let used = try files.processorNanoseconds() - before
        let share = Double(used) / Double((BootTime.now() - began).nanoseconds) * 100
        try agent.stop(within: BenchBooth.patience)
        withExtendedLifetime(board) {}
        return [
            Figure(
                id: "idle",
                name: Message(zh: "空闲,4 个单元每 200 ms 轮询:占一核", en: "idle, 4 units polled at 200 ms: of a core"),
                value: share, unit: .percent, budget: .atMost(Self.budget))
        ]
    }

    private static func configuration(
        _ board: UInt16, _ platform: UInt16, _ booth: BenchBooth
    ) -> BoothConfigurationText {
        var text = BoothConfigurationText()
        text.modbus("cabinet", tcpPort: board)
        for unit in 1...units {
            text.point("door-\(unit)", kind: "room-door", bus: "cabinet", unit: unit, address: 0, poll: "200ms")
        }
        text.target("police", accepts: ["police", "fault"], port: platform, certificates: booth.certificates)
        return text
    }
}
