// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothModel
import Glibc
import Rehearsal

/// One run of all measurements, one after the other: nothing is measured while something else is.
struct Bench {
    private let language = Language.ofEnvironment

    /// Measures everything, says on standard error what is under way, and shows the figures.
    ///
    /// - Throws: the first measurement that could not be made.
    func run(_ options: BenchOptions) throws {
        // What is measured is a disk: /tmp is memory on many machines.
        setenv("TMPDIR", "/var/tmp", 0)
        let booth = try BenchBooth()
        TimeZoneDatabase.use("Asia/Shanghai")
        var figures: [Figure] = []
        say("启动", "starts")
        figures += try StartFigure().measure(in: booth)
        say("落盘", "recording")
        figures += try RecordFigure().measure(try configuration(port: 1, in: booth), in: booth)
        say("受理", "acceptance")
        figures += try AcceptFigure().measure({ try configuration(port: $0, in: booth) }, in: booth)
        say("写盘和内存", "disk and memory")
        figures += try LoadFigures().measure(in: booth)
        say("空闲", "idleness")
        figures += try IdleFigure().measure(in: booth)
        try show(Report(machine: Machine(workingIn: booth.folder), figures: figures), options)
    }

    private func show(_ report: Report, _ options: BenchOptions) throws {
        let json = try report.json()
        StandardStream.output.write(line: options.isJSON ? json : report.table(in: language))
        guard let path = options.output else { return }
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw SystemError("open \(path)") }
        let descriptor = Descriptor(owning: opened)
        let text = Array((json + "\n").utf8)
        guard write(descriptor.number, text, text.count) == text.count else { throw SystemError("write \(path)") }
    }

    private func say(_ zh: String, _ en: String) {
        StandardStream.error.write(line: "booth-bench: " + Message(zh: zh, en: en).text(in: language) + "…")
    }

    /// What the parts that run in this process are configured with: one help button, each press an incident.
    private func configuration(port: UInt16, in booth: BenchBooth) throws -> Configuration {
        var text = BoothConfigurationText()
        text.table("rules", ["repeat = \"0s\""])
        text.modbus("cabinet", tcpPort: 1)
        text.point("help-1", kind: "help-button", bus: "cabinet", address: 0)
        text.target("police", accepts: ["police", "fault"], port: port, certificates: booth.certificates)
        return try ConfigurationFile.read(path: try booth.write(text, named: "inside.toml"))
    }
}
