// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothControl
import BoothModel
import BoothScan
import BoothSensing
import Glibc
import Modbus

// The verbs for work on a Modbus bus: `modbus scan`, `modbus read`.
extension BoothCommand {
    /// Why a verb cannot begin.
    private struct Refusal: Error {
        var message: Message
        var code: ExitCode
    }

    /// `modbus`
    func atBus(_ invocation: Invocation, _ language: Language) -> ExitCode {
        do throws(Refusal) {
            let task: ModbusTask
            do throws(Invocation.UsageError) { task = try ModbusTask(invocation) } catch {
                throw Refusal(message: error.message, code: .usage)
            }
            switch task {
            case .scan(let name, let options): return try scan(name, options, invocation, language)
            case .read(let read): return try show(read, invocation, language)
            }
        } catch {
            complain(error.message, language)
            return error.code
        }
    }

    // MARK: Read

    private func show(
        _ read: ModbusRead, _ invocation: Invocation, _ language: Language
    ) throws(Refusal) -> ExitCode {
        let values = try values(of: read, invocation)
        let reply = JSONText.encode(["values": values])
        output.write(invocation.json ? reply + "\n" : Screens(language).values(values, of: read))
        return .done
    }

    /// Reads through the agent, which holds the line. If no agent runs, or it lacks that bus, reads the line itself.
    private func values(of read: ModbusRead, _ invocation: Invocation) throws(Refusal) -> [UInt16] {
        struct Reply: Decodable { var values: [UInt16] }
        // A user who may not read the file may still ask the agent.
        let known = survey(invocation).configuration?.buses.first { $0.name == read.bus }
        do throws(ControlClientError) {
            let client = try ControlClient(path: invocation.socket ?? defaultSocket)
            var read = read
            read.line = known.map { BusLine($0.transport) }
            return try ControlClient.decode(Reply.self, from: try client.call(.readModbus(read))).values
        } catch {
            switch error {
            case .notRunning, .refused(.invalidParameter("bus")), .refused(.readFailed(.notOpen)): break
            case .refused(.invalidParameter("unit")): throw Refusal(message: Self.noUnit(read.unit), code: .usage)
            case .refused(.readFailed(let failure)): throw Refusal(message: failure.message(on: known), code: .failed)
            default: throw Refusal(message: error.message, code: .failed)
            }
        }
        let bus = try bus(read.bus, invocation)
        guard bus.canAsk(read.unit) else { throw Refusal(message: Self.noUnit(read.unit), code: .usage) }
        do throws(ModbusError) {
            let line = try ReadOnlyLine(to: ModbusEndpoint(bus.transport), responseTimeout: bus.responseTimeout)
            let request = ReadRequest(
                unit: read.unit, table: DataTable(read.table), address: read.address, count: read.count)
            return try line.read(request, within: bus.responseTimeout(of: read.unit))
        } catch {
            throw Refusal(message: ReadFailure.here(error, on: bus), code: .failed)
        }
    }

    private static func noUnit(_ unit: Int) -> Message {
        unit == 0
            ? Message(
                zh: "串口总线上没有单元 0：它是广播地址，没有应答；单元为 1..247",
                en: "a serial line has no unit 0: that is for all of them, and nobody answers it; a unit is 1..247")
            : Message(
                zh: "串口总线的单元为 1..247；模块出厂即为 \(unit) 时，先写 [modbus.总线.unit.\(unit)] 及其 profile",
                en: "a unit of a serial line is 1..247; for a board that comes with \(unit), write a "
                    + "[modbus.BUS.unit.\(unit)] with its profile first")
    }

    private func survey(_ invocation: Invocation) -> ConfigurationSurvey {
        ConfigurationFile.survey(path: invocation.configuration ?? ConfigurationCheck.defaultFile)
    }

    private func bus(_ name: String, _ invocation: Invocation) throws(Refusal) -> ModbusBusConfiguration {
        let file = invocation.configuration ?? ConfigurationCheck.defaultFile
        let survey = survey(invocation)
        guard let configuration = survey.configuration else {
            let problem = survey.problems.first?.message ?? Message(zh: "无法读取", en: "it cannot be read")
            throw Refusal(
                message: Message(
                    zh: "\(file)：\(problem.zh)；先运行 boothctl check \(file)",
                    en: "\(file): \(problem.en); run boothctl check \(file) first"), code: .configuration)
        }
        guard let bus = configuration.buses.first(where: { $0.name == name }) else {
            let known = configuration.buses.map(\.name).joined(separator: ", ")
            throw Refusal(
                message: Message(
                    zh:
                        "\(file) 里没有总线 \(name)；有：\(known.isEmpty ? "（无）" : known)；新总线请先写 [modbus.\(name)] serial = \"…\"",
                    en: "\(file) has no bus \(name); there are: \(known.isEmpty ? "none" : known); "
                        + "for a new one, write [modbus.\(name)] with serial = \"…\" first"), code: .usage)
        }
        return bus
    }

    // MARK: Scan

    private func scan(
        _ name: String, _ options: ScanOptions, _ invocation: Invocation, _ language: Language
    ) throws(Refusal) -> ExitCode {
        let bus = try bus(name, invocation)
        if configuresLine(options), case .tcp = bus.transport {
            throw Refusal(
                message: Message(
                    zh: "--baud 和 --parity 只用于串口；\(name) 是 TCP 总线，请去掉",
                    en: "--baud and --parity are for a serial line; \(name) is a bus over TCP, leave them out"),
                code: .usage)
        }
        let profiles: [BoardProfile]
        do throws(ConfigurationError) {
            let file = invocation.configuration ?? ConfigurationCheck.defaultFile
            profiles = try BoardProfiles.read(beside: file).all
        } catch {
            for line in error.lines(in: language) { errors.write(line.printable + "\n") }
            return .configuration
        }
        let agent = try borrow(bus, invocation)
        let plan = ScanPlan(bus, profiles: profiles, options: options)
        let display = ScanDisplay(errors: errors, words: Words(language: language))
        var hasBegun = false
        let scan = BusScan(
            bus, profiles: profiles, plan: plan, isStopped: { isInterrupted || agent?.isDisconnected == true },
            tell: {
                // The line is open now, so requests are about to be made.
                if !hasBegun {
                    noteMistakes(invocation, language)
                    display.begin(plan, of: bus, isLent: agent != nil)
                    hasBegun = true
                }
                display.show($0)
            })
        let result = withExtendedLifetime(agent) { scan.run() }
        display.end()
        let isLoanOver = agent?.isDisconnected == true
        if let failure = result.failure, !hasBegun, !isLoanOver {
            throw Refusal(message: ReadFailure.here(failure, on: bus), code: .failed)
        }
        let report = ScanReport(result, on: bus, profiles: profiles)
        output.write(invocation.json ? report.json + "\n" : Screens(language).scan(report))
        for message in report.hints(isLoanOver: isLoanOver, all: options.all) { complain(message, language) }
        return result.failure == nil && !result.units.isEmpty ? .done : .failed
    }

    /// Makes the agent close a serial bus; nil if no agent runs, or it lacks that bus.
    ///
    /// Not needed over TCP, where a second connection disturbs nothing.
    private func borrow(_ bus: ModbusBusConfiguration, _ invocation: Invocation) throws(Refusal) -> ControlClient? {
        guard case .serial = bus.transport else { return nil }
        do throws(ControlClientError) {
            let client = try ControlClient(path: invocation.socket ?? defaultSocket)
            try client.borrow(bus: bus.name, line: BusLine(bus.transport))
            return client
        } catch {
            switch error {
            case .notRunning, .refused(.invalidParameter("bus")): return nil
            case .refused(.methodNotFound):
                throw Refusal(
                    message: Message(
                        zh: "boothd 版本较旧，不能借出总线：systemctl restart boothd，或先 systemctl stop boothd",
                        en: "boothd is older than boothctl and lends no bus: systemctl restart boothd, or stop it first"
                    ),
                    code: .failed)
            default: throw Refusal(message: error.message, code: .failed)
            }
        }
    }

    /// Warns if the agent would refuse the file. The scan can use it all the same.
    private func noteMistakes(_ invocation: Invocation, _ language: Language) {
        let file = invocation.configuration ?? ConfigurationCheck.defaultFile
        let count = survey(invocation).problems.count
        guard count > 0 else { return }
        complain(
            Message(
                zh: "\(file) 有 \(count) 处错误：boothctl check \(file) 逐一列出；扫描照常进行",
                en: "\(file) has \(count.counted("mistake")): boothctl check \(file) names each; the scan goes on"),
            language)
    }

    private func configuresLine(_ options: ScanOptions) -> Bool { options.bauds != nil || options.parities != nil }

    private var isInterrupted: Bool {
        guard let interruption else { return false }
        var one = pollfd(fd: interruption, events: Int16(POLLIN), revents: 0)
        return poll(&one, 1, 0) > 0
    }
}
