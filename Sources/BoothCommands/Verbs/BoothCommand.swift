// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import Glibc

/// One run of `boothctl`.
package struct BoothCommand {
    /// The exit code of a run; as in sysexits(3) where that has one.
    package enum ExitCode: CInt, Sendable {
        case done = 0
        /// Refused or failed, or the answer could not be written. For `status`: degraded. For `doctor`: something is
        /// broken.
        case failed = 1
        case notRunning = 3
        case usage = 64
        case configuration = 78
    }

    let output: Output
    let errors: Output
    let defaultSocket: String
    let defaultLanguage: Language
    let interruption: CInt?

    /// - Parameters:
    ///   - output: for answers.
    ///   - errors: for everything else.
    ///   - socket: the agent's socket, unless the command line names one.
    ///   - language: unless the command line names one.
    ///   - interruption: a descriptor that becomes readable when `events --follow` or a scan must end.
    package init(
        output: Output, errors: Output, socket: String = BoothCommand.socketOfEnvironment,
        language: Language = .ofEnvironment, interruption: CInt? = nil
    ) {
        self.output = output
        self.errors = errors
        defaultSocket = socket
        defaultLanguage = language
        self.interruption = interruption
    }

    /// `$RUNTIME_DIRECTORY/control`, or `/run/boothd/control`.
    package static var socketOfEnvironment: String {
        guard let folder = getenv("RUNTIME_DIRECTORY"), folder.pointee != 0 else { return "/run/boothd/control" }
        return String(cString: folder) + "/control"
    }

    /// Runs the command line. All output is written when it returns.
    ///
    /// - Parameter arguments: without the program's name.
    package func run(_ arguments: [String]) -> ExitCode {
        let language = Invocation.language(in: arguments) ?? defaultLanguage
        defer { errors.flush() }
        let code: ExitCode
        do throws(Invocation.UsageError) {
            code = run(try Invocation(arguments))
        } catch {
            complain(error.message, language)
            code = .usage
        }
        output.flush()
        guard let failure = output.failure else { return code }
        complain(.notWritten(failure.description), language)
        // Keep the earlier error code.
        return code == .done ? .failed : code
    }

    private func run(_ invocation: Invocation) -> ExitCode {
        let language = invocation.language ?? defaultLanguage
        if invocation.version {
            output.write("boothctl \(Product.version)\n")
            return .done
        }
        guard !invocation.help, let verb = invocation.verb, verb != .help else {
            output.write(Help.text.text(in: language))
            return .done
        }
        switch verb {
        case .check: return checkConfiguration(invocation, language)
        case .doctor: return diagnose(invocation, language)
        case .gpio: return listChips(invocation, language)
        case .modbus: return atBus(invocation, language)
        case .ack: return act(.ack, invocation, language)
        case .close: return act(.close, invocation, language)
        case .arm: return act(.arm, invocation, language)
        case .disarm: return act(.disarm, invocation, language)
        case .retry: return act(.retry, invocation, language)
        case .test: return walk(invocation, language)
        case .report: return report(invocation, language)
        case .verify: return verify(invocation, language)
        case .status, .points, .incidents, .queue, .events, .help: break
        }
        do throws(ControlClientError) {
            return try ask(verb, invocation, language)
        } catch {
            complain(error.message, language)
            if case .notRunning = error { return .notRunning }
            return .failed
        }
    }

    private func ask(
        _ verb: Verb, _ invocation: Invocation, _ language: Language
    ) throws(ControlClientError) -> ExitCode {
        let screens = Screens(language)
        if verb == .incidents, let text = invocation.operand {
            return try showIncident(text, invocation, language)
        }
        let client = try ControlClient(path: invocation.socket ?? defaultSocket)
        switch verb {
        case .status:
            let reply = try client.call(.status)
            let status = try ControlClient.decode(StatusReply.self, from: reply)
            show(reply, invocation, screens.status(status))
            return status.state == .inService ? .done : .failed
        case .points:
            let reply = try client.call(.points)
            let points = try ControlClient.decode(PointsReply.self, from: reply)
            show(reply, invocation, screens.points(points.points) + screens.units(points.units))
        case .incidents:
            let reply = try client.call(.incidents(nil, all: invocation.all))
            let incidents = try ControlClient.decode(IncidentsReply.self, from: reply).incidents
            show(reply, invocation, screens.incidents(incidents))
        case .queue:
            let reply = try client.call(.queue)
            show(reply, invocation, screens.queue(try ControlClient.decode(QueueReply.self, from: reply).targets))
        case .events: try showEvents(client, invocation, screens.words)
        case .ack, .close, .arm, .disarm, .retry, .test, .report, .verify, .doctor, .gpio, .modbus, .check, .help:
            break
        }
        return .done
    }

    func show(_ reply: String, _ invocation: Invocation, _ screen: String) {
        output.write(invocation.json ? reply + "\n" : screen)
    }

    private func showEvents(
        _ client: ControlClient, _ invocation: Invocation, _ words: Words
    ) throws(ControlClientError) {
        guard invocation.follow else {
            let reply = try client.call(.events)
            guard let events = JSONText.member("events", of: reply) else { throw .notUnderstood }
            for event in JSONText.elements(of: events) { output.write(line(event, invocation, words)) }
            return
        }
        output.interruption = interruption
        try client.follow(until: interruption) { event in
            output.write(line(event, invocation, words))
            output.flush()
            return !output.isBroken
        }
    }

    private func line(_ event: String, _ invocation: Invocation, _ words: Words) -> String {
        if invocation.json { return event + "\n" }
        do {
            return try ControlClient.decode(EventLine.self, from: event).text(words)
        } catch {
            return event.printable + "\n"
        }
    }

    private func checkConfiguration(_ invocation: Invocation, _ language: Language) -> ExitCode {
        let check = ConfigurationCheck(file: invocation.operand ?? ConfigurationCheck.defaultFile)
        for line in check.lines(in: language) { errors.write(line.printable + "\n") }
        if invocation.json {
            output.write(check.json + "\n")
        } else if check.isGood, output.isTerminal {
            output.write(Words(language: language)("\(check.file)：没有问题", "\(check.file): no problems") + "\n")
        }
        return check.isGood ? .done : .configuration
    }

    func complain(_ message: Message, _ language: Language) {
        errors.write("boothctl: \(message.text(in: language).printable)\n")
    }
}
