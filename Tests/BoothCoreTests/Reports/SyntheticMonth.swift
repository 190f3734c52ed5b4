import BoothCore
// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport

/// A booth whose past is made up.
enum Made {
    static let boot = "5c1d4f0a9b7e4c3c8d2e6f1a0b9c8d7e"
    /// The boot's first instant: 2026-10-01T00:00:00+08:00.
    static let bootWall: Int64 = 1_790_784_000_000

    /// A trusted moment in the zone of the tests.
    static func moment(_ wall: WallTime, clock: ClockState = .synced, boot id: String = boot) -> Moment {
        _ = TestZone.isSet
        return Moment(
            boot: BootTime(nanoseconds: (wall.milliseconds - bootWall) * 1_000_000),
            wallMilliseconds: wall.milliseconds,
            in: .ofProcess, clock: clock, bootID: id)
    }

    /// An instant of 2026 by the booth's wall clock.
    static func at(_ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0) -> WallTime {
        _ = TestZone.isSet
        let minutes = CivilDate(year: 2026, month: month, day: day).instant(
            minuteOfDay: hour * 60 + minute, in: .ofProcess)
        return WallTime(milliseconds: minutes.milliseconds + Int64(second) * 1000)
    }

    static func stamp(_ wall: WallTime, clock: ClockState = .synced, boot id: String = boot) -> Stamp {
        Stamp(moment(wall, clock: clock, boot: id))
    }

    static func id(_ wall: WallTime) -> EventID { EventID(key: wall.milliseconds << 12, random: 7) }

    /// An incident of a point, opened then.
    static func incident(
        _ category: Category, _ incidentClass: IncidentClass, _ priority: Priority, _ point: PointID?,
        at opened: WallTime,
        for targets: [TargetID] = ["police"]
    ) -> Incident {
        Incident(
            id: id(opened), opening: EventID(key: (opened.milliseconds << 12) + 1, random: 7), point: point,
            classification: Classification(category, incidentClass, priority), opened: stamp(opened), targets: targets)
    }

    static func help(at opened: WallTime) -> Incident { incident(.help, .police, .help, "help-1", at: opened) }

    static func fault(of device: DeviceID, _ from: WallTime, _ to: WallTime?) -> Incident {
        var incident = incident(.sensor, .fault, .fault, nil, at: from)
        incident.device = device
        incident.restored = to.map { stamp($0) }
        return incident
    }

    static let points = [
        WatchedPoint(
            id: "help-1", kind: .helpButton, blinders: ["gpio:booth-io", "gpio:booth-io/HELP1", "stuck:help-1"]),
        WatchedPoint(id: "room-door", kind: .roomDoor, blinders: ["modbus:cabinet", "modbus:cabinet/1"]),
        WatchedPoint(id: "mail-slot", kind: .mailSlot, blinders: ["modbus:inside", "modbus:inside/1"]),
    ]
}

extension Incident {
    func accepted(after seconds: Int64, ticket: String? = nil) -> Incident {
        var incident = self
        incident.state = .accepted
        incident.accepted = Made.stamp(Self.later(opened, seconds))
        incident.targets[0].delivery = .accepted
        incident.targets[0].ticket = ticket
        return incident
    }

    func restored(_ wall: WallTime) -> Incident {
        var incident = self
        incident.restored = Made.stamp(wall)
        return incident
    }

    func closed(_ wall: WallTime, _ outcome: String, by actor: Actor = "police") -> Incident {
        var incident = self
        incident.state = .closed
        incident.closing = Closing(Act(by: actor, at: Made.stamp(wall)), outcome: outcome)
        return incident
    }

    func counted(_ count: Int) -> Incident {
        var incident = self
        incident.count = count
        return incident
    }

    private static func later(_ stamp: Stamp, _ seconds: Int64) -> WallTime {
        WallTime(milliseconds: Made.bootWall + stamp.boot.milliseconds + seconds * 1000)
    }
}

extension Actor: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self.init(rawValue: text) }
}

/// November 2026 of a booth: few incidents, each there for one figure.
enum SyntheticMonth {
    static var source: ReportSource {
        ReportSource(
            incidents: calls + letters + faults + others,
            checks: [
                Made.at(10, 28, 9), Made.at(11, 3, 9), Made.at(11, 5, 15), Made.at(11, 12, 9), Made.at(11, 24, 9),
                Made.at(11, 24, 10), Made.at(12, 1, 9),
            ],
            points: Made.points,
            outages: [.init(from: Made.at(11, 10, 2), to: Made.at(11, 10, 3))], now: Made.moment(Made.at(12, 1, 10)))
    }

    /// Accepted after 12 s, 60 s, 61 s, 300 s, 301 s, and never.
    private static var calls: [Incident] {
        [
            Made.help(at: Made.at(11, 1, 8)).counted(50).accepted(after: 12, ticket: "JQ-1")
                .closed(Made.at(11, 1, 8, 30), "已处置"),
            Made.help(at: Made.at(11, 2, 8)).accepted(after: 60).closed(Made.at(11, 2, 9), "已处置"),
            Made.help(at: Made.at(11, 3, 8)).accepted(after: 61).closed(Made.at(11, 3, 10), "误报", by: "local:zhang"),
            Made.help(at: Made.at(11, 4, 8)).accepted(after: 300).closed(Made.at(11, 5, 8), "=1+1"),
            Made.help(at: Made.at(11, 5, 8)).accepted(after: 301, ticket: "@JQ-5"),
            Made.help(at: Made.at(11, 30, 23, 59)),
        ]
    }

    /// Three letters collected and answered, two that wait.
    private static var letters: [Incident] {
        let slot = { Made.incident(.mail, .community, .routine, "mail-slot", at: $0, for: ["grid"]) }
        return [
            slot(Made.at(11, 11, 12)).counted(3).accepted(after: 2).restored(Made.at(11, 12, 9))
                .closed(Made.at(11, 13, 9), "已回复", by: "grid"),
            slot(Made.at(11, 25, 12)).counted(2).accepted(after: 2),
        ]
    }

    /// A unit silent for 2 h, its bus for 3 h, 1 h of both; and a chip since October.
    private static var faults: [Incident] {
        [
            Made.fault(of: "modbus:cabinet/1", Made.at(11, 20, 8), Made.at(11, 20, 10)),
            Made.fault(of: "modbus:cabinet", Made.at(11, 20, 9), Made.at(11, 20, 12)),
            Made.fault(of: "gpio:booth-io", Made.at(10, 31, 23), Made.at(11, 1, 1)),
        ]
    }

    /// Closed in October, opened in December, a test, and one of a time that nobody knows.
    private static var others: [Incident] {
        var test = Made.help(at: Made.at(11, 6, 9)).closed(Made.at(11, 6, 9, 5), "test", by: .agent)
        test.test = true
        var undated = Made.incident(.intrusion, .police, .alarm, "room-door", at: Made.at(11, 15, 3))
        undated.opened = Made.stamp(Made.at(11, 15, 3), clock: .unsynced, boot: "another")
        undated.latest = undated.opened
        return [
            Made.help(at: Made.at(10, 30, 8)).accepted(after: 5).closed(Made.at(10, 30, 9), "已处置"),
            Made.help(at: Made.at(12, 1, 8)), test, undated,
        ]
    }
}
