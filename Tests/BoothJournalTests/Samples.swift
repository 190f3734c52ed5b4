// SPDX-License-Identifier: Apache-2.0
import BoothModel

@testable import BoothJournal

extension Moment {
    /// An instant on a clock that is trusted, or not.
    static func wall(_ milliseconds: Int64, clock: ClockState = .synced) -> Moment {
        Moment(
            boot: BootTime(nanoseconds: 5), wallMilliseconds: milliseconds,
            in: .ofProcess, clock: clock, bootID: "boot")
    }
}

extension Incident {
    /// A help press, opened when its id was made.
    static func press(_ id: EventID, _ category: Category = .help, priority: Priority = .help) -> Incident {
        Incident(
            id: id, opening: id, point: "help-1", classification: Classification(category, .police, priority),
            opened: Stamp(.wall(id.milliseconds)), targets: ["police"])
    }

    func closed(at moment: Moment = .wall(1_795_449_600_000)) -> Incident {
        var incident = self
        incident.state = .closed
        incident.closing = Closing(Act(by: .officer("zhang"), at: Stamp(moment)), outcome: "a lost child")
        return incident
    }
}

extension JournalEntry.Event {
    static let booth = Booth(
        code: "B0001", name: "丹东街道第三警务室", county: "330225", grid: "330225001002", address: "330225001002A0001",
        longitude: 121.87, latitude: 29.48, site: .town, timeZone: "Asia/Shanghai")

    /// An event as the agent encodes it, for nobody.
    init(_ content: BoothEvent.Content, _ id: EventID) {
        let event = BoothEvent(id: id, content: content, moment: .wall(id.milliseconds), recipients: [])
        self.init(
            id: id, type: event.type, priority: event.priority, event: CloudEvent(event, from: Self.booth),
            recipients: event.recipients, incident: event.incident?.id)
    }
}

extension TaskRecord {
    static func refused(_ id: String, of target: TargetID = "police") -> TaskRecord {
        TaskRecord(
            target: target, task: PlatformTask(id: id, kind: "test", order: .test), result: .refused,
            reason: "expired", at: Stamp(.wall(1_795_449_600_000)))
    }
}
