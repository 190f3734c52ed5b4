// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@Suite("A CloudEvent")
struct CloudEventTests {
    private static let booth = Booth(
        code: "B0001", name: "丹东街道第三警务室", county: "330225", grid: "330225001002", address: "330225001002A0001",
        longitude: 121.87, latitude: 29.48, site: .town)

    private static func moment(_ clock: ClockState = .synced) -> Moment {
        // 2026-11-21T08:15:30.120 in Shanghai.
        Moment(
            boot: BootTime(nanoseconds: 86_400_120_000_000), wallMilliseconds: 1_795_220_130_120, in: .shanghai,
            clock: clock, bootID: "5c1d4f0a9b7e4c3c8d2e6f1a0b9c8d7e")
    }

    private static func incident(_ moment: Moment) -> Incident {
        Incident(
            id: EventID(key: 1, random: 1), opening: EventID(key: 2, random: 2), point: "help-1",
            classification: Classification(.help, .police, .help), opened: Stamp(moment), targets: ["police"])
    }

    @Test("of a press says who, where, when and what, with the booth's words unescaped")
    func press() {
        let moment = Self.moment()
        let event = BoothEvent(
            id: EventID(key: 2, random: 2), content: .raised(Self.incident(moment)), moment: moment,
            recipients: ["police"])
        #expect(
            CloudEvent(event, from: Self.booth).json(withSequence: "00000100000000000041") == """
                {"data":{"address":"330225001002A0001","boot_id":"5c1d4f0a9b7e4c3c8d2e6f1a0b9c8d7e","booth":"B0001",\
                "boottime_ms":86400120,"category":"help","class":"police","clock":"synced","count":1,\
                "county":"330225","grid":"330225001002","incident":"00000000-0000-7001-8000-000000000001",\
                "latitude":29.48,"longitude":121.87,"name":"丹东街道第三警务室","priority":1,"site":"town",\
                "state":"raised","test":false},"datacontenttype":"application/json",\
                "id":"00000000-0000-7002-8000-000000000002","source":"urn:booth:330225:B0001","specversion":"1.0",\
                "subject":"help-1","time":"2026-11-21T08:15:30.120+08:00","type":"cn.boothd.incident.raised.v1",\
                "sequence":"00000100000000000041"}
                """)
    }

    @Test("takes its sequence at the end, whatever its text is")
    func sequence() {
        for (text, expected) in [
            (#"{"a":"警"}"#, #"{"a":"警","sequence":"7"}"#), ("", #","sequence":"7"}"#), ("}", #","sequence":"7"}"#),
        ] {
            #expect(CloudEvent(json: text).json(withSequence: "7") == expected)
        }
        // A text that does not end as it should is no reason to trap.
        #expect(CloudEvent(json: "警").json(withSequence: "7").hasSuffix(#","sequence":"7"}"#))
    }

    @Test("has no time while the clock is not trusted, and one in holdover")
    func clock() {
        for (state, hasTime) in [(ClockState.unsynced, false), (.holdover, true), (.synced, true)] {
            let moment = Self.moment(state)
            let event = BoothEvent(
                id: EventID(key: 2, random: 2), content: .record("street", .active), moment: moment, recipients: [])
            let json = CloudEvent(event, from: Self.booth).json
            #expect(json.contains("\"time\"") == hasTime)
            #expect(json.contains("\"clock\":\"\(state.rawValue)\""))
        }
    }

    @Test("of a restoration has its duration, of an update its reason")
    func others() {
        let moment = Self.moment()
        func json(_ content: BoothEvent.Content) -> String {
            let event = BoothEvent(id: EventID(key: 2, random: 2), content: content, moment: moment, recipients: [])
            return CloudEvent(event, from: Self.booth).json
        }
        #expect(json(.restored(Self.incident(moment), durationSeconds: 7)).contains("\"duration_s\":7"))
        #expect(json(.updated(Self.incident(moment), .repeat)).contains("\"reason\":\"repeat\""))
    }

    @Test("of a loss names the sequences and the numbers that are known, before anything routine")
    func loss() {
        let moment = Self.moment(.unsynced)
        func event(_ loss: Loss) -> BoothEvent {
            BoothEvent(id: EventID(key: 2, random: 2), content: .loss(loss), moment: moment, recipients: ["police"])
        }
        func json(_ loss: Loss) -> String { CloudEvent(event(loss), from: Self.booth).json }
        let known = Loss(
            reason: .overflow, from: "00000100000000000041", to: "00000100000000000043", count: ["power": 2, "mail": 1])
        #expect(event(known).priority == .help)
        #expect(
            json(known) == """
                {"data":{"address":"330225001002A0001","boot_id":"5c1d4f0a9b7e4c3c8d2e6f1a0b9c8d7e","booth":"B0001",\
                "boottime_ms":86400120,"clock":"unsynced","count":{"mail":1,"power":2},"county":"330225",\
                "from":"00000100000000000041","grid":"330225001002","latitude":29.48,"longitude":121.87,\
                "name":"丹东街道第三警务室","reason":"overflow","site":"town","to":"00000100000000000043"},\
                "datacontenttype":"application/json","id":"00000000-0000-7002-8000-000000000002",\
                "source":"urn:booth:330225:B0001","specversion":"1.0","type":"cn.boothd.loss.v1"}
                """)
        for reason in Loss.Reason.allCases {
            let unknown = json(Loss(reason: reason))
            #expect(unknown.contains("\"reason\":\"\(reason.rawValue)\""))
            #expect(!unknown.contains("\"from\"") && !unknown.contains("\"to\"") && !unknown.contains("\"count\""))
        }
    }

    @Test("of a status is a JSON object with the queue of each target")
    func status() {
        let content = StatusContent(
            uptimeSeconds: 60, version: "0.1.0", configHash: "ab", queue: ["police": 2], rejected: ["police": 3],
            open: 1,
            faults: ["sensor:modbus:inside/1"],
            storage: .init(
                state: "ok", bytes: 4096, limit: 1 << 20, historyFrom: "2026-11-21T08:15:30.120+08:00", daysLeft: 400))
        let json = CloudEvent(content, id: EventID(key: 3, random: 3), at: Self.moment(), from: Self.booth).json
        #expect(json.contains("\"queue\":{\"police\":2}"))
        #expect(json.contains("\"rejected\":{\"police\":3}"))
        let storage = """
            "storage":{"bytes":4096,"days_left":400,"history_from":"2026-11-21T08:15:30.120+08:00","limit":1048576,"state":"ok"}
            """
        #expect(json.contains(storage), "\(json)")
        #expect(json.contains("\"faults\":[\"sensor:modbus:inside/1\"]"))
        #expect(!json.contains("sequence"))
    }
}
