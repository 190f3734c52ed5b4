// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothModel
import Glibc
import Rehearsal

/// Runs all measurements one after the other, so that none disturbs another.
struct Bench {
    private let language = Language.ofEnvironment

    /// Measures everything, shows its progress on standard error, and shows the figures.
    ///
    /// - Throws: the error of the first measurement that failed.
    func run(_ options: BenchOptions) throws {
        // A disk is measured, and /tmp is in memory on many machines.
        setenv("TMPDIR", "/var/tmp", 0)
        let booth = try BenchBooth()
        TimeZoneDatabase.use("Asia/Shanghai")
        var (figures, comparisons): ([Figure], [Comparison]) = ([], [])
        for part in options.parts {
            say(part.name)
            switch part {
            case .modbus: comparisons += try compare(in: booth, options.isQuick ? .quick : .whole)
            case .rules:
                let rules = try RulesFigures(isQuick: options.isQuick).measure()
                figures += rules.figures
                comparisons += rules.comparisons
            case .soak: figures += try Soak(minutes: options.minutes).measure(in: booth)
            case .relays:
                comparisons += try RelayFigures(isQuick: options.isQuick).measure(
                    { try configuration(port: $0, in: booth) }, in: booth)
            case .journal:
                let inside = try configuration(port: 1, in: booth)
                say(Message(zh: "启动,日志已满", en: "start, the journal is full"))
                figures += try FullStartFigure().measure(in: booth)
                say(Message(zh: "队列很长时落盘", en: "recording, with a long queue"))
                figures += try BacklogFigure(isQuick: options.isQuick).measure(inside, in: booth)
                say(Message(zh: "清理旧记录时落盘", en: "recording, while old events are thinned"))
                figures += try ThinningFigure(isQuick: options.isQuick).measure(inside, in: booth)
            case .tasks: figures += try TaskFigure(isQuick: options.isQuick).measure(in: booth)
            default: figures += try measure(part, in: booth)
            }
        }
        let machine = Machine(workingIn: booth.folder)
        try show(Report(machine: machine, figures: figures, comparisons: comparisons), options)
    }

    private func show(_ report: Report, _ options: BenchOptions) throws {
        let json = try report.json()
        if let error = StandardStream.output.write(line: options.isJSON ? json : report.table(in: language)) {
            throw error
        }
        guard let path = options.output else { return }
        let opened = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw SystemError("open \(path)") }
        let descriptor = Descriptor(owning: opened)
        let text = Array((json + "\n").utf8)
        guard write(descriptor.number, text, text.count) == text.count else { throw SystemError("write \(path)") }
    }

    private func measure(_ part: BenchOptions.Part, in booth: BenchBooth) throws -> [Figure] {
        switch part {
        case .start: try StartFigure().measure(in: booth)
        case .recording: try RecordFigure().measure(try configuration(port: 1, in: booth), in: booth)
        case .acceptance: try AcceptFigure().measure({ try configuration(port: $0, in: booth) }, in: booth)
        case .load: try LoadFigures().measure(in: booth)
        case .idle: try IdleFigure().measure(in: booth)
        case .reports: try ReportFigures().measure(in: booth)
        case .journal, .relays, .tasks, .rules, .modbus, .soak: []
        }
    }

    /// Compares polling with other programs on this machine.
    private func compare(in booth: BenchBooth, _ spans: ContestSpans) throws -> [Comparison] {
        let contest = try Contest(in: booth)
        say(Message(zh: "Modbus:一个在线单元的轮询间隔", en: "Modbus: the period of a live unit"))
        var comparisons = try PeriodFigures(contest: contest, spans: spans).measure()
        say(Message(zh: "Modbus:总线利用率", en: "Modbus: use of the wire"))
        comparisons += try BusUseFigures(contest: contest, spans: spans).measure()
        say(Message(zh: "Modbus:TCP", en: "Modbus: TCP"))
        comparisons += try ThroughputFigures(contest: contest, spans: spans).measure()
        say(Message(zh: "Modbus:处理器和内存", en: "Modbus: processor and memory"))
        return comparisons + (try CostFigures(contest: contest, spans: spans).measure())
    }

    private func say(_ what: Message) {
        StandardStream.error.write(line: "booth-bench: \(what.text(in: language))…")
    }

    /// The configuration for the parts that run in this process: one help button, and each press is an incident.
    private func configuration(port: UInt16, in booth: BenchBooth) throws -> Configuration {
        var text = BoothConfigurationText()
        // Presses come as fast as they are recorded, so none may count as bouncing.
        text.table("rules", ["repeat = \"0s\"", "chatter = \"off\""])
        text.modbus("cabinet", tcpPort: 1)
        text.point("help-1", kind: "help-button", bus: "cabinet", address: 0, lines: ["debounce = \"0ms\""])
        text.target("police", accepts: ["police", "fault"], port: port, certificates: booth.certificates)
        return try ConfigurationFile.read(path: try booth.write(text, named: "inside.toml"))
    }
}
