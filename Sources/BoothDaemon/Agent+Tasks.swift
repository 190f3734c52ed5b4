// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothIncidents
import BoothJournal
import BoothModel
import BoothUplink

// What platforms send down: receipts that were promised, and tasks.
//
// Each target is asked, since each may have promised receipts. Whether a target's tasks are executed is for the rules.
extension Agent {
    static func makePolls(
        _ configuration: Configuration, _ mailbox: Mailbox<Letter>
    ) throws(SystemError) -> [TargetID: TaskPoll] {
        var polls: [TargetID: TaskPoll] = [:]
        for target in configuration.targets {
            let source = TaskSource(target, booth: configuration.booth.code)
            polls[target.id] = try TaskPoll(source, version: Product.version) { mailbox.post(.uplink($0)) }
        }
        return polls
    }

    /// How long tasks wait for the journal, which knows how far they were taken and which were executed. A booth whose disk
    /// never comes back goes on without: a task that was executed in a run before may be executed once more, if it has not
    /// expired.
    private static let patienceForJournal = Duration.seconds(3)

    /// Asks for tasks: at once, or once the journal has said what it remembers.
    func schedulePolls() {
        pollsFrom = isRecalled ? .now() : .now() + Self.patienceForJournal
        if isRecalled { startPolls() }
    }

    /// Starts the threads that ask for tasks, once.
    func startPolls() {
        guard pollsFrom != nil else { return }
        pollsFrom = nil
        for (target, poll) in polls where !startedPolls.contains(target) {
            do throws(SystemError) {
                try poll.start(after: rules.memory.cursors[target])
                startedPolls.insert(target)
            } catch {
                // The system has no thread left now; it is asked again.
                pollsFrom = .now() + .seconds(1)
            }
        }
    }

    /// Takes one answer of a target's task channel.
    ///
    /// Receipts go first: what they say is kept by the time the platform hears that they were read.
    func take(_ received: [ReceivedTask], cursor: String?, from target: TargetID) {
        var receipts: [Receipt] = []
        var tasks: [PlatformTask] = []
        for item in received {
            switch item {
            case .receipts(let some): receipts += some
            case .task(let task): tasks.append(task)
            }
        }
        // An event whose receipt is left out stays queued, and is sent again.
        if !receipts.isEmpty { settle(Array(receipts.prefix(TaskAnswer.mostTasks)), from: target) }
        let decision = rules.take(tasks, cursor: cursor, from: target, at: clock.now())
        record(decision)
        // The journal answers in turn: by then what was recorded above is on disk, or in memory while the disk refuses.
        let count = decision.events.count
        journal.ask(
            .recorded { [mailbox] isOnDisk in
                mailbox.post(.kept(target, decision.outputs, inMemory: isOnDisk ? 0 : count))
            })
    }

    /// So many events of tasks are held in memory while the disk refuses; the rest stays with the platforms until then.
    static let mostTaskEventsInMemory = 1000

    /// An answer's tasks are kept: outputs move, and the next tasks may come, unless memory has enough of them.
    ///
    /// - Parameter count: events that the disk has refused so far.
    func goOn(_ orders: [OutputOrder], from target: TargetID, inMemory count: Int) {
        drive(orders)
        taskEventsInMemory += count
        if taskEventsInMemory > Self.mostTaskEventsInMemory {
            heldPolls.insert(target)
        } else {
            polls[target]?.order(.taken)
        }
    }

    /// What memory held is on disk.
    func releasePolls() {
        taskEventsInMemory = 0
        for target in heldPolls { polls[target]?.order(.taken) }
        heldPolls = []
    }

    /// Switches outputs that only tasks switch; what they were told is forgotten when the agent ends, and they are off.
    func drive(_ orders: [OutputOrder]) {
        let now = BootTime.now()
        for order in orders { taskOutputs.take(order, at: now) }
        if !orders.isEmpty { showLamps(at: now) }
    }

    // MARK: Receipts that hand an incident over

    /// Settles the receipts of an answer.
    ///
    /// One that hands its incident over waits until the incident is known, so that both are recorded as one.
    func settle(_ receipts: [Receipt], from target: TargetID) {
        var known: [Receipt] = []
        var handedOver: [EventID: EventID] = [:]
        for receipt in receipts {
            if receipt.result.handover != nil {
                guard let incident = rules.incident(of: receipt.id) else {
                    trace(receipt, from: target)
                    continue
                }
                handedOver[receipt.id] = incident
            }
            known.append(receipt)
        }
        if !known.isEmpty { settle(known, handingOver: handedOver, from: target) }
    }

    /// Asks the journal which incident a receipt is about.
    private func trace(_ receipt: Receipt, from target: TargetID) {
        journal.ask(
            .incidentOfEvent(receipt.id) { [mailbox] id in mailbox.post(.traced(receipt, target, incident: id)) })
    }

    /// The journal has said which incident a receipt is about; nil: about none.
    func settle(_ receipt: Receipt, of incident: EventID?, from target: TargetID) {
        settle([receipt], handingOver: incident.map { [receipt.id: $0] } ?? [:], from: target)
    }

    // MARK: How the task channels stand

    /// Without the channel of the target with authority nobody can close an incident from afar: that is said. Others
    /// may do without.
    func takeTaskLink(_ state: LinkState, of target: TargetID) {
        let before = taskLinks.updateValue(state, forKey: target)
        let fields: [LogEntry.Field: String?] = [.target: target.rawValue]
        switch state {
        case .refused(let cause):
            let words = Self.taskChannel(of: target, cause)
            log(hasAuthority(target) ? .error : .info, .taskLinkRefused, words, fields)
        case .ok:
            guard case .refused = before else { return }
            let words = Self.taskChannel(of: target, Message(zh: "正常", en: "ok"))
            log(hasAuthority(target) ? .notice : .info, .taskLinkWell, words, fields)
        // A platform that is away is told of by its link for events.
        case .retrying: break
        }
    }

    /// What is wrong with the channel of the target with authority, for `status`.
    func taskReasons() -> [Message] {
        configuration.targets.filter(\.hasAuthority).compactMap { target in
            guard case .refused(let cause) = taskLinks[target.id] else { return nil }
            return Self.taskChannel(of: target.id, cause)
        }
    }

    private func hasAuthority(_ target: TargetID) -> Bool {
        configuration.targets.contains { $0.id == target && $0.hasAuthority }
    }

    private static func taskChannel(of target: TargetID, _ words: Message) -> Message {
        Message(zh: "\(target) 的任务通道：\(words.zh)", en: "tasks of \(target): \(words.en)")
    }
}
