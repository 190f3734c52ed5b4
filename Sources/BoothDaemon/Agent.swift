// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothControl
import BoothIncidents
import BoothJournal
import BoothModel
import BoothSensing
import BoothUplink
import CLinux
import Glibc

/// The agent's core: one thread that hears everything, decides by the rules, and never blocks.
///
/// Sensors, platforms and technicians reach it through its mailbox or its event loop; what it decides goes to the
/// journal first, and comes back from there as batches for the platforms.
final class Agent {
    /// What other threads tell the core.
    enum Letter: Sendable {
        case sensors([SensorReport])
        case journal(JournalReport)
        /// These events are on disk, since then.
        case recorded([EventID], at: BootTime)
        case uplink(UplinkReport)
        case control(ControlCall, ControlReplier)
        case prove(Pulse)
        /// Whoever had that bus has let it go.
        case returned(bus: String)
        case officer(OfficerLetter)
        /// The last answer of a target's task channel is kept; outputs may follow.
        case kept(TargetID, [OutputOrder], inMemory: Int)
        /// The journal's word on which incident a receipt is about.
        case traced(Receipt, TargetID, incident: EventID?)
        /// The report on a day; nil where it could not be made.
        case report(CivilDate, BoothReport?)
    }

    /// Why the loop ended.
    enum Ending {
        case asked
        /// A new configuration is to be taken up.
        case reload(CheckedFile)
    }

    let configuration: Configuration
    let announcer: Announcer
    let loop: EventLoop
    let mailbox: Mailbox<Letter>
    let journal: Journal
    let uplinks: [TargetID: Uplink]
    let polls: [TargetID: TaskPoll]
    let control: ControlServer
    let started = BootTime.now()

    var clock: BoothClock
    let clockWatch: ClockWatch
    /// How the rules know the clock.
    var knownClock: ClockState?
    var rules: IncidentRules
    var storage: JournalStatus
    /// What people and platforms were last told of the disk.
    var toldStorage = StorageState.ok
    var board: PointBoard
    var helpLamp: HelpLamp
    /// What each lamp was last told; by output.
    var shownLamps: [String: Bool] = [:]
    var taskOutputs = TaskOutputs()
    /// What tasks led to and the disk has refused so far, and the targets whose next tasks wait for it.
    var taskEventsInMemory = 0
    var heldPolls: Set<TargetID> = []
    /// When tasks are asked for, unless they are already, and whose thread runs.
    var pollsFrom: BootTime?
    var startedPolls: Set<TargetID> = []
    /// Whether it is known what the runs before have left.
    var isRecalled: Bool
    var reporting: Reporting
    var memoryCare: MemoryCare
    var deviceFaults: [DeviceID: DeviceFault] = [:]
    var links: [TargetID: LinkState] = [:]
    var taskLinks: [TargetID: LinkState] = [:]
    var heartbeats: [TargetID: BootTime] = [:]
    /// What waits for targets that the configuration no longer has.
    var orphans: [JournalContents.Orphan]
    /// What the last reload was refused for.
    var reloadRefusal: Message?
    /// Whether a new configuration waits for the disk.
    var reloadWaits = false
    /// What is wrong with the configuration file, so that the last right one is in service; nil as a rule.
    var wrongFile: ConfigurationError?
    /// What this version leaves out of it; nil as a rule.
    var omitted: ConfigurationError?
    /// Keeps the configuration for later starts, once the agent is in service with it.
    var keeper: ConfigurationKeeper?
    var isInService = false
    var shownStatus: String?
    /// The service manager is not told more often than once a second.
    var showsStatusFrom = BootTime(nanoseconds: 0)
    var hasStatusToShow = false

    var gpio: GPIOLines?
    /// Whether every loop goes round; nil before they run.
    var watch: LoopWatch?
    #if DEBUG
        /// The loop that SIGUSR2 stops for ever, for tests.
        var wedged: String?
    #endif
    var throttle = LogThrottle()

    private(set) var modbus: [ModbusThread] = []
    /// Who has a bus instead of the agent, by its name.
    var borrowers: [String: PeerCredentials] = [:]
    /// The walk test that goes on, and how many there were.
    var walkTest: WalkTestSession?
    var walkTests = 0
    let isTesting = TestSwitch()
    private var ending: Ending?
    private let reread: () -> Result<CheckedFile, Refusal>

    /// Why a configuration is not taken up.
    struct Refusal: Error {
        let error: ConfigurationError
    }

    /// Takes the state directory and makes every part, starting none but the journal. A disk that refuses is no reason not
    /// to start: what the journal remembers comes once it can be opened.
    ///
    /// - Parameter reread: reads the configuration file again.
    /// - Throws: `JournalError` when another agent has the state directory, `SystemError` when the system has no descriptor
    ///   or thread left.
    init(
        _ configuration: Configuration, stateDirectory: String, controlSocket: String, announcer: Announcer,
        reread: @escaping () -> Result<CheckedFile, Refusal>
    ) throws {
        self.configuration = configuration
        self.announcer = announcer
        self.reread = reread
        loop = try EventLoop()
        let mailbox = try Mailbox<Letter>()
        self.mailbox = mailbox
        let uplinks = try Self.makeUplinks(configuration.targets, mailbox)
        self.uplinks = uplinks
        polls = try Self.makePolls(configuration, mailbox)
        let control = try ControlServer(path: controlSocket, version: Product.version) {
            mailbox.post(.control($0, $1))
        }
        self.control = control
        let isTesting = isTesting
        let showsHelp = configuration.outputs.contains { $0.shows == .help }
        let (journal, contents) = try Journal.open(
            Journal.Setup(
                directory: stateDirectory, markInMemory: Self.markInMemory(beside: controlSocket),
                targets: configuration.targets.map(\.id), limit: configuration.storageLimit,
                keep: configuration.storageKeep)
        ) { report in
            switch report {
            case .recorded(let events):
                for event in events { control.publish(event.event.json, key: event.id.key) }
                if showsHelp || isTesting.isOn {
                    mailbox.post(.recorded(events.map(\.id), at: .now()))
                }
            case .batch(let target, let number, let events): uplinks[target]?.order(.batch(number: number, events))
            case .status, .contents, .renewed, .lost: mailbox.post(.journal(report))
            }
        }
        self.journal = journal
        clock = BoothClock(trust: configuration.clockTrust, syncedBoot: contents?.memory.syncedBoot)
        clockWatch = try ClockWatch()
        isRecalled = contents != nil
        storage = contents?.status ?? JournalStatus(unopenedFor: configuration.targets.map(\.id))
        board = PointBoard(configuration.points)
        rules = IncidentRules(
            configuration: configuration, points: contents?.points ?? [], incidents: contents?.incidents ?? [],
            memory: contents?.memory ?? BoothMemory(), tasks: contents?.tasks ?? [],
            ids: EventIDGenerator(after: contents?.lastKey ?? 0))
        helpLamp = HelpLamp(configuration.points, bootID: clock.bootID)
        helpLamp.resume(contents?.incidents ?? [])
        reporting = Reporting(configuration.booth, contents?.memory ?? BoothMemory(), started: started)
        memoryCare = MemoryCare(started: started)
        orphans = contents?.orphans ?? []
        if let contents { tell(contents) }
    }

    private static func makeUplinks(
        _ targets: [TargetConfiguration], _ mailbox: Mailbox<Letter>
    ) throws(SystemError) -> [TargetID: Uplink] {
        var uplinks: [TargetID: Uplink] = [:]
        for target in targets {
            uplinks[target.id] = try Uplink(target: target, version: Product.version, link: nil) {
                mailbox.post(.uplink($0))
            }
        }
        return uplinks
    }

    /// Goes into service and serves until a signal ends it.
    func run(signals: CInt) throws -> Ending {
        try loop.watch(signals) { [unowned self] _ in takeSignals(signals) }
        try loop.watch(mailbox.descriptor) { [unowned self] _ in for letter in mailbox.take() { take(letter) } }
        try loop.watch(clockWatch.descriptor) { [unowned self] _ in takeClock() }
        openControl()
        try startSensing()
        for uplink in uplinks.values { try uplink.start() }
        schedulePolls()
        scheduleFirstHeartbeats()
        startWatch()
        enterService()
        while ending == nil {
            loop.turn(milliseconds: nextDeadline()?.millisecondsAway())
            keepTime()
        }
        return ending ?? .asked
    }

    /// Ends sensing, then the links, then the journal: what was seen is recorded, what was answered is settled.
    func stop(for ending: Ending) {
        switch ending {
        case .asked: announcer.stopping()
        case .reload: announcer.reloading()
        }
        let deadline = BootTime.now() + Self.stopTime
        // A bus ends with its request under way; what it read before is in the mailbox.
        for thread in modbus { thread.stop() }
        for uplink in uplinks.values { uplink.stop() }
        for poll in polls.values { poll.stop() }
        control.stop()
        keeper?.finish(by: min(deadline, .now() + .milliseconds(500)))
        let joined = min(deadline, .now() + .milliseconds(500))
        for uplink in uplinks.values { uplink.join(milliseconds: joined.millisecondsAway()) }
        for poll in polls.values { poll.join(milliseconds: joined.millisecondsAway()) }
        // A lamp on a bus is switched off by its thread; one that is dead is not waited for.
        let rested = min(deadline, .now() + .seconds(2))
        for thread in modbus { thread.join(milliseconds: rested.millisecondsAway()) }
        // Sensing ends last: an edge that came meanwhile is still in the kernel's queue, and is read now.
        loop.turn(milliseconds: 0)
        gpio?.tick(at: .now())
        for letter in mailbox.take() { take(letter) }
        gpio?.stop()
        giveSignOfLife()
        closeJournal(by: deadline)
    }

    /// The longest that stopping takes, however the disk and the platforms are.
    private static let stopTime = Duration.milliseconds(4500)

    private func closeJournal(by deadline: BootTime) {
        switch journal.stop(within: deadline.millisecondsAway()) {
        case .complete: break
        case .abandoned(let events):
            log(
                .error, .eventsAbandoned,
                Message(
                    zh: "磁盘一直拒绝写入：内存中的 \(events) 条消息随进程丢失",
                    en: "the disk refused to the last: \(events) events held in memory are lost with this process"))
        case .unfinished:
            log(.error, .eventsAbandoned, Message(zh: "日志没有及时写完", en: "the journal was not written in time"))
        }
    }

    /// Restores the faults of what is no longer configured.
    func forgetForeignFaults() {
        var known = Set(configuration.points.flatMap { IncidentRules.devices(of: $0) })
        known.formUnion(configuration.outputs.flatMap { IncidentRules.devices(of: $0) })
        known.formUnion(configuration.targets.map { .target($0.id) })
        known.insert(.clock)
        // A journal that opened well is over its fault; a link's stands until its platform answers.
        if storage.storage != .ok { known.insert(.storage) }
        if wrongFile != nil { known.insert(.configuration) }
        record(rules.forgetForeignFaults(known: known, at: clock.now()))
    }

    private func startSensing() throws {
        forgetForeignFaults()
        tellOfWrongFile()
        // A contact that chattered before the start is watched for a while before it counts as at rest.
        for (point, state) in rules.chatteringPoints.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            take(board.resumeChatter(of: point, state: state, at: .now()))
        }
        try startModbus()
        let gpio = try GPIOLines(
            chips: configuration.chips, points: configuration.points, outputs: configuration.outputs, loop: loop
        ) {
            [unowned self] reports in take(reports)
        }
        self.gpio = gpio
        if !gpio.isIdle, let limits = GPIOLines.limits { log(.warning, .kernelLimited, limits) }
        gpio.start(at: .now())
    }

    /// The bus that the configuration calls `name`; nil where nothing hangs on it.
    func bus(named name: String) -> ModbusBus? {
        modbus.lazy.flatMap(\.buses).first { $0.name == name }
    }

    private func startModbus() throws {
        let mailbox = mailbox
        let setups = configuration.buses.map { bus in
            BusSetup(
                bus, points: configuration.points, outputs: configuration.outputs,
                unitSilent: configuration.rules.unitSilent, remembered: rules.inputs, standing: rules.lostDevices
            ) { mailbox.post(.sensors($0)) }
        }
        modbus = try ModbusThread.threads(for: setups)
        for thread in modbus { try thread.start() }
    }

    /// The socket is for the technician: without it the agent goes on, and says so.
    private func openControl() {
        do throws(SystemError) {
            try control.start()
        } catch {
            log(
                .error, .controlUnavailable,
                Message(
                    zh: "控制套接字 \(control.path) 无法使用：\(error)；boothctl 连不上，其余照常",
                    en:
                        "the control socket \(control.path) cannot be used: \(error); boothctl will not connect, the rest goes on"
                ))
        }
    }

    // MARK: Time

    private func nextDeadline() -> BootTime? {
        [
            rules.nextDeadline, board.nextDeadline, gpio?.nextDeadline, lampDeadline, heartbeats.values.min(),
            statusDeadline, reportDeadline, walkTest?.ends, watch?.nextDeadline, throttle.nextDeadline, pollsFrom,
            memoryCare.due,
        ].compactMap { $0 }.min()
    }

    /// Does whatever is due by now.
    private func keepTime() {
        let now = BootTime.now()
        if let deadline = gpio?.nextDeadline, deadline <= now { gpio?.tick(at: now) }
        settlePoints(at: now)
        // Each deadline is kept in its turn, so that what follows from one is dated by it and not by the wake-up.
        while let deadline = rules.nextDeadline, deadline <= now {
            record(rules.advance(to: clock.moment(at: deadline.nanoseconds > 0 ? deadline : now)))
        }
        if let session = walkTest, session.ends <= now { endWalkTest() }
        if let start = pollsFrom, start <= now { startPolls() }
        sendHeartbeats(at: now)
        keepReports(at: now)
        noticeClock()
        showLamps(at: now)
        watchLoops(at: now)
        flushLog(at: now)
        showStatus(at: now)
        if memoryCare.takeDue(at: now) { FreedMemory.giveBack() }
    }

    // MARK: Letters and signals

    private func take(_ letter: Letter) {
        switch letter {
        case .sensors(let reports): take(reports)
        case .journal(let report): take(report)
        case .recorded(let events, let time):
            helpLamp.noteRecorded(events)
            for event in events { tellTest(recorded: event, at: time) }
        case .uplink(let report): take(report)
        case .control(let call, let replier): answer(call, replier)
        case .prove(let pulse): pulse.beat()
        case .returned(let bus): takeBack(bus)
        case .officer(let letter): take(letter)
        case .kept(let target, let orders, let count): goOn(orders, from: target, inMemory: count)
        case .traced(let receipt, let target, let incident): settle(receipt, of: incident, from: target)
        case .report(let day, let report): take(report, on: day)
        }
    }

    private func takeSignals(_ descriptor: CInt) {
        while case let signal = clinux_next_signal(descriptor), signal != 0 {
            take(signal)
        }
    }

    private func take(_ signal: CInt) {
        switch signal {
        case SIGHUP: reload()
        #if DEBUG
            case SIGUSR2: wedge(at: .now())
        #endif
        default: ending = .asked
        }
    }

    /// Whether the process can begin again without losing what only memory holds.
    var mayStartOver: Bool { storage.storage == .ok || storage.queues.allSatisfy { $0.queued == 0 } }

    /// A good file is taken up by starting over, within the same process; a wrong one changes nothing.
    ///
    /// Starting over would lose what only memory holds: while the disk refuses, that is waited for.
    func reload() {
        guard ending == nil else { return }
        reloadWaits = false
        switch reread() {
        case .failure(let refusal): refuseReload(refusal)
        case .success(let next) where !mayStartOver:
            reloadWaits = true
            // The limit may be all that is wrong.
            journal.setLimit(next.configuration.storageLimit)
            refuseReload(
                Message(
                    zh: "磁盘未恢复，内存中还有待发消息：先采用新的 [storage] limit，其余在磁盘恢复或消息送出后自动采用",
                    en: """
                        the disk has not recovered and memory holds events: of the new configuration [storage] limit \
                        is taken now, the rest once the disk has recovered or the events are delivered
                        """))
        case .success(let next):
            reloadRefusal = nil
            ending = .reload(next)
        }
    }

    func refuseReload(_ message: Message) {
        reloadRefusal = message
        log(.error, .reloadRefused, message)
    }
}
