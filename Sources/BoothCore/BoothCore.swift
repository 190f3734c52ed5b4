// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Decides for the agent. It is told what happened and when, and returns what to do.
///
/// Pure: it has no clock, no thread, no file and no environment. The same inputs from the same start give the same
/// effects. All its state is here; a restart continues from the journal's contents.
package struct BoothCore {
    let configuration: Configuration
    let started: BootTime
    /// The instant of the current input.
    var now: Moment
    var effects = EffectList()
    var random: SeededRandom

    var points: PointBoard
    var rules: IncidentRules
    var lamps: LampPanel
    var parts: PartStates
    var rejections: Rejections
    var statusLine = StatusLine()
    var heartbeats: Heartbeats
    var reports: ReportCare
    var tasks: TaskGate
    var loans: BusLoans
    var walkTest: WalkTest?
    var memoryCare: MemoryCare
    /// The state of the clock that the rules were last told; nil: none yet.
    private var knownClock: ClockState?
    /// Whether the journal's memory of earlier runs is known.
    var isRecalled: Bool
    /// Whether a new configuration waits for the disk.
    var reloadWaits = false
    /// How many verifications are running.
    var verifications = 0

    /// What a start finds besides the configuration.
    package struct Start: Sendable {
        /// What the journal remembers; nil: it could not be opened yet.
        package var contents: JournalContents?
        /// What is wrong with the configuration file, if the last right one is in service.
        package var wrongFile: FileProblems?
        /// What this version leaves out of that last right one.
        package var omitted: FileProblems?
        /// Decides every random choice of this run.
        package var seed: UInt64

        package init(
            contents: JournalContents?, wrongFile: FileProblems? = nil, omitted: FileProblems? = nil, seed: UInt64
        ) {
            self.contents = contents
            self.wrongFile = wrongFile
            self.omitted = omitted
            self.seed = seed
        }
    }

    package init(_ configuration: Configuration, _ start: Start, at now: Moment) {
        let contents = start.contents
        self.configuration = configuration
        self.now = now
        started = now.boot
        random = SeededRandom(seed: start.seed)
        points = PointBoard(configuration.points)
        rules = IncidentRules(
            configuration: configuration, points: contents?.points ?? [], incidents: contents?.incidents ?? [],
            memory: contents?.memory ?? BoothMemory(), tasks: contents?.tasks ?? [],
            ids: EventIDGenerator(after: contents?.lastKey ?? 0, random: random.fork()))
        lamps = LampPanel(configuration, bootID: now.bootID)
        lamps.help.resume(contents?.incidents ?? [])
        parts = PartStates(
            configuration, storage: contents?.status, wrongFile: start.wrongFile, omitted: start.omitted)
        parts.orphans = contents?.orphans ?? []
        rejections = Rejections(contents?.status)
        heartbeats = Heartbeats(configuration.targets)
        reports = ReportCare(configuration.booth, contents?.memory ?? BoothMemory(), started: now.boot)
        tasks = TaskGate(configuration.targets)
        loans = BusLoans(configuration.buses)
        memoryCare = MemoryCare(started: now.boot)
        isRecalled = contents != nil
        if let contents { log(contents) }
    }

    /// Applies one input.
    ///
    /// Only `Input.time` runs deadlines. An input may report what happened before a deadline that has passed: a door that
    /// was closed in time. So the caller gives every input that waits, and then `Input.time`.
    ///
    /// - Parameter now: not before the moment of the previous input. What the input reports may have happened earlier.
    /// - Returns: what is to be done, in order.
    package mutating func apply(_ input: Input, at now: Moment) -> [Effect] {
        self.now = now
        handle(input)
        // The passing of time alone changes no status. Otherwise an idle agent would wake once a second.
        if case .time = input {} else { statusLine.noteChange() }
        if now.clock != knownClock { tellClock() }
        driveLamps()
        effects.flushLog(at: now.boot)
        showStatus()
        return effects.takeAll()
    }

    /// When `Input.time` has something to do unless another input comes first.
    package var nextDeadline: BootTime? {
        [nextDuty, lamps.nextBlink(after: now.boot)].compactMap(\.self).min()
    }

    /// The same without the blinking of lamps: a simulation need not wake for each blink.
    package var nextDuty: BootTime? {
        [
            rules.nextDeadline, points.nextDeadline, lamps.nextDeadline, heartbeats.nextDeadline,
            statusLine.nextDeadline, reports.nextDeadline, walkTest?.end, effects.nextDeadline, tasks.nextStart,
            memoryCare.due,
        ].compactMap(\.self).min()
    }

    /// What the drivers of Modbus units must know about their inputs from the last run.
    package var inputs: [PointID: InputMemory] { rules.inputs }
    /// The devices whose faults stand.
    package var lostDevices: Set<DeviceID> { rules.lostDevices }

    private mutating func handle(_ input: Input) {
        switch input {
        case .begin: begin()
        case .inService: enterService()
        case .stopping: giveSignOfLife()
        case .time: keepTime()
        case .sensors(let reports): for report in reports { apply(report) }
        case .journal(let report): apply(report)
        case .recorded(let events, let time): noteRecorded(events, at: time)
        case .reached(let token, let isOnDisk): goOn(with: token, isOnDisk: isOnDisk)
        case .answered(let answer): apply(answer)
        case .report(let report, let purpose): apply(report, for: purpose)
        case .target(let report): apply(report)
        case .call(let id, let call, let peer, let facts): answer(call, id: id, from: peer, seeing: facts)
        case .callEnded(let id): end(id)
        case .busLent(let id): reply(.lent, to: id)
        case .busRead(let id, let bus, let result): replyWithRead(result, of: bus, to: id)
        case .clockSet: tellClock()
        case .reloadWanted: effects.add(.readConfiguration)
        case .configurationRead(let file): apply(file)
        case .loops(let stalled, let changes, let isStatusStale):
            parts.stalled = stalled
            for change in changes { log(.loop(change, at: now)) }
            if isStatusStale { statusLine.forgetShown() }
        }
    }

    /// Does everything that is due by now.
    private mutating func keepTime() {
        advancePoints()
        // One deadline after the other, so that what follows from a deadline has its date and not that of the wake-up.
        while let deadline = rules.nextDeadline, deadline <= now.boot {
            record(rules.advance(to: now.at(deadline.nanoseconds > 0 ? deadline : now.boot)))
        }
        if let walkTest, walkTest.end <= now.boot { endWalkTest() }
        if let start = tasks.nextStart, start <= now.boot { startTasks() }
        for target in heartbeats.takeDue(at: now.boot) { sendStatus(to: target) }
        keepReports()
        if memoryCare.takeDue(at: now.boot) { effects.add(.releaseMemory) }
    }

    mutating func log(_ entry: LogEntry) { effects.log(entry, at: now.boot) }

    // MARK: Clock

    /// Tells the rules the state of the clock. Nobody reports that the kernel's clock follows a reference again, or no
    /// longer: the next input shows it.
    private mutating func tellClock() {
        knownClock = now.clock
        record(rules.clockChanged(at: now))
        reports.noteClock(at: now.boot)
    }

    // MARK: Lamps

    /// Drives the outputs that must change now.
    mutating func driveLamps() {
        // Before the agent is in service no driver runs. A change sent then would be lost, and not be sent again.
        guard statusLine.isInService else { return }
        let faults = LampPanel.Faults(areStanding: rules.hasStandingFaults || !parts.isStorageWell)
        for (output, isOn) in lamps.changes(at: now.boot, faults) { effects.add(.drive(output: output, isOn: isOn)) }
    }
}
