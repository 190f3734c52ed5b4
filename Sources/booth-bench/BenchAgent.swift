// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothCore
import BoothJournal
import BoothModel
import BoothUplink
import Glibc
import Rehearsal

/// The agent from a reading to a receipt, in this process: its core, journal and uplink, on the same threads as in the
/// agent. Drivers and the control socket are left out.
final class BenchAgent {
    private enum Letter: Sendable {
        case recorded([EventID], at: BootTime)
        case target(UplinkReport, at: BootTime)
    }

    let journal: Journal
    private let uplink: Uplink
    private let mailbox: Mailbox<Letter>
    private let configuration: Configuration
    private var core: BoothCore
    /// The ids of events that are queued without the core.
    private var ids = EventIDGenerator(after: 0)
    private var isActive = false
    /// When each event was synced, and when its receipt came.
    private var recorded: [EventID: BootTime] = [:]
    private var accepted: [EventID: BootTime] = [:]
    /// The receipts so far, and the time of the last one.
    private(set) var receipts = (count: 0, last: BootTime.now())
    private(set) var recordedCount = 0
    /// Whether the uplink waits for events.
    private var isHungry = false

    /// - Parameters:
    ///   - configuration: must have one target, and a help button as its first point.
    ///   - directory: the journal's directory.
    ///   - limit: the most bytes of the journal.
    ///   - keep: how long the journal keeps settled events; nil: the default.
    init(
        _ configuration: Configuration, directory: String, limit: Int64 = 1 << 30, keep: Duration? = nil
    ) throws {
        let mailbox = try Mailbox<Letter>()
        var link = Uplink.Setup(configuration.targets[0], booth: configuration.booth.code, version: "bench")
        link.startSpread = .zero
        let uplink = try Uplink(link) {
            mailbox.post(.target($0, at: .now()))
        }
        var setup = Journal.Setup(directory: directory, targets: configuration.targets.map(\.id), limit: limit)
        if let keep { setup.keep = keep }
        let (journal, contents) = try Journal.open(setup) { report in
            switch report {
            case .recorded(let events): mailbox.post(.recorded(events.map(\.id), at: .now()))
            case .batch(_, let number, let events): uplink.order(.batch(number: number, events))
            case .status, .contents, .renewed, .lost: break
            }
        }
        self.journal = journal
        core = BoothCore(configuration, BoothCore.Start(contents: contents, seed: 1), at: Self.now())
        self.configuration = configuration
        self.mailbox = mailbox
        self.uplink = uplink
    }

    /// Starts sending and polling for tasks, like the agent. So a poll is held during the measurement.
    func startUplink() throws {
        try uplink.start()
        uplink.order(.startTasks(after: nil))
    }

    func stop() {
        uplink.stop()
        uplink.join(milliseconds: 2000)
        journal.stop(within: 20_000)
    }

    // MARK: Acting

    /// Presses or releases the button, which raises or restores an incident.
    ///
    /// - Returns: when it was seen, and the event that it caused.
    func change() throws -> (seen: BootTime, event: EventID) {
        isActive.toggle()
        let now = BootTime.now()
        let reading = Reading(
            point: configuration.points[0].id, state: isActive ? .active : .normal, value: isActive ? 1 : 0,
            quality: .good, at: now)
        guard let event = feed(.sensors([.reading(reading)])).last else {
            throw RehearsalError("the core made nothing of a press")
        }
        return (now, event)
    }

    /// Records and queues alarms without raising their incidents.
    func seed(_ count: Int) throws {
        let template = AlarmTemplate(for: configuration, at: Self.now())
        // The core never makes ids this old.
        let made = Self.now().wallMilliseconds - 3_600_000
        let wanted = recordedCount + count
        for first in stride(from: 0, to: count, by: 1000) {
            let events = (first..<min(first + 1000, count)).map { _ in
                template.event(id: ids.next(wallMilliseconds: made), incident: ids.next(wallMilliseconds: made))
            }
            journal.record(JournalEntry(events: events))
            // Limit the events in memory to those that the journal is writing.
            try wait(within: .seconds(120)) { recordedCount >= wanted - count + first - 4000 }
        }
        try wait { recordedCount >= wanted }
    }

    // MARK: Waiting

    func waitUntilRecorded(_ event: EventID) throws -> BootTime {
        try wait { recorded[event] != nil }
        return recorded[event] ?? .now()
    }

    /// Waits for the event's receipt.
    ///
    /// - Returns: the time from its sync to its receipt.
    func waitUntilAccepted(_ event: EventID) throws -> Duration {
        try wait { recorded[event] != nil && accepted[event] != nil }
        return (accepted[event] ?? .now()) - (recorded[event] ?? .now())
    }

    /// Presses or releases the button, and waits for the sync.
    ///
    /// - Returns: the time from seen to synced.
    func changeAndRecord() throws -> Duration {
        let (seen, event) = try change()
        return try waitUntilRecorded(event) - seen
    }

    /// Waits until the uplink has nothing to do.
    func waitUntilIdle() throws { try wait { isHungry } }

    func serve(until end: BootTime) {
        while BootTime.now() < end {
            turn(milliseconds: end.millisecondsAway())
        }
    }

    /// Serves the uplink until this many receipts have come.
    func serve(untilAccepted count: Int) throws {
        let deadline = BootTime.now() + .seconds(600)
        while receipts.count < count {
            guard BootTime.now() < deadline else { throw RehearsalError("\(receipts.count) receipts in ten minutes") }
            turn(milliseconds: 1000)
        }
    }

    private func wait(within patience: Duration = BenchBooth.patience, until isDone: () -> Bool) throws {
        let deadline = BootTime.now() + patience
        while !isDone() {
            guard BootTime.now() < deadline else { throw RehearsalError("no answer within \(patience)") }
            turn(milliseconds: deadline.millisecondsAway())
        }
    }

    // MARK: The core

    /// Waits for letters, and applies them; as `Agent` does it.
    private func turn(milliseconds: Int) {
        for letter in mailbox.wait(milliseconds: milliseconds) { apply(letter) }
        feed(.time)
    }

    private func apply(_ letter: Letter) {
        switch letter {
        case .recorded(let events, let time):
            recordedCount += events.count
            if events.count < 10 { for event in events { recorded[event] = time } }
            feed(.recorded(events, at: time))
        case .target(let report, let time):
            note(report, at: time)
            feed(.target(report))
        }
    }

    private func note(_ report: UplinkReport, at time: BootTime) {
        switch report {
        case .ready: isHungry = true
        case .sending: isHungry = false
        case .receipts(_, let receipts):
            self.receipts = (self.receipts.count + receipts.count, time)
            for receipt in receipts { accepted[receipt.id] = time }
        case .returned, .link, .tasks, .taskLink: break
        }
    }

    /// Applies an input to the core, and carries out the effects that are supported here.
    ///
    /// - Returns: the events that were recorded.
    @discardableResult
    private func feed(_ input: Input) -> [EventID] {
        var events: [EventID] = []
        for effect in core.apply(input, at: Self.now()) {
            switch effect {
            case .record(let entry):
                events += entry.events.map(\.id)
                journal.record(entry)
            case .fetch(let request, let target): journal.fetch(request, for: target)
            case .noteAttempt(let events, let target): journal.noteAttempt(of: events, by: target)
            case .noteReturn(let events, let target): journal.noteReturn(of: events, by: target)
            default: break
            }
        }
        return events
    }

    private static func now() -> Moment {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let milliseconds = Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000
        return Moment(
            boot: .now(), wallMilliseconds: milliseconds, in: .ofProcess,
            clock: .synced, bootID: "bench")
    }
}
