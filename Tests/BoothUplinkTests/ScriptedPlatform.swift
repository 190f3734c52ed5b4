// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import BoothUplink
import FoundationEssentials
import HTTPServer
import Synchronization
import Testing

/// A platform that answers as it is told, and remembers what it was asked.
final class ScriptedPlatform: Sendable {
    struct Asked: Sendable {
        var ids: [EventID]
        var key: String
        var type: String
        var body: String
        var at: ContinuousClock.Instant
    }

    typealias Answer = @Sendable (Asked) -> HTTPResponse

    private let memory: Memory
    private let server: HTTPServer

    /// What the server's threads share with the test.
    private final class Memory: Sendable {
        let script: Mutex<Answer>
        let log = Mutex<[Asked]>([])

        init(_ answer: @escaping Answer) { script = Mutex(answer) }
    }

    init(tls: HTTPServerTLS? = nil, _ answer: @escaping Answer) throws {
        let memory = Memory(answer)
        self.memory = memory
        server = try HTTPServer(listen: ListenAddress("127.0.0.1:0"), tls: tls, bodyLimit: 4 << 20) { request in
            Self.answer(request, memory)
        }
    }

    var port: UInt16 { server.port }

    private static func answer(_ request: HTTPRequest, _ memory: Memory) -> HTTPResponse {
        guard request.method == "POST", request.path == "/v1/events" else { return HTTPResponse(status: 404) }
        let asked = Asked(
            ids: ids(in: request.body), key: request.header("Idempotency-Key") ?? "",
            type: request.header("Content-Type") ?? "", body: String(decoding: request.body, as: UTF8.self),
            at: ContinuousClock().now)
        memory.log.withLock { $0.append(asked) }
        // Called outside the lock: an answer may wait.
        let script = memory.script.withLock { $0 }
        return script(asked)
    }

    private static func ids(in body: [UInt8]) -> [EventID] {
        struct Named: Decodable { var id: EventID }
        let data = Data(body)
        if let one = try? JSONDecoder().decode(Named.self, from: data) { return [one.id] }
        return ((try? JSONDecoder().decode([Named].self, from: data)) ?? []).map(\.id)
    }

    /// From now on.
    func answer(_ answer: @escaping Answer) { memory.script.withLock { $0 = answer } }

    var asked: [Asked] { memory.log.withLock { $0 } }

    func stop() { server.stop() }

    /// Receipts for `ids`.
    static func accept(_ ids: [EventID], maxBatch: Int? = nil) -> HTTPResponse {
        let items = ids.map { #"{"id":"\#($0)","result":"accepted","ticket":"T-\#($0.key)"}"# }.joined(separator: ",")
        let more = maxBatch.map { #","max_batch":\#($0)"# } ?? ""
        return json(200, #"{"receipts":[\#(items)]\#(more)}"#)
    }

    static func json(_ status: Int, _ body: String, headers: [HTTPField] = []) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPField("Content-Type", "application/json")] + headers, body: Array(body.utf8))
    }

    /// A problem document, RFC 9457.
    static func problem(_ status: Int, _ body: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPField("Content-Type", "application/problem+json")], body: Array(body.utf8))
    }

    /// The page of a gateway.
    static func page(_ status: Int) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPField("Content-Type", "text/html")],
            body: Array("<html><head><title>\(status)</title></head></html>".utf8))
    }

    static let honest: Answer = { accept($0.ids) }
}

/// The journal's side, in memory: a queue that answers `.ready` and forgets only what a receipt names.
final class TestAgent: Sendable {
    struct State: Sendable {
        var queue: [QueuedEvent] = []
        var request: FetchRequest?
        var receipts: [Receipt] = []
        var links: [LinkState] = []
        var sent: [[EventID]] = []
        /// On their way, or taken with the receipts still to come.
        var onTheWay: Set<EventID> = []
        var requests = 0
        /// Gives whatever is first, even what it was asked not to give.
        var isDeaf = false
        fileprivate var uplink: Uplink?

        var link: LinkState { links.last ?? .ok }
        var rejected: [EventID] {
            receipts.compactMap { if case .rejected = $0.result { $0.id } else { nil } }
        }
    }

    private let state: Mutex<State>
    private let changed: WakeUp

    init(deaf: Bool = false) throws {
        state = Mutex(State(isDeaf: deaf))
        changed = try WakeUp()
    }

    /// Starts a target's thread that reports here.
    func start(
        _ endpoint: TargetConfiguration.Endpoint, spread: Duration = .zero,
        _ change: (inout TargetConfiguration) -> Void = { _ in }
    ) throws -> Uplink {
        var target = TargetConfiguration(id: "police", accepts: [.police], endpoint: endpoint)
        target.retryFirst = .milliseconds(10)
        target.retryMost = .milliseconds(40)
        target.timeout = .seconds(5)
        change(&target)
        var setup = Uplink.Setup(target, booth: "B0001", version: "0.1")
        setup.startSpread = spread
        let uplink = try Uplink(setup) { [weak self] report in self?.apply(report) }
        state.withLock { $0.uplink = uplink }
        try uplink.start()
        return uplink
    }

    /// - Parameter incident: that they tell of; nil: none is known.
    func queue(_ numbers: some Sequence<Int>, _ priority: Priority = .routine, incident: Int? = nil) {
        state.withLock { state in
            for number in numbers {
                let id = eventID(number)
                let body = #"{"specversion":"1.0","id":"\#(id)","data":{"note":"求助"}}"#
                state.queue.append(
                    QueuedEvent(
                        id: id, sequence: "\(number)", priority: priority, body: body,
                        incident: incident.map { eventID($0).key }))
            }
            state.queue.sort { ($0.priority, $0.id) < ($1.priority, $1.id) }
            Self.serve(&state)
        }
    }

    private func apply(_ report: UplinkReport) {
        state.withLock { state in
            switch report {
            case .ready(_, let request):
                state.request = request
                state.requests += 1
            case .sending(_, let ids):
                state.sent.append(ids)
                state.onTheWay.formUnion(ids)
            case .returned(_, let ids): state.onTheWay.subtract(ids)
            case .receipts(_, let receipts):
                state.receipts += receipts
                state.queue.removeAll { event in receipts.contains { $0.id == event.id } }
                state.onTheWay.subtract(receipts.map(\.id))
            case .link(_, let link): state.links.append(link)
            case .tasks, .taskLink: Issue.record("\(report)")
            }
            Self.serve(&state)
        }
        changed.ring()
    }

    private static func serve(_ state: inout State) {
        guard let request = state.request else { return }
        let fitting = state.queue.filter { event in
            if state.isDeaf { return true }
            if request.except.contains(event.id) { return false }
            guard let after = request.onlyHelpAfter else { return true }
            return event.priority == .help && event.id > after
        }
        guard !fitting.isEmpty else { return }
        state.request = nil
        state.uplink?.order(.batch(number: request.number, Array(fitting.prefix(request.limit))))
    }

    var now: State { state.withLock { $0 } }

    /// Waits for reports until `condition` holds; 15 s at most, then the test has failed.
    func wait(_ what: String, until condition: (State) -> Bool) {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(15)
        while clock.now < end {
            changed.clear()
            if condition(now) { return }
            changed.wait(milliseconds: 250)
        }
        let state = now
        Issue.record("not within 15 s: \(what); links \(state.links), queue \(state.queue.count)")
    }
}

func plain(_ platform: ScriptedPlatform) -> TargetConfiguration.Endpoint {
    .init(url: "http://127.0.0.1:\(platform.port)")
}

/// Ends what a test started; the thread has to be gone within a second.
func end(_ uplink: Uplink, _ platform: ScriptedPlatform) {
    uplink.stop()
    #expect(uplink.join(milliseconds: 1000))
    platform.stop()
}
