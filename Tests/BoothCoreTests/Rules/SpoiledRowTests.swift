// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import BoothCore

/// Rows of the journal that somebody, or a failing disk, changed: they are refused, or the rules can live with them.
@Suite("Rows that no agent wrote")
struct SpoiledRowTests {
    // MARK: By hand

    private static let stamp = #"{"boot":{"nanoseconds":5},"bootID":"boot-1"}"#
    private static let id = "01a1fb75-4948-7a11-9c02-5f0d6a1be001"
    private static let incident = """
        {"announced":1,"category":"help","count":1,"id":"\(id)","incidentClass":"police","latest":\(stamp),\
        "opened":\(stamp),"opening":"\(id)","point":"help-1","priority":1,"state":"raised","targets":[],"test":false}
        """
    private static let point = """
        {"counter":{"register":"r","value":7},"point":"help-1","since":\(stamp),"state":"normal"}
        """
    private static let memory = """
        {"cursors":{},"outages":[{"from":{"milliseconds":5},"to":{"milliseconds":6}}],\
        "override":{"at":\(stamp),"by":"local:wang","isAttended":true,"span":[1,0]},\
        "reported":[{"day":29,"month":2,"year":2028}]}
        """

    private static func reads<Row: Decodable>(_ type: Row.Type, _ json: String) -> Bool {
        (try? JSONDecoder().decode(type, from: Data(json.utf8))) != nil
    }

    @Test("numbers that nobody can reckon with are refused, and what an agent writes is read")
    func extremes() {
        #expect(Self.reads(Incident.self, Self.incident))
        #expect(Self.reads(PointMemory.self, Self.point))
        #expect(Self.reads(BoothMemory.self, Self.memory))
        for number in ["9223372036854775807", "-1"] {
            for key in ["\"count\":", "\"announced\":"] {
                let json = Self.incident.replacing("\(key)1", with: "\(key)\(number)")
                #expect(json != Self.incident && !Self.reads(Incident.self, json), "\(key)\(number)")
            }
            for key in ["handovers", "escalations", "reminders"] {
                let json = Self.incident.replacing("\"count\":", with: "\"\(key)\":\(number),\"count\":")
                #expect(json != Self.incident && !Self.reads(Incident.self, json), "\(key) \(number)")
            }
            let counter = Self.point.replacing("\"value\":7", with: "\"value\":\(number)")
            #expect(counter != Self.point && !Self.reads(PointMemory.self, counter))
        }
        for number in ["9223372036854775807", "-9223372036854775808"] {
            let boot = Self.incident.replacing("\"nanoseconds\":5", with: "\"nanoseconds\":\(number)")
            #expect(boot != Self.incident && !Self.reads(Incident.self, boot))
            let outage = Self.memory.replacing("\"milliseconds\":6", with: "\"milliseconds\":\(number)")
            #expect(outage != Self.memory && !Self.reads(BoothMemory.self, outage))
            let span = Self.memory.replacing("\"span\":[1", with: "\"span\":[\(number)")
            #expect(span != Self.memory && !Self.reads(BoothMemory.self, span))
            let year = Self.memory.replacing("\"year\":2028", with: "\"year\":\(number)")
            #expect(year != Self.memory && !Self.reads(BoothMemory.self, year))
        }
        #expect(!Self.reads(BoothMemory.self, Self.memory.replacing("2028", with: "2027")), "no 29 February")
    }

    @Test("an id beyond every key does not stop the next ones", arguments: [Int64.max, Int64.min, -1])
    func lastKey(_ key: Int64) {
        var ids = EventIDGenerator(after: key)
        let one = ids.next(wallMilliseconds: 1_795_449_600_000)
        _ = ids.next(wallMilliseconds: .max)
        _ = ids.next(wallMilliseconds: .min)
        #expect(one.milliseconds >= 0)
    }

    // MARK: By chance

    /// A booth of every kind of point whose journal has all that there can be.
    private static func livelyBooth() -> RehearsedBooth {
        let kinds: [(PointID, PointKind)] = [
            ("help-1", .helpButton), ("duress-1", .duressButton), ("room-door", .roomDoor), ("street", .streetDoor),
            ("slot", .mailSlot), ("box", .mailDoor), ("tamper", .tamper), ("mains", .mainsPower), ("any", .contact),
        ]
        var booth = RehearsedBooth(
            kinds.map { RehearsedBooth.point($0, $1) },
            targets: RehearsedBooth.answering,
            attended: [WeeklySchedule.Attendance(day: .tuesday, minutes: 510..<690)], answers: true)
        for (index, kind) in kinds.enumerated() { booth.see(kind.0, .active, at: Double(index * 40)) }
        for (index, kind) in kinds.prefix(6).enumerated() { booth.see(kind.0, .normal, at: 400 + Double(index)) }
        let now = booth.moment(at: 500)
        booth.keep(booth.rules.setFault(.link, of: .target("police"), stands: true, at: now))
        if let help = booth.incidents.values.first(where: { $0.category == .help }) {
            booth.keep(booth.rules.apply(.accepted(ticket: "T1"), for: help.opening, from: "police", at: now))
            let order = PlatformTask.Order.incident(help.id, state: .dispatched, ticket: nil, note: "car")
            let tasks = [
                PlatformTask(id: "1", kind: "incident", order: order),
                PlatformTask(id: "2", kind: "disarm", order: .disarm(until: nil)),
            ]
            booth.keep(booth.rules.apply(tasks, cursor: "2", from: "police", at: now))
        }
        booth.keep(
            booth.rules.note { memory in
                memory.reported = [CivilDate(year: 2026, month: 11, day: 23)]
                memory.alive = Stamp(now)
                memory.outages = [.init(from: WallTime(milliseconds: 1), to: WallTime(milliseconds: 2))]
            })
        return booth
    }

    private static let numbers = [
        "0", "-1", "1", "2", "65536", "4294967296", "9007199254740993", "9223372036854775807", "-9223372036854775808",
        "18446744073709551615", "1e18", "9.2e18", "-1e308", "315360000000000000", "3153600000000000000",
        "-3153600000000000000", "1000000000000", "null", "true", "\"\"", "[]", "{}",
    ]
    private static let texts = [
        "", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999-23:59", "0000-01-01T00:00:00+23:59",
        "2026-13-41T99:99:99Z",
        "boot-1", "ffffffff-ffff-7fff-bfff-ffffffffffff", "00000000-0000-7000-8000-000000000000", "raised", "closed",
    ]

    /// The row with one to three places changed: a number, a text, or any byte.
    private static func spoil(_ row: String, _ random: inout SeededRandom) -> String {
        var bytes = Array(row.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            switch Int.random(in: 0...9, using: &random) {
            case 0...5:
                let digits = runs(of: bytes) { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
                guard let run = digits.randomElement(using: &random) else { continue }
                bytes.replaceSubrange(run, with: Array((numbers.randomElement(using: &random) ?? "0").utf8))
            case 6, 7:
                let words = runs(of: bytes) { $0 != UInt8(ascii: "\"") && $0 >= 0x2B }
                guard let run = words.randomElement(using: &random) else { continue }
                bytes.replaceSubrange(run, with: Array((texts.randomElement(using: &random) ?? "").utf8))
            default:
                guard let place = bytes.indices.randomElement(using: &random) else { continue }
                bytes[place] = UInt8.random(in: 0x20...0x7E, using: &random)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where neighbouring bytes have something in common.
    private static func runs(of bytes: [UInt8], where isPart: (UInt8) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (place, byte) in bytes.enumerated() {
            if isPart(byte) {
                start = start ?? place
            } else if let begin = start {
                runs.append(begin..<place)
                start = nil
            }
        }
        return runs
    }

    /// The rows, some of them spoiled; those that are refused are left out.
    private static func spoiled<Row: Codable>(_ rows: [Row], _ random: inout SeededRandom) throws -> [Row] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var read: [Row] = []
        for row in rows {
            var json = String(decoding: try encoder.encode(row), as: UTF8.self)
            if Bool.random(using: &random) { json = spoil(json, &random) }
            if let row = try? JSONDecoder().decode(Row.self, from: Data(json.utf8)) { read.append(row) }
        }
        return read
    }

    /// `SPOILED_JOURNALS=5000` tries so many of each seed.
    private static let journals = getenv("SPOILED_JOURNALS").flatMap { Int(String(cString: $0)) } ?? 100

    @Test("of the spoiled journals none stops the rules, nor what shows and tells of them", arguments: 1...4)
    func chance(_ seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let booth = Self.livelyBooth()
        #expect(booth.tasks.count == 2 && booth.incidents.count > 8 && booth.memory.override != nil)
        let incidents = booth.incidents.values.sorted { $0.id < $1.id }
        let points = booth.points.values.sorted { $0.point.rawValue < $1.point.rawValue }
        var read = 0
        for _ in 0..<Self.journals {
            let rows = try Self.spoiled(incidents, &random)
            read += rows.count
            let memory = try Self.spoiled([booth.memory], &random).first ?? BoothMemory()
            var rules = IncidentRules(
                configuration: booth.configuration, points: try Self.spoiled(points, &random), incidents: rows,
                memory: memory, tasks: try Self.spoiled(booth.tasks, &random), ids: EventIDGenerator(after: 0))
            Self.live(&rules, with: rows, of: booth, bootID: Bool.random(using: &random) ? "boot-1" : "boot-2")
        }
        #expect(read > Self.journals * incidents.count / 2, "a fuzzer whose rows are all refused tries nothing")
    }

    /// A day of a booth that remembers this.
    private static func live(
        _ rules: inout IncidentRules, with rows: [Incident], of booth: RehearsedBooth, bootID: String
    ) {
        var lamp = HelpLamp(booth.configuration.points, bootID: bootID)
        lamp.resume(rows)
        var events: [BoothEvent] = []
        var clock = booth
        for (hour, state) in [(0.2, ClockState.unsynced), (1, .synced), (9, .synced), (12, .holdover), (30, .synced)] {
            clock.clock = state
            let now = clock.moment(at: hour * 3600, bootID: bootID)
            events += rules.clockChanged(at: now).events
            var looks = 0
            while let deadline = rules.nextDeadline, deadline <= now.boot, looks < 1000 {
                events += rules.advance(to: now).events
                looks += 1
            }
            #expect(looks < 1000, "something is due for ever")
            for point in booth.configuration.points {
                let reading = Reading(
                    point: point.id, state: hour < 9 ? .active : .normal, value: 0, quality: .good, at: now.boot)
                events += rules.apply(reading, at: now).events
            }
            for incident in rows {
                events += rules.apply(.accepted(ticket: nil), for: incident.opening, from: "police", at: now).events
                lamp.apply(incident)
            }
            lamp.advance(to: now.boot)
            _ = (rules.attendance(at: now), rules.untestedPoints(at: now), rules.unopenedBoxes(at: now), rules.inputs)
        }
        events += rules.forgetForeignFaults(known: [], at: clock.moment(at: 31 * 3600, bootID: bootID)).events
        for incident in rows {
            let now = clock.moment(at: 32 * 3600, bootID: bootID)
            if case .success(let decision) = rules.close(incident.id, outcome: "x", by: .agent, at: now) {
                events += decision.events
            }
        }
        for event in events.prefix(3) { _ = CloudEvent(event, from: booth.configuration.booth).json }
    }
}
