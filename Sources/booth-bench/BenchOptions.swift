// SPDX-License-Identifier: Apache-2.0
import BoothModel

struct BenchOptions {
    /// Parts that can be measured separately.
    enum Part: String, CaseIterable {
        case start, recording, acceptance, load, journal, relays, reports, idle, tasks, rules, modbus
        /// Runs as long as wanted, so only on request.
        case soak

        static let usual = allCases.filter { $0 != .soak }

        var name: Message {
            switch self {
            case .start: Message(zh: "启动", en: "start")
            case .recording: Message(zh: "落盘", en: "recording")
            case .acceptance: Message(zh: "受理和积压", en: "acceptance and backlog")
            case .load: Message(zh: "写盘和内存", en: "disk and memory")
            case .journal: Message(zh: "很大的日志", en: "a large journal")
            case .relays: Message(zh: "存储转发(和别的程序一起测)", en: "keeping and passing on, beside other programs")
            case .reports: Message(zh: "报表的内存", en: "memory of reports")
            case .idle: Message(zh: "空闲", en: "idleness")
            case .tasks: Message(zh: "任务", en: "tasks")
            case .rules: Message(zh: "规则", en: "rules")
            case .modbus: Message(zh: "Modbus(和别的程序一起测)", en: "Modbus, beside other programs")
            case .soak: Message(zh: "长时间运行", en: "soak")
            }
        }
    }

    var parts = Part.usual
    /// The duration of a soak.
    var minutes = 10.0
    /// Short spans for the parts journal, relays, tasks, rules and Modbus. This only shows that they run; the figures
    /// are not reliable.
    var isQuick = false
    var isJSON = false
    /// A file that also receives the JSON.
    var output: String?
    var isHelp = false

    /// - Throws: `UsageError` for a wrong command line.
    init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        var chosen: [Part] = []
        while let argument = rest.popFirst() {
            switch argument {
            case "--json": isJSON = true
            case "--quick": isQuick = true
            case "--help", "-h": isHelp = true
            case "--only":
                guard let part = rest.popFirst().flatMap(Part.init) else {
                    let names = Part.allCases.map(\.rawValue).joined(separator: ", ")
                    throw UsageError(
                        message: Message(zh: "--only 后面是其中之一:\(names)", en: "--only takes one of \(names)"))
                }
                chosen.append(part)
            case "--minutes":
                guard let minutes = rest.popFirst().flatMap(Double.init), minutes > 0, minutes <= 100_000 else {
                    throw UsageError(
                        message: Message(zh: "--minutes 后面要有分钟数", en: "--minutes needs a number after it"))
                }
                self.minutes = minutes
            case "--output":
                guard let path = rest.popFirst() else {
                    throw UsageError(
                        message: Message(zh: "--output 后面要有文件名", en: "--output needs a file after it"))
                }
                output = path
            default:
                if let part = Part(rawValue: argument) {
                    chosen.append(part)
                    continue
                }
                throw UsageError(
                    message: Message(
                        zh: "不认识“\(argument)”;见 booth-bench --help",
                        en: "unknown: \(argument); see booth-bench --help"))
            }
        }
        if !chosen.isEmpty { parts = chosen }
    }

    struct UsageError: Error {
        let message: Message
    }

    static let help = Message(
        zh: """
            用法:booth-bench [部分…] [--quick] [--json] [--output 文件]

            测量本次构建的 boothd,每项与对照或预算并列;约二十五分钟,一半以上是 journal,五分钟是 modbus。超出预算不算失败。
              部分            start、recording、acceptance、load、journal、relays、reports、idle、tasks、rules、modbus;
                              缺省全测。--only 部分 也可
              soak            不在缺省之内:连续运行,按键、报表、重载、巡检、扫描不断,看内存是否平稳
              --minutes 分钟  soak 的时长,缺省 10
              --quick         journal(五万条,不是一百万)、relays、tasks、rules、modbus 部分只测片刻:看能不能跑,数字不作准
              --json          在标准输出打印 JSON,不打印表格
              --output 文件   另把 JSON 写进文件
            在 $TMPDIR(默认 /var/tmp)下的临时目录里工作,用完即删。退出码:0 测完;1 有一项测不了;64 用法错误。
            """,
        en: """
            usage: booth-bench [PART…] [--quick] [--json] [--output FILE]

            Measures the boothd of this build, each figure beside its baseline or budget; takes 25 minutes, more than
            half of them for journal, five for modbus. Being over budget is no failure.
              PART            start, recording, acceptance, load, journal, relays, reports, idle, tasks, rules or modbus,
                              else all; --only PART is the same
              soak            only where it is asked for: presses, reports, reloads, walk tests and scans without a pause,
                              to see whether memory stays where it is
              --minutes N     how long a soak takes, 10 without it
              --quick         little of the parts journal (50,000 rows, not a million), relays, tasks, rules and modbus: to see
                              that they run, not to believe
              --json          JSON on standard output in place of the table
              --output FILE   the JSON into a file as well
            Works in a temporary folder below $TMPDIR, or else /var/tmp, and removes it.
            Exit codes: 0 measured; 1 a figure could not be measured; 64 usage.
            """)
}
