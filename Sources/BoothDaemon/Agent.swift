// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothControl
import BoothCore
import BoothJournal
import BoothModel
import BoothSensing
import BoothUplink
import CLinux
import Glibc

/// The parts of a running agent, and the main thread on which the core gets its inputs.
///
/// It decides nothing: it turns everything that happens into an `Input`, and carries out each `Effect`.
final class Agent {
    /// Letters from other threads to the main thread.
    enum Letter: Sendable {
        case input(Input)
        case call(ControlCall, ControlReplier)
        case prove(Pulse)
    }

    enum Ending {
        case asked
        /// A new configuration must be applied.
        case reload(CheckedFile)
    }

    struct Places {
        var stateDirectory: String
        var controlSocket: String
    }

    let configuration: Configuration
    let announcer: Announcer
    let keeper: ConfigurationKeeper
    let loop: EventLoop
    let mailbox: Mailbox<Letter>
    let journal: Journal
    let uplinks: [TargetID: Uplink]
    let control: ControlServer
    private let clockWatch: ClockWatch
    private var clock: BoothClock
    private var core: BoothCore
    /// Inputs that came while an effect was carried out.
    private var waiting: [Input] = []
    private var isFeeding = false

    var gpio: GPIOLines?
    private(set) var modbus: [ModbusThread] = []
    /// Calls that are not answered, or whose client gets more steps.
    var calls: [Input.CallID: ControlReplier] = [:]
    /// Watches whether every loop makes progress; nil before they run.
    var watch: LoopWatch?
    #if DEBUG
        /// The loop that SIGUSR2 stops for ever, for tests.
        var wedged: String?
    #endif
    var ending: Ending?
    private let reread: () -> Result<CheckedFile, ConfigurationError>
    /// The configuration that was read last and is right.
    var nextFile: CheckedFile?

    /// Locks the state directory and makes all parts; starts only the journal. The agent also starts if the disk fails:
    /// the journal's contents come once its file could be opened.
    ///
    /// - Parameter reread: reads the configuration file again.
    /// - Throws: `JournalError` if another agent has the state directory, `SystemError` if the system has no descriptor
    ///   or thread left.
    init(
        _ file: CheckedFile, in places: Places, announcer: Announcer,
        reread: @escaping () -> Result<CheckedFile, ConfigurationError>
    ) throws {
        let configuration = file.configuration
        self.configuration = configuration
        self.announcer = announcer
        self.reread = reread
        keeper = ConfigurationKeeper(file, directory: places.stateDirectory, announcer: announcer)
        loop = try EventLoop()
        let mailbox = try Mailbox<Letter>()
        self.mailbox = mailbox
        let uplinks = try Self.makeUplinks(configuration, mailbox)
        self.uplinks = uplinks
        let control = try ControlServer(
            path: places.controlSocket, version: Product.version, call: { mailbox.post(.call($0, $1)) },
            ended: { mailbox.post(.input(.callEnded($0))) })
        self.control = control
        let (journal, contents) = try Journal.open(
            Journal.Setup(
                directory: places.stateDirectory, markInMemory: Self.markInMemory(beside: places.controlSocket),
                targets: configuration.targets.map(\.id), limit: configuration.storageLimit,
                keep: configuration.storageKeep)
        ) { report in
            switch report {
            case .recorded(let events):
                for event in events { control.publish(event.event.json, key: event.id.key) }
                mailbox.post(.input(.recorded(events.map(\.id), at: .now())))
            // Straight from thread to thread, because the main thread has nothing to add.
            case .batch(let target, let number, let events): uplinks[target]?.order(.batch(number: number, events))
            case .status, .contents, .renewed, .lost: mailbox.post(.input(.journal(report)))
            }
        }
        self.journal = journal
        clock = BoothClock(trust: configuration.clockTrust, syncedBoot: contents?.memory.syncedBoot)
        clockWatch = try ClockWatch()
        core = BoothCore(
            configuration,
            BoothCore.Start(
                contents: contents, wrongFile: file.standsInFor.map(FileProblems.init),
                omitted: file.omitted.map(FileProblems.init), seed: .random(in: .min ... .max)),
            at: clock.now())
    }

    private static func makeUplinks(
        _ configuration: Configuration, _ mailbox: Mailbox<Letter>
    ) throws(SystemError) -> [TargetID: Uplink] {
        var uplinks: [TargetID: Uplink] = [:]
        for target in configuration.targets {
            var setup = Uplink.Setup(target, booth: configuration.booth.code, version: Product.version)
            setup.link = nil
            uplinks[target.id] = try Uplink(setup) { mailbox.post(.input(.target($0))) }
        }
        return uplinks
    }

    /// The path of the journal's second mark: beside the control socket, in memory, and lost with the power.
    private static func markInMemory(beside controlSocket: String) -> String? {
        guard let slash = controlSocket.lastIndex(of: "/") else { return nil }
        return controlSocket[...slash] + "journal.mark"
    }

    // MARK: The loop

    /// Gives the core an input, and carries out the effects. An effect may lead to another input, as an output does that
    /// cannot be driven. That one comes after all effects of the first.
    func feed(_ input: Input) {
        waiting.append(input)
        guard !isFeeding else { return }
        isFeeding = true
        defer { isFeeding = false }
        while !waiting.isEmpty {
            for effect in core.apply(waiting.removeFirst(), at: clock.now()) { carryOut(effect) }
        }
    }

    /// Goes into service, and serves until a signal or a reload ends it.
    func run(signals: CInt) throws -> Ending {
        try loop.watch(signals) { [unowned self] _ in takeSignals(signals) }
        try loop.watch(mailbox.descriptor) { [unowned self] _ in for letter in mailbox.take() { apply(letter) } }
        try loop.watch(clockWatch.descriptor) { [unowned self] _ in if clockWatch.wasSet() { feed(.clockSet) } }
        openControl()
        feed(.begin)
        try startSensing()
        for uplink in uplinks.values { try uplink.start() }
        startWatch()
        feed(.inService)
        while ending == nil {
            loop.turn(milliseconds: nextDeadline()?.millisecondsAway())
            keepTime()
        }
        return ending ?? .asked
    }

    private func nextDeadline() -> BootTime? {
        [core.nextDeadline, gpio?.nextDeadline, watch?.nextDeadline].compactMap(\.self).min()
    }

    private func keepTime() {
        let now = BootTime.now()
        if let deadline = gpio?.nextDeadline, deadline <= now { gpio?.tick(at: now) }
        watchLoops(at: now)
        feed(.time)
    }

    private func apply(_ letter: Letter) {
        switch letter {
        case .input(.journal(.contents(let contents))):
            clock.recall(syncedBoot: contents.memory.syncedBoot)
            feed(.journal(.contents(contents)))
        case .input(let input): feed(input)
        case .call(let call, let replier):
            calls[replier.number] = replier
            let credentials = replier.caller.credentials
            let peer = Peer(process: credentials.pid, user: credentials.uid, officer: replier.officer)
            feed(.call(replier.number, call, from: peer, seeing: facts(for: call)))
        case .prove(let pulse): pulse.beat()
        }
    }

    /// Facts that only the devices have, for a call.
    private func facts(for call: ControlCall) -> CallFacts {
        func buses(on line: BusLine?) -> CallFacts {
            guard let line else { return CallFacts() }
            let buses = configuration.buses.filter { BusLine($0.transport).isSame(as: line) }
            return CallFacts(busesOnLine: buses.map(\.name))
        }
        switch call {
        case .points: return CallFacts(units: modbus.flatMap(\.buses).flatMap(\.counters))
        case .lendBus(_, let line): return buses(on: line)
        case .readModbus(let read): return buses(on: read.line)
        case .status, .incidents, .queue, .events, .report, .verify, .act, .test: return CallFacts()
        }
    }

    private func takeSignals(_ descriptor: CInt) {
        while case let signal = clinux_next_signal(descriptor), signal != 0 {
            switch signal {
            case SIGHUP: feed(.reloadWanted)
            #if DEBUG
                case SIGUSR2: wedge(at: .now())
            #endif
            default: ending = .asked
            }
        }
    }

    func readConfiguration() {
        guard ending == nil else { return }
        switch reread() {
        case .success(let file):
            nextFile = file
            feed(.configurationRead(.right(limit: file.configuration.storageLimit)))
        case .failure(let error): feed(.configurationRead(.wrong(FileProblems(error))))
        }
    }

    // MARK: Sensing

    private func startSensing() throws {
        try startModbus()
        let gpio = try GPIOLines(
            chips: configuration.chips, points: configuration.points, outputs: configuration.outputs, loop: loop
        ) {
            [unowned self] reports in feed(.sensors(reports))
        }
        self.gpio = gpio
        if !gpio.isIdle, let limits = GPIOLines.limits { announcer.log(LogEntry(.warning, .kernelLimited, limits)) }
        gpio.start(at: .now())
    }

    private func startModbus() throws {
        let mailbox = mailbox
        let setups = configuration.buses.map { bus in
            BusSetup(
                bus, points: configuration.points, outputs: configuration.outputs,
                unitSilent: configuration.rules.unitSilent, remembered: core.inputs, standing: core.lostDevices
            ) { mailbox.post(.input(.sensors($0))) }
        }
        modbus = try ModbusThread.threads(for: setups)
        for thread in modbus { try thread.start() }
    }

    /// The bus with this name in the configuration; nil if it has no points or outputs.
    func bus(named name: String) -> ModbusBus? {
        modbus.lazy.flatMap(\.buses).first { $0.name == name }
    }

    /// Opens the control socket. It is for the technician: without it the agent goes on, and logs it.
    private func openControl() {
        do throws(SystemError) {
            try control.start()
        } catch {
            announcer.log(.controlUnavailable(at: control.path, error))
        }
    }

    // MARK: The end

    /// The longest time that stopping takes, whatever the disk and the platforms do.
    private static let stopTime = Duration.milliseconds(4500)

    /// Ends sensing, then the links, then the journal, so that everything seen is recorded and every answer is applied.
    func stop(for ending: Ending) {
        switch ending {
        case .asked: announcer.stopping()
        case .reload: announcer.reloading()
        }
        let deadline = BootTime.now() + Self.stopTime
        // A bus ends after its current request. What it read before is in the mailbox.
        for thread in modbus { thread.stop() }
        for uplink in uplinks.values { uplink.stop() }
        control.stop()
        keeper.finish(by: min(deadline, .now() + .milliseconds(500)))
        let joined = min(deadline, .now() + .milliseconds(500))
        for uplink in uplinks.values { uplink.join(milliseconds: joined.millisecondsAway()) }
        // The bus threads switch off their lamps. A dead bus is not waited for.
        let rested = min(deadline, .now() + .seconds(2))
        for thread in modbus { thread.join(milliseconds: rested.millisecondsAway()) }
        // GPIO ends last: edges that came meanwhile are still in the kernel's queue, and are read now.
        loop.turn(milliseconds: 0)
        gpio?.tick(at: .now())
        for letter in mailbox.take() { apply(letter) }
        gpio?.stop()
        feed(.time)
        feed(.stopping)
        switch journal.stop(within: deadline.millisecondsAway()) {
        case .complete: break
        case .abandoned(let events): announcer.log(.eventsAbandoned(events))
        case .unfinished: announcer.log(.journalUnfinished)
        }
    }
}

extension FileProblems {
    init(_ error: ConfigurationError) {
        self.init(zh: error.lines(in: .chinese), en: error.lines(in: .english))
    }
}

extension LogEntry {
    fileprivate static func controlUnavailable(at path: String, _ error: SystemError) -> LogEntry {
        LogEntry(
            .error, .controlUnavailable,
            Message(
                zh: "控制套接字 \(path) 无法使用：\(error)；boothctl 连不上，其余照常",
                en: "the control socket \(path) cannot be used: \(error); boothctl will not connect, the rest goes on"))
    }

    fileprivate static func eventsAbandoned(_ events: Int) -> LogEntry {
        LogEntry(
            .error, .eventsAbandoned,
            Message(
                zh: "磁盘一直拒绝写入：内存中的 \(events) 条消息随进程丢失",
                en: "the disk refused to the last: \(events) events held in memory are lost with this process"))
    }

    fileprivate static let journalUnfinished = LogEntry(
        .error, .eventsAbandoned, Message(zh: "日志没有及时写完", en: "the journal was not written in time"))
}
