// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

/// What the policy asks, by the numbers of its requirements, as far as the rules answer for it.
@Suite("Seeds")
struct SeedTests {
    private static let attended = [WeeklySchedule.Attendance(day: .tuesday, minutes: 510..<690)]
    private static let day = 86_400.0

    private static func equipped(_ points: [PointConfiguration]) -> RehearsedBooth {
        RehearsedBooth(points, targets: RehearsedBooth.answering, attended: attended, answers: true)
    }

    private static func point(_ id: PointID, _ kind: PointKind) -> PointConfiguration {
        RehearsedBooth.point(id, kind)
    }

    /// What must happen; the events that make the row true, or what happened instead.
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var holds: @Sendable () -> Bool

        init(_ name: String, _ holds: @escaping @Sendable () -> Bool) { (testDescription, self.holds) = (name, holds) }
    }

    static let rows = [
        Row("S1 S2: a letter that lies for seven days is one overdue event to the grid, cleared by opening") {
            var booth = equipped([point("slot", .mailSlot), point("box", .mailDoor)])
            booth.see("slot", .active, at: 0)
            booth.see("slot", .normal, at: 1)
            booth.pass(to: 8 * day)
            let overdue = booth.events.map(\.told).filter { $0.hasPrefix("raised mail-overdue") }
            booth.see("box", .active, at: 8 * day)
            return overdue == ["raised mail-overdue 1 > grid"]
                && booth.events.contains { $0.short.hasPrefix("restored mail-overdue") }
        },
        Row(
            "S2 S3 S36 S37: a door at nine on an attended Tuesday is a record, at 23:00 an intrusion; a press is a press"
        ) {
            var booth = equipped([RehearsedBooth.roomDoor, RehearsedBooth.help])
            var seen: [BoothEvent] = []
            for hour in [9.0, 23.0] {
                seen += booth.see("room-door", .active, at: hour * 3600)
                booth.see("room-door", .normal, at: hour * 3600 + 9)
                seen += booth.see("help-1", .active, at: hour * 3600 + 10)
                booth.see("help-1", .normal, at: hour * 3600 + 11)
            }
            return seen.map(\.short).filter { $0.hasPrefix("raised") || $0.hasPrefix("record room-door active") }
                == ["record room-door active", "raised help 1", "raised intrusion 1", "raised help 1"]
        },
        Row("S35: a street door that goes 200 times a day is no incident") {
            var booth = equipped([point("street", .streetDoor)])
            for turn in 0..<400 { booth.see("street", turn % 2 == 0 ? .active : .normal, at: Double(turn) * 200) }
            return booth.incidents.isEmpty && booth.events.count == 400
        },
        Row("S8 S32: what was raised before a start is neither lost nor raised again after it") {
            var booth = equipped([RehearsedBooth.help])
            booth.see("help-1", .active, at: 10)
            booth.restart()
            booth.see("help-1", .active, at: 20)
            return booth.incidents.count == 1 && booth.rules.live.count == 1
        },
        Row("S9 S12: a task of the second platform is refused, and told to the authority") {
            var booth = equipped([RehearsedBooth.help])
            return booth.task("1", .disarm(until: nil), from: "grid", at: 1)
                == ["task 1 refused foreign: grid has no authority > police"]
        },
        Row("S11 S17 S25 S28 S31: from either side the other one gets it with the same id, and silence is an alarm") {
            var booth = equipped([point("slot", .mailSlot)])
            booth.see("slot", .active, at: 0)
            booth.see("slot", .normal, at: 1)
            let letter = booth.newest(.mail)
            let silence = booth.pass(to: 60).map(\.told)
            let given = booth.reroute(letter, to: .police, by: "grid", at: 70)
            return silence == ["updated mail 1 escalated > grid"]
                && given == ["updated mail 1 reclassified > police"] && booth.newest(.mail)?.id == letter?.id
        },
        Row("S13 S7 S18: a call that nobody accepts in 60 s goes to the backup") {
            var booth = equipped([RehearsedBooth.help])
            booth.see("help-1", .active, at: 0)
            booth.see("help-1", .normal, at: 1)
            return booth.pass(to: 60).last?.recipients == ["police", "backup"]
                && booth.newest()?.priority == .help
        },
        Row("S14 S28: mail goes to the grid only and a press to the police; a changed class is told") {
            var booth = equipped([RehearsedBooth.help, point("slot", .mailSlot)])
            let mail = booth.see("slot", .active, at: 0).map(\.told)
            let press = booth.see("help-1", .active, at: 1).map(\.told)
            let told = booth.reroute(booth.newest(), to: .community, by: "police", at: 2)
            return mail == ["raised mail 1 > grid"] && press == ["raised help 1 > police"]
                && told == ["updated help 1 reclassified > grid"]
        },
        Row("S24: the clocks are 60, 180 and 300 s") {
            var booth = equipped([RehearsedBooth.help])
            booth.see("help-1", .active, at: 0)
            booth.see("help-1", .normal, at: 1)
            booth.pass(to: 1000)
            let steps = booth.events.filter { $0.short.hasSuffix("escalated") }.map { $0.moment.boot.milliseconds }
            return steps == [60_000, 180_000, 300_000]
        },
        Row("S16 S20: an incident is open until it is closed, whatever its input does, and closed with an outcome") {
            var booth = equipped([RehearsedBooth.help])
            booth.see("help-1", .active, at: 0)
            booth.see("help-1", .normal, at: 1)
            booth.pass(to: 30 * day)
            guard let press = booth.newest(), press.isOpen, press.restored != nil else { return false }
            booth.task("1", .incident(press.id, state: .closed, ticket: nil, note: "done"), at: 31 * day)
            return booth.newest()?.closing?.outcome == "done"
        },
        Row("S26: 50 presses in 10 s are one incident with count 50") {
            var booth = equipped([RehearsedBooth.help])
            for press in 0..<50 {
                booth.see("help-1", .active, at: Double(press) * 0.2)
                booth.see("help-1", .normal, at: Double(press) * 0.2 + 0.1)
            }
            return booth.incidents.values.map(\.count) == [50]
        },
        Row("S27: an officer acknowledges and closes, and it is kept who and when") {
            var booth = equipped([RehearsedBooth.help])
            booth.see("help-1", .active, at: 0)
            guard let id = booth.newest()?.id,
                case .success(let seen) = booth.rules.acknowledge(id, by: .officer("zhang"), at: booth.moment(at: 5)),
                case .success(let ended) = booth.rules.close(
                    id, outcome: "done", by: .officer("li"), at: booth.moment(at: 9))
            else { return false }
            booth.keep(seen)
            booth.keep(ended)
            let press = booth.newest()
            return press?.acknowledged?.by.rawValue == "local:zhang" && press?.closing?.act.by.rawValue == "local:li"
                && press?.closing?.act.at.boot.milliseconds == 9000 && seen.events.first?.recipients == ["police"]
        },
        Row("S33 S19 S38: the categories are these words") {
            let words: [BoothModel.Category] = [
                .help, .duress, .intrusion, .tamper, .mail, .mailTamper, .mailOverdue, .doorHeld, .power, .sensor, .gap,
                .link, .storage, .clock, .configuration, .test,
            ]
            return words.map(\.rawValue).joined(separator: " ")
                == "help duress intrusion tamper mail mail-tamper mail-overdue door-held power sensor gap link storage "
                + "clock configuration test"
                && IncidentClass.allCases.map(\.rawValue) == ["police", "community", "fault"]
        },
        Row("S4 S6 S10 S15 S29 S30 S34 S39: every event says which booth, grid, address, place and kind of site") {
            var booth = equipped([RehearsedBooth.help])
            var identity = booth.configuration.booth
            identity.site = .school
            guard let event = booth.see("help-1", .active, at: 0).first else { return false }
            let json = CloudEvent(event, from: identity).json
            let members = [
                #""booth":"B0001""#, #""county":"330225""#, #""grid":"330225001002""#, #""address":"A1""#,
                #""longitude":121.87"#, #""latitude":29.48"#, #""site":"school""#,
                #""source":"urn:booth:330225:B0001""#,
            ]
            return members.allSatisfy { (member: String) in json.contains(member) }
        },
    ]

    @Test("of the policy hold", arguments: 0..<rows.count)
    func row(number: Int) {
        let row = Self.rows[number]
        #expect(row.holds(), "\(row.testDescription)")
    }
}
