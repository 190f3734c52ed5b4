// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothConfig
import BoothCore
import BoothJournal
import BoothModel
import Glibc
import Rehearsal

/// A journal of settled history, like that of a booth after most of a year: four events for each closed incident,
/// 277,000 events a year, all older than today.
struct OldHistory {
    /// When to stop writing.
    enum Length {
        /// When the files have this many bytes.
        case bytes(Int64)
        case events(Int)
    }

    struct Written {
        var events = 0
        /// The size of the database and its log.
        var bytes: Int64 = 0
    }

    private static let eventsEach = 4
    /// Incidents in one journal entry.
    private static let slice = 200
    /// The milliseconds between two incidents, which gives 277,000 events a year.
    private static let usualStep: Int64 = 455_000
    private static let span: Int64 = 300 * 86_400_000
    /// More events than can fit. If the journal thinned while writing, it would never reach a length beyond its room.
    private static let mostEvents = 4_000_000
    /// In milliseconds.
    private static let patience = 120_000

    let configuration: Configuration
    let limit: Int64
    let length: Length

    /// Writes the history through the journal into a new state directory.
    func write(to directory: String) throws -> Written {
        let journal = try Journal.open(
            Journal.Setup(directory: directory, targets: configuration.targets.map(\.id), limit: limit)
        ) { _ in }.journal
        defer { journal.stop(within: 60_000) }
        let began = Self.now() - Self.span
        let template = AlarmTemplate(for: configuration, at: moment(at: began, since: began))
        var ids = EventIDGenerator(after: 0)
        var written = Written()
        var time = began
        while !isEnough(written) {
            var entry = JournalEntry()
            for _ in 0..<Self.slice {
                let opened = moment(at: time, since: began)
                let incident = BusyJournal.closedIncident(of: configuration, opened: opened, &ids) {
                    moment(at: $0, since: began)
                }
                entry.incidents.append(incident)
                for _ in 0..<Self.eventsEach {
                    var event = template.event(id: ids.next(wallMilliseconds: time), incident: incident.id)
                    // All recipients have received it.
                    event.recipients = []
                    entry.events.append(event)
                }
                time += step
            }
            journal.record(entry)
            written.events += entry.events.count
            guard written.events <= Self.mostEvents else { throw RehearsalError("the journal never becomes so full") }
            try Self.waitUntilRecorded(by: journal)
            written.bytes = Self.bytes(in: directory)
        }
        return written
    }

    private func isEnough(_ written: Written) -> Bool {
        switch length {
        case .bytes(let bytes): written.bytes >= bytes
        case .events(let events): written.events >= events
        }
    }

    /// The milliseconds between two incidents; fewer if the events would otherwise not fit before today.
    private var step: Int64 {
        guard case .events(let events) = length else { return Self.usualStep }
        return max(1, min(Self.usualStep, Self.span / Int64(events / Self.eventsEach + 1)))
    }

    private static func waitUntilRecorded(by journal: Journal) throws {
        let recorded = try Mailbox<Bool>()
        journal.ask(.recorded { recorded.post($0) })
        guard recorded.wait(milliseconds: patience).first == true else {
            throw RehearsalError("the journal could not be filled")
        }
    }

    private static func now() -> Int64 {
        var wall = timespec()
        clock_gettime(CLOCK_REALTIME, &wall)
        return Int64(wall.tv_sec) * 1000
    }

    private func moment(at milliseconds: Int64, since began: Int64) -> Moment {
        Moment(
            boot: BootTime(nanoseconds: (milliseconds - began + 3_600_000) * 1_000_000),
            wallMilliseconds: milliseconds, in: .ofProcess, clock: .synced,
            bootID: "0123456789abcdef0123456789abcdef")
    }

    /// The size of a journal's database and its log in bytes.
    static func bytes(in directory: String) -> Int64 {
        ["journal.sqlite", "journal.sqlite-wal"].reduce(0) { sum, name in
            var status = stat()
            return stat("\(directory)/\(name)", &status) == 0 ? sum + Int64(status.st_size) : sum
        }
    }
}
