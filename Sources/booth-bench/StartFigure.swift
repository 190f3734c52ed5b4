// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal

/// The time from starting the program to READY=1, when the board and the platform already run.
struct StartFigure {
    private static let starts = 10
    private static let budget = 300.0

    func measure(in booth: BenchBooth) throws -> [Figure] {
        let (board, boardPort) = try booth.startBoard(inputs: ["help-1", "help-2", "room-door", "mail-slot"])
        let (platform, platformPort) = try booth.startPlatform("start")
        let configuration = try booth.write(
            Self.configuration(board: boardPort, platform: platformPort, booth), named: "start.toml")
        let manager = try NotifySocket(path: booth.file("start.notify"))
        var spans: [Duration] = []
        for _ in 0..<Self.starts {
            let began = BootTime.now()
            let agent = try booth.startAgent("start", configuration: configuration, notify: manager.path)
            spans.append(try manager.wait(for: "READY=1", within: BenchBooth.patience) - began)
            try agent.stop(within: BenchBooth.patience)
        }
        withExtendedLifetime((board, platform)) {}
        let samples = Samples(milliseconds: spans)
        return [
            Figure(
                id: "start", name: Message(zh: "启动到在用", en: "start to in service"), value: samples.p99,
                unit: .milliseconds, budget: .atMost(Self.budget), samples: samples)
        ]
    }

    static func configuration(
        board: UInt16, platform: UInt16, _ booth: BenchBooth
    ) -> BoothConfigurationText {
        var text = BoothConfigurationText()
        text.modbus("cabinet", tcpPort: board)
        text.point("help-1", kind: "help-button", bus: "cabinet", address: 0)
        text.point("help-2", kind: "help-button", bus: "cabinet", address: 1)
        text.point("room-door", kind: "room-door", bus: "cabinet", address: 2, poll: "50ms")
        text.point("mail-slot", kind: "mail-slot", bus: "cabinet", address: 3, poll: "50ms")
        text.target(
            "police", accepts: ["police", "community", "fault"], port: platform, certificates: booth.certificates)
        return text
    }
}
