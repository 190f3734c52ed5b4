// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Turns sensor reports into journal entries. A decision goes to the journal before anything else happens.
extension BoothCore {
    // MARK: Sensing

    mutating func apply(_ report: SensorReport) {
        switch report {
        case .reading(let reading): apply(points.apply(reading))
        case .counted(let presses): record(rules.apply(presses, at: now.at(presses.at)))
        case .device(let report): apply(report)
        case .missed(let missed):
            let isCounting = configuration.points.contains { $0.id == missed.point && $0.countingRegister != nil }
            log(.missed(missed, isCounting: isCounting))
            record(rules.apply(missed, at: now.at(missed.at)))
        case .flood(let point, let time): apply(points.flood(point, at: time))
        }
    }

    /// Lets time pass for the points, if one of them has a deadline.
    mutating func advancePoints() {
        guard let deadline = points.nextDeadline, deadline <= now.boot else { return }
        apply(points.advance(to: now.boot))
    }

    mutating func apply(_ changes: [PointBoard.Change]) {
        for change in changes {
            switch change {
            case .reading(let reading): record(rules.apply(reading, at: now.at(reading.at)))
            case .chatter(let point, let stands, let time):
                let fault = PointBoard.chatterFault(of: point)
                apply(DeviceReport(device: .chatter(of: point), condition: stands ? .lost(fault) : .found, at: time))
            }
        }
    }

    private mutating func apply(_ report: DeviceReport) {
        note(report)
        record(rules.apply(report, at: now.at(report.at)))
    }

    /// Keeps a device's fault for `status`, and says it to the log.
    private mutating func note(_ report: DeviceReport) {
        guard let entry = parts.note(report) else { return }
        statusLine.noteChange()
        log(entry)
    }

    // MARK: Recording

    mutating func record(_ decision: Decision) { record([decision]) }

    /// Gives decisions, and the answers that led to them, to the journal as one entry.
    mutating func record(
        _ decisions: [Decision], settlements: [JournalEntry.Settlement] = [], tellsOfLoss: Bool = false
    ) {
        for decision in decisions {
            for report in decision.devices { note(report) }
            if let attendance = decision.attendance { log(.entry(on: attendance, in: now.zone)) }
            for entry in LogEntry.entries(on: decision) { log(entry) }
        }
        guard !settlements.isEmpty || decisions.contains(where: { !$0.isEmpty }) else { return }
        let entry = JournalEntry(
            events: decisions.flatMap(\.events).map(encode), incidents: decisions.flatMap(\.incidents),
            points: decisions.flatMap(\.points), settlements: settlements,
            memory: decisions.compactMap(\.memory).last, tasks: decisions.flatMap(\.tasks),
            canBeToldAgain: decisions.allSatisfy(\.canBeToldAgain),
            isTransient: settlements.isEmpty && decisions.allSatisfy { $0.isTransient || $0.isEmpty },
            tellsOfLoss: tellsOfLoss)
        for incident in entry.incidents { lamps.help.apply(incident) }
        effects.add(.record(entry))
        tellWalkTest(of: decisions)
    }

    private func encode(_ event: BoothEvent) -> JournalEntry.Event {
        JournalEntry.Event(
            id: event.id, type: event.type, priority: event.priority,
            event: CloudEvent(event, from: configuration.booth), recipients: event.recipients,
            incident: event.incident?.id)
    }

    /// These events were synced to disk at `time`: lamps and the walk test may show it.
    mutating func noteRecorded(_ events: [EventID], at time: BootTime) {
        lamps.help.noteRecorded(events)
        for event in events { tell(walkTest?.step(recorded: event, at: time)) }
    }

    /// Continues what waited for the token: everything recorded before it is on disk, or the disk refuses it.
    mutating func goOn(with token: Token, isOnDisk: Bool) {
        switch token {
        case .answer(let call, let answer): reply(isOnDisk ? answer : .refused(.unavailable(Self.isInMemory)), to: call)
        case .tasks(let target, let orders, let events):
            drive(orders)
            if tasks.noteKept(by: target, inMemory: isOnDisk ? 0 : events) { effects.add(.nextTasks(target)) }
        case .testedPress(let event): if !isOnDisk { tell(walkTest?.step(recorded: event, at: nil)) }
        }
    }

    /// Switches outputs that only tasks switch. Their state is not recorded: after a restart they are off.
    private mutating func drive(_ orders: [OutputOrder]) {
        for order in orders { lamps.tasks.apply(order, at: now.boot) }
    }

    /// The act is not undone if the disk refuses, because its events may be on their way already, from memory.
    private static let isInMemory = Message(
        zh: "已执行，但磁盘拒绝写入，只在内存里：断电即失；检查磁盘，见 boothctl status",
        en: "done, but held in memory alone, and lost with the power: the disk refuses to write; "
            + "check the disk, see boothctl status")

    // MARK: The journal

    mutating func apply(_ report: JournalReport) {
        switch report {
        case .status(let status): apply(status)
        case .contents(let contents): recall(contents)
        case .renewed(let contents):
            log(contents)
            record(rules.snapshot())
        case .lost(let losses): tell(losses)
        // The journal's own thread gives these to the targets and to clients that follow events.
        case .recorded, .batch: break
        }
    }

    private mutating func apply(_ status: JournalStatus) {
        let news = parts.note(status)
        memoryCare.note(queued: parts.waiting, at: now.boot)
        if parts.isStorageWell { for target in tasks.release() { effects.add(.nextTasks(target)) } }
        if reloadWaits, parts.mayStartOver {
            reloadWaits = false
            effects.add(.readConfiguration)
        }
        for (target, change) in rejections.note(status) {
            switch change {
            case .more: record(rules.noteRejections(by: target, at: now))
            case .over: record(rules.setFault(.link, of: .rejections(by: target), stands: false, at: now))
            }
        }
        guard let news else { return }
        log(.storage(news))
        if news == .ok { effects.add(.keepConfiguration) }
        record(rules.setFault(.storage, of: .storage, stands: news != .ok, at: now))
    }

    /// Takes what the journal remembers. The journal opened after the booth went into service.
    private mutating func recall(_ contents: JournalContents) {
        isRecalled = true
        log(contents)
        parts.orphans = contents.orphans
        lamps.help.resume(contents.incidents)
        record(
            rules.recall(
                points: contents.points, incidents: contents.incidents, memory: contents.memory, tasks: contents.tasks,
                lastKey: contents.lastKey, at: now))
        reports.recall(contents.memory)
        rejections = Rejections(contents.status)
        forgetForeignFaults(contents.status)
        startTasks()
    }

    /// Logs damage that was found when the journal was opened.
    mutating func log(_ contents: JournalContents) {
        for entry in LogEntry.entries(on: contents) { log(entry) }
    }

    /// Tells each target what it lost. Targets that lost the same get one event.
    private mutating func tell(_ losses: [TargetID: Loss]) {
        for loss in losses.sorted(by: { $0.key.rawValue < $1.key.rawValue }).map(\.value).uniqued() {
            let targets = configuration.targets.map(\.id).filter { losses[$0] == loss }
            record([rules.tell(loss, to: targets, at: now)], tellsOfLoss: true)
        }
    }
}

extension [Loss] {
    /// Each loss once, in order.
    fileprivate func uniqued() -> [Loss] {
        var seen: Set<Loss> = []
        return filter { seen.insert($0).inserted }
    }
}
