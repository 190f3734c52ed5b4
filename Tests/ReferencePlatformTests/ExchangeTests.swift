// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothUplink
import HTTP
import HTTPServer
import ReferencePlatform
import TestSupport
import Testing

/// What the agent asks and the platform answers, held against docs/api/openapi.yaml.
@Suite("Exchanges as openapi.yaml describes them") struct ExchangeTests {
    private let folder = TemporaryFolder()
    private let check = SchemaCheck()
    private let url = "http://platform"

    private func platform() throws -> ReferencePlatform {
        try ReferencePlatform(database: folder.file("platform.sqlite"))
    }

    @Test("What the agent sends, alone and in batches, and every receipt for it")
    func events() throws {
        let platform = try platform()
        var exchanges = Exchanges(platform)
        for (number, event) in AgentEvents.all.enumerated() {
            exchanges.ask(EventRequest.single(event.id, body: event.body(number + 1), to: url))
        }
        exchanges.ask(EventRequest.carrying(AgentEvents.queued(from: 100), to: url))
        exchanges.ask(EventRequest.single(AgentEvents.all[0].id, body: AgentEvents.all[0].body(1), to: url))
        exchanges.ask(EventRequest.single(AgentEvents.all[0].id, body: AgentEvents.all[0].body(999), to: url))
        try platform.command("hand-over community")
        exchanges.ask(EventRequest.single(AgentEvents.other.id, body: AgentEvents.other.body(200), to: url))
        try platform.command("receipts later")
        exchanges.ask(EventRequest.carrying(AgentEvents.queued(from: 100), to: url))
        try expect(exchanges, results: ["accepted", "duplicate", "rejected"], statuses: [200, 202])
    }

    @Test("How the agent asks for tasks, and every kind of them")
    func tasks() throws {
        let platform = try platform()
        var exchanges = Exchanges(platform)
        exchanges.ask(TaskRequest.poll(url, booth: "B0001", after: nil, wait: .seconds(0)))
        _ = platform.answer(Sample.post(Sample.incident(1)))
        let lines = [
            "accept last", "dispatch last 2 officers", "handle last", "close last 误报", "reroute last community", "arm",
            "disarm 2h", "output siren on 10s", "output siren off", "test", "receipts later",
        ]
        for line in lines { try platform.command(line) }
        _ = platform.answer(Sample.post(Sample.incident(2)))
        exchanges.ask(TaskRequest.poll(url, booth: "B0001", after: nil, wait: .seconds(50)))
        exchanges.ask(TaskRequest.poll(url, booth: "B0001", after: "3", wait: .seconds(50)))
        try expect(exchanges, results: [], statuses: [200, 204])
        for kind in ["receipt", "incident", "reroute", "arm", "disarm", "output", "test"] {
            #expect(exchanges.lines.contains { $0.contains("\"kind\":\"\(kind)\"") }, "\(kind)")
        }
    }

    @Test("Every refusal is a problem document of a status that is described")
    func refusals() throws {
        let platform = try platform()
        var exchanges = Exchanges(platform)
        exchanges.ask(Sample.post("no JSON"))
        exchanges.ask(Sample.post(Sample.incident(1).replacing("\"priority\":1", with: "\"priority\":9")))
        exchanges.ask(Sample.post(Sample.incident(1), key: "\"\(Sample.id(2))\""))
        exchanges.ask(Sample.post("[\((1...51).map { Sample.incident($0) }.joined(separator: ","))]", batch: true))
        exchanges.ask(HTTPRequest(method: "POST", path: "/v1/events", body: Array("{}".utf8)))
        exchanges.ask(HTTPRequest(method: "GET", path: "/v1/events"))
        exchanges.ask(HTTPRequest(method: "POST", path: "/v1/tasks"))
        exchanges.ask(Sample.tasks([]))
        exchanges.ask(Sample.tasks([("booth", "B0001"), ("after", "x")]))
        try platform.command("silent")
        exchanges.ask(Sample.post(Sample.incident(1)))
        exchanges.ask(Sample.tasks([("booth", "B0001")]))
        try expect(exchanges, results: [], statuses: [400, 405, 413, 415, 422, 503])
    }

    private func expect(_ exchanges: Exchanges, results: [String], statuses: Set<Int>) throws {
        let problems = try check.problems(of: exchanges.lines, against: "exchange")
        #expect(problems == [])
        #expect(exchanges.statuses == statuses)
        for result in results {
            #expect(exchanges.lines.contains { $0.contains("\"result\":\"\(result)\"") }, "\(result)")
        }
    }

    @Test(
        "An exchange that is wrong is found",
        arguments: [
            (#""result":"accepted""#, #""result":"taken""#), (#""max_batch":50,"#, ""), (#""time":"20"#, #""time":""#),
            (#""max_batch":50"#, #""max_batch":50,"min_batch":1"#), (#""status":200"#, #""status":201"#),
            (#""type":"application/json""#, #""type":"text/html""#),
            (#""Idempotency-Key":"\""#, #""Idempotency-Key":""#),
            (#""clock":"synced""#, #""clock":"right""#), (#""query":{}"#, #""query":{"all":"1"}"#),
        ])
    func planted(right: String, wrong: String) throws {
        var exchanges = Exchanges(try platform())
        exchanges.ask(EventRequest.single(AgentEvents.other.id, body: AgentEvents.other.body(1), to: url))
        let exchange = try #require(exchanges.lines.first)
        let problems = try check.problems(
            of: [exchange, exchange.replacing(right, with: wrong, maxReplacements: 1)], against: "exchange")
        #expect(problems.count == 1 && problems[0].hasPrefix("line 2: "), "\(problems)")
    }
}

/// Requests that were put to a platform, with its answers, each as one line of JSON.
private struct Exchanges {
    private let platform: ReferencePlatform
    private(set) var lines: [String] = []
    private(set) var statuses: Set<Int> = []

    init(_ platform: ReferencePlatform) { self.platform = platform }

    /// What the agent would send.
    mutating func ask(_ request: OutgoingRequest) {
        let parts = request.url.split(separator: "?")
        let path = parts[0].split(separator: "/").dropFirst(2).joined(separator: "/")
        let items = parts.count < 2 ? [] : parts[1].split(separator: "&").map { $0.split(separator: "=") }
        ask(
            HTTPRequest(
                method: request.body == nil ? "GET" : "POST", path: "/" + path,
                query: items.map { HTTPField(String($0[0]), String($0[1])) },
                headers: request.headers.map { HTTPField($0.name, $0.value) }, body: request.body ?? []))
    }

    mutating func ask(_ request: HTTPRequest) {
        let response = platform.answer(request)
        statuses.insert(response.status)
        func fields(_ fields: [HTTPField]) -> String {
            JSONText.encode(Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
        }
        let isServed = response.status < 300
        let type = response.headers.first { $0.name == "Content-Type" }?.value
        lines.append(
            """
            {"method":"\(request.method)","path":"\(request.path)","query":\(fields(request.query)),\
            "headers":\(fields(request.headers)),"status":\(response.status),"type":\(JSONText.encode(type)),\
            "body":\(isServed ? Self.json(request.body) : "null"),"answer":\(Self.json(response.body))}
            """)
    }

    private static func json(_ bytes: [UInt8]) -> String {
        bytes.isEmpty ? "null" : String(decoding: bytes, as: UTF8.self).replacing("\n", with: " ")
    }
}

/// Events as the agent makes and encodes them.
private enum AgentEvents {
    struct Event {
        var id: EventID
        var event: CloudEvent
        var isQueued = true

        /// As it is sent, with its place in the queue.
        func body(_ count: Int) -> String { isQueued ? event.json(withSequence: Sample.sequence(count)) : event.json }
    }

    private static let booth = Booth(
        code: "B0001", name: "丹东街道第三警务室", county: "330225", grid: "330225001002", address: "330225001002A0001",
        longitude: 121.87, latitude: 29.48)
    private static let moment = Moment(
        boot: BootTime(nanoseconds: 86_400_120_000_000), wallMilliseconds: 1_795_000_000_000, in: .ofProcess,
        clock: .synced, bootID: "5c1d4f0a9b7e4c3c8d2e6f1a0b9c8d7e")

    private static func id(_ number: Int) -> EventID {
        EventID(key: Int64(1_795_000_000_000 + number) << 12, random: 7)
    }

    private static func event(_ number: Int, _ content: BoothEvent.Content) -> Event {
        let event = BoothEvent(id: id(number), content: content, moment: moment, recipients: ["police"])
        return Event(id: event.id, event: CloudEvent(event, from: booth))
    }

    private static func incident(_ number: Int, _ category: BoothModel.Category) -> Incident {
        Incident(
            id: id(number), opening: id(number), point: "help-1",
            classification: Classification(category, .police, .help),
            opened: Stamp(moment), targets: ["police"])
    }

    /// One of each type that is sent.
    static let all: [Event] = {
        let open = incident(500, .help)
        var closed = open
        closed.state = .closed
        closed.closing = Incident.Closing(Incident.Act(by: .officer("li"), at: Stamp(moment)), outcome: "误报")
        let task = PlatformTask(id: "t1", kind: "arm", order: .arm(until: nil))
        let status = StatusContent(
            uptimeSeconds: 60, version: "0.1.0", configHash: "ab", queue: ["police": 3], rejected: ["police": 0],
            open: 1, faults: [], storage: .init(state: "ok", bytes: 0, limit: 1 << 20))
        return [
            event(1, .raised(open)), event(2, .updated(open, .escalated)),
            event(3, .restored(open, durationSeconds: 2)), event(4, .closed(closed)),
            event(5, .taskDone(TaskRecord(target: "police", task: task, result: .done, at: Stamp(moment)))),
            event(6, .loss(Loss(reason: .overflow, count: ["help": 1]))),
            Event(id: id(7), event: CloudEvent(status, id: id(7), at: moment, from: booth), isQueued: false),
        ]
    }()

    /// Of an incident of its own.
    static let other = event(8, .raised(incident(501, .tamper)))

    /// Presses that wait together.
    static func queued(from first: Int) -> [QueuedEvent] {
        (first..<first + 3).map { number in
            let event = event(number, .raised(incident(1000 + number, .help)))
            let sequence = Sample.sequence(number)
            return QueuedEvent(id: event.id, sequence: sequence, priority: .help, body: event.body(number))
        }
    }
}
