// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothIncidents
import BoothJournal
import BoothModel
import BoothSensing
import BoothUplink
import CLinux
import Glibc
import Systemd

/// The agent's core: one thread that hears everything, decides by the rules, and never blocks.
///
/// Sensors, platforms and technicians reach it through its mailbox or its event loop; what it decides goes to the
/// journal first, and comes back from there as batches for the platforms.
final class Agent {
    /// What other threads tell the core.
    enum Letter: Sendable {
        case sensors([SensorReport])
        case journal(JournalStatus)
        case uplink(UplinkReport)
        case control(ControlCall, ControlReplier)
    }

    /// Why the loop ended.
    enum Ending {
        case asked
        /// A new configuration is to be taken up.
        case reload
    }

    let configuration: Configuration
    let log: AgentLog
    let loop: EventLoop
    let mailbox: Mailbox<Letter>
    let journal: Journal
    let uplinks: [TargetID: Uplink]
    let control: ControlServer
    let notifier = Notifier()
    let started = BootTime.now()

    var clock: BoothClock
    var rules: IncidentRules
    var storage: JournalStatus
    var board: PointBoard
    var deviceFaults: [DeviceID: DeviceFault] = [:]
    var links: [TargetID: LinkState] = [:]
    var heartbeats: [TargetID: BootTime] = [:]
    /// What the last reload was refused for.
    var reloadRefusal: Message?
    var isInService = false
    var shownStatus: String?

    private var inputs: GPIOInputs?
    private var buses: [ModbusBus] = []
    private var ending: Ending?
    private let reread: () -> Message?

    /// Takes the state directory and makes every part, starting none but the journal.
    ///
    /// - Parameter reread: reads the configuration file again; what is wrong with it, nil when it is good.
    /// - Throws: `JournalError` when the state directory cannot be had, `SystemError` when the system has no descriptor
    ///   or thread left.
    init(
        _ configuration: Configuration, stateDirectory: String, controlSocket: String, log: AgentLog,
        reread: @escaping () -> Message?
    ) throws {
        self.configuration = configuration
        self.log = log
        self.reread = reread
        clock = BoothClock(trust: configuration.clockTrust)
        loop = try EventLoop()
        let mailbox = try Mailbox<Letter>()
        self.mailbox = mailbox
        let uplinks = try Self.makeUplinks(configuration.targets, mailbox)
        self.uplinks = uplinks
        let control = try ControlServer(path: controlSocket, version: Product.version) {
            mailbox.post(.control($0, $1))
        }
        self.control = control
        let (journal, contents) = try Journal.open(
            directory: stateDirectory, targets: configuration.targets.map(\.id), limit: configuration.storageLimit
        ) { report in
            switch report {
            case .recorded(let events): for event in events { control.publish(event.event.json, key: event.id.key) }
            case .batch(let target, let number, let events): uplinks[target]?.order(.batch(number: number, events))
            case .status(let status): mailbox.post(.journal(status))
            }
        }
        self.journal = journal
        storage = contents.status
        board = PointBoard(configuration.points)
        rules = IncidentRules(
            configuration: configuration, points: contents.points, incidents: contents.incidents,
            ids: EventIDGenerator(after: contents.lastKey))
        if let path = contents.setAside { tellLoss(path) }
    }

    private func tellLoss(_ path: String) {
        log.write(
            .error,
            Message(
                zh: "日志损坏,已移到 \(path),重新开始;请把它交给维护人员",
                en:
                    "the journal was damaged and set aside as \(path), a new one is begun; give that file to maintenance"
            ))
        record(rules.journalWasLost(at: clock.now()))
    }

    private static func makeUplinks(
        _ targets: [TargetConfiguration], _ mailbox: Mailbox<Letter>
    ) throws(SystemError) -> [TargetID: Uplink] {
        var uplinks: [TargetID: Uplink] = [:]
        for target in targets {
            uplinks[target.id] = try Uplink(target: target, version: Product.version) { mailbox.post(.uplink($0)) }
        }
        return uplinks
    }

    /// Goes into service and serves until a signal ends it.
    func run(signals: CInt) throws -> Ending {
        try loop.watch(signals) { [unowned self] _ in takeSignals(signals) }
        try loop.watch(mailbox.descriptor) { [unowned self] _ in for letter in mailbox.take() { take(letter) } }
        openControl()
        try startSensing()
        for uplink in uplinks.values { try uplink.start() }
        scheduleFirstHeartbeats()
        enterService()
        while ending == nil {
            loop.turn(milliseconds: nextDeadline()?.millisecondsAway())
            keepTime()
        }
        return ending ?? .asked
    }

    /// Ends sensing, then the links, then the journal: what was seen is recorded, what was answered is settled.
    func stop(for ending: Ending) {
        notify { () throws(NotifyError) in
            switch ending {
            case .asked: try notifier.stopping()
            case .reload: try notifier.reloading()
            }
        }
        inputs?.stop()
        // A bus ends with its request under way; nothing that it still says would be heard.
        for bus in buses { bus.stop() }
        for uplink in uplinks.values { uplink.stop() }
        for uplink in uplinks.values { uplink.join(milliseconds: 500) }
        for case .uplink(let report) in mailbox.take() { take(report) }
        if !journal.stop(within: 3000) {
            log.write(.error, Message(zh: "日志未能在 3 秒内写完", en: "the journal was not written within 3 s"))
        }
        control.stop()
    }

    private func startSensing() throws {
        var known = Set(configuration.points.flatMap { IncidentRules.devices(of: $0) })
        known.formUnion(configuration.targets.map { .target($0.id) } + [.storage])
        record(rules.forgetForeignFaults(known: known, at: clock.now()))
        for bus in configuration.buses {
            let points = configuration.points.filter {
                if case .modbus(let source) = $0.source { source.bus == bus.name } else { false }
            }
            guard !points.isEmpty else { continue }
            let mailbox = mailbox
            buses.append(
                try ModbusBus(bus, points: points, unitSilent: configuration.rules.unitSilent) {
                    mailbox.post(.sensors($0))
                })
        }
        for bus in buses { try bus.start() }
        let inputs = try GPIOInputs(chips: configuration.chips, points: configuration.points, loop: loop) {
            [unowned self] reports in take(reports)
        }
        self.inputs = inputs
        inputs.start(at: .now())
    }

    /// The socket is for the technician: without it the agent goes on, and says so.
    private func openControl() {
        do throws(SystemError) {
            try control.start()
        } catch {
            log.write(
                .error,
                Message(
                    zh: "控制套接字 \(control.path) 无法使用:\(error);boothctl 连不上,其余照常",
                    en:
                        "the control socket \(control.path) cannot be used: \(error); boothctl will not connect, the rest goes on"
                ))
        }
    }

    // MARK: Time

    private func nextDeadline() -> BootTime? {
        [rules.nextDeadline, board.nextDeadline, inputs?.nextDeadline, heartbeats.values.min()].compactMap { $0 }.min()
    }

    /// Does whatever is due by now.
    private func keepTime() {
        let now = BootTime.now()
        if let deadline = inputs?.nextDeadline, deadline <= now { inputs?.tick(at: now) }
        settlePoints(at: now)
        // Each deadline is kept in its turn, so that what follows from one is dated by it and not by the wake-up.
        while let deadline = rules.nextDeadline, deadline <= now {
            record(rules.advance(to: clock.moment(at: deadline.nanoseconds > 0 ? deadline : now)))
        }
        sendHeartbeats(at: now)
        showStatus()
    }

    // MARK: Letters and signals

    private func take(_ letter: Letter) {
        switch letter {
        case .sensors(let reports): take(reports)
        case .journal(let status): take(status)
        case .uplink(let report): take(report)
        case .control(let call, let replier): answer(call, replier)
        }
    }

    private func takeSignals(_ descriptor: CInt) {
        while case let signal = clinux_next_signal(descriptor), signal != 0 {
            if signal == SIGHUP { reload() } else { ending = .asked }
        }
    }

    /// A good file is taken up by starting over, within the same process; a wrong one changes nothing.
    private func reload() {
        guard ending == nil else { return }
        reloadRefusal = reread()
        if let reloadRefusal {
            log.write(.error, reloadRefusal)
        } else {
            ending = .reload
        }
    }
}
