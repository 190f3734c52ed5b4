// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothModel
import Glibc
import Rehearsal

/// A real agent with the journal of a busy day, for memory measurements.
struct MemoryBooth {
    private let name: String
    private let booth: BenchBooth
    let board: ChildProcess
    let platform: ChildProcess
    let agent: ChildProcess
    let files: ProcessFiles
    /// The busy day.
    let day: CivilDate

    static let mebibyte = 1_048_576.0
    /// Long, because a backlog takes some seconds.
    private static let patience = Duration.seconds(120)

    /// Starts the agent. Waits for its first report to the platform, or with a backlog until the platform has all
    /// events of the busy day.
    init(_ name: String, hasBacklog: Bool = false, in booth: BenchBooth) throws {
        let (board, boardPort) = try booth.startBoard(units: 4, inputs: ["help-1"])
        let (platform, platformPort) = try booth.startPlatform(name)
        let file = try booth.write(Self.configuration(boardPort, platformPort, booth), named: "\(name).toml")
        let journal = BusyJournal(try ConfigurationFile.read(path: file))
        let newest = try journal.write(to: booth.file("\(name).state"), isSettled: !hasBacklog)
        agent = try booth.startAgent(name, configuration: file)
        let awaited = hasBacklog ? newest.description : EventType.status.rawValue
        try platform.line(within: Self.patience) { $0.contains(awaited) }
        (self.name, self.booth, self.board, self.platform) = (name, booth, board, platform)
        files = ProcessFiles(processID: agent.processID)
        day = journal.day
    }

    private static func configuration(
        _ board: UInt16, _ platform: UInt16, _ booth: BenchBooth
    ) -> BoothConfigurationText {
        var text = BoothConfigurationText()
        text.table("rules", ["repeat = \"0s\""])
        text.modbus("cabinet", tcpPort: board)
        text.point("help-1", kind: "help-button", bus: "cabinet", address: 0)
        text.point("mail-door", kind: "mail-door", bus: "cabinet", unit: 2, address: 0)
        text.target("police", accepts: ["police", "fault"], port: platform, certificates: booth.certificates)
        return text
    }

    /// Runs `boothctl` and waits for its end.
    @discardableResult
    func command(_ words: [String]) throws -> ExitStatus {
        try start(words).wait(within: BenchBooth.patience)
    }

    func start(_ words: [String]) throws -> ChildProcess {
        try booth.startControl(of: name, words)
    }

    /// Makes the reports on the busy day and its month.
    func makeReports() throws {
        for words in [["--day", "--json"], ["--month", "--json"], ["--month", "--csv"]] {
            let report = try start(["report", "--date", day.text] + words)
            // Check that the report is not empty.
            let isCSV = words.contains("--csv")
            try report.line(within: BenchBooth.patience) {
                $0.contains(isCSV ? ",\(BusyJournal.incidents)" : "\"raised\":\(BusyJournal.incidents)")
            }
            let status = try report.wait(within: BenchBooth.patience)
            guard status == .exited(0) else { throw RehearsalError("boothctl report: \(status)") }
        }
    }

    /// The agent's anonymous memory in MiB.
    func anonymous() throws -> Double { Double(try files.memory("Anonymous")) / Self.mebibyte }
}
