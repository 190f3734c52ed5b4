// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothCore
import BoothJournal
import BoothModel
import Glibc
import Rehearsal

/// The journal of a busy day: closed incidents with their events, all settled.
struct BusyJournal {
    /// 277,000 events a year are about 760 a day; this day has sixteen times as many.
    static let incidents = 3000
    static let eventsEach = 4
    /// In milliseconds.
    private static let patience = 120_000

    let configuration: Configuration
    /// Yesterday.
    let day: CivilDate

    init(_ configuration: Configuration) {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        let milliseconds = Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000
        day = CivilTime(wallMilliseconds: milliseconds).date.previous
        self.configuration = configuration
    }

    /// Writes it into the state directory of an agent that has not started yet.
    ///
    /// - Parameter isSettled: whether all recipients have the events; otherwise all events wait.
    /// - Returns: the newest event.
    @discardableResult
    func write(to directory: String, isSettled: Bool) throws -> EventID {
        let journal = try Journal.open(
            Journal.Setup(directory: directory, targets: configuration.targets.map(\.id), limit: 1 << 30)
        ) { _ in }.journal
        var ids = EventIDGenerator(after: 0)
        var newest = EventID(key: 0, random: 0)
        let template = AlarmTemplate(for: configuration, at: moment(at: day.instant(in: .ofProcess).milliseconds))
        for first in stride(from: 0, to: Self.incidents, by: 100) {
            var entry = JournalEntry()
            for number in first..<min(first + 100, Self.incidents) { add(number, to: &entry, template, &ids) }
            if isSettled {
                for index in entry.events.indices { entry.events[index].recipients = [] }
            }
            journal.record(entry)
            newest = entry.events.last?.id ?? newest
        }
        let recorded = try Mailbox<Bool>()
        journal.ask(.recorded { recorded.post($0) })
        let isRecorded = recorded.wait(milliseconds: Self.patience).first
        journal.stop(within: 20_000)
        guard isRecorded == true else {
            throw RehearsalError("the journal of a busy day could not be written")
        }
        return newest
    }

    private func add(
        _ number: Int, to entry: inout JournalEntry, _ template: AlarmTemplate, _ ids: inout EventIDGenerator
    ) {
        let step = 86_400_000 / Int64(Self.incidents)
        let opened = moment(at: day.instant(in: .ofProcess).milliseconds + Int64(number) * step)
        let incident = incident(opened: opened, &ids)
        entry.incidents.append(incident)
        for _ in 0..<Self.eventsEach {
            let id = ids.next(wallMilliseconds: opened.wallMilliseconds)
            entry.events.append(template.event(id: id, incident: incident.id))
        }
    }

    /// A moment of that day. The machine was started an hour before the day.
    private func moment(at milliseconds: Int64) -> Moment {
        let started = day.instant(in: .ofProcess).milliseconds - 3_600_000
        return Moment(
            boot: BootTime(nanoseconds: (milliseconds - started) * 1_000_000), wallMilliseconds: milliseconds,
            in: .ofProcess, clock: .synced,
            bootID: "0123456789abcdef0123456789abcdef")
    }

    private func incident(opened: Moment, _ ids: inout EventIDGenerator) -> Incident {
        Self.closedIncident(of: configuration, opened: opened, &ids) { moment(at: $0) }
    }

    /// The events of a press that was accepted after some seconds and closed after ten minutes.
    ///
    /// - Parameter moment: converts milliseconds since 1970 to a moment.
    static func closedIncident(
        of configuration: Configuration, opened: Moment, _ ids: inout EventIDGenerator, _ moment: (Int64) -> Moment
    ) -> Incident {
        func later(_ seconds: Int64) -> Stamp { Stamp(moment(opened.wallMilliseconds + seconds * 1000)) }
        let id = ids.next(wallMilliseconds: opened.wallMilliseconds)
        var incident = Incident(
            id: id, opening: ids.next(wallMilliseconds: opened.wallMilliseconds), point: configuration.points[0].id,
            classification: Classification(.help, .police, .help), opened: Stamp(opened),
            targets: configuration.targets.map(\.id))
        incident.accepted = later(1 + id.key % 7)
        incident.restored = later(20)
        incident.state = .closed
        incident.closing = Incident.Closing(.init(by: .agent, at: later(600)), outcome: "done")
        return incident
    }
}
