// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import BoothUplink
import HTTPServer
import Synchronization
import Testing

/// A platform's task channel that answers as it is told, and the agent's side of it.
final class ScriptedTasks: Sendable {
    struct Asked: Sendable {
        /// From 1 on.
        var number: Int
        var booth: String?
        /// Percent-decoded; nil where there was none.
        var after: String?
        var wait: String?
        var at: ContinuousClock.Instant
    }

    struct State: Sendable {
        var asked: [Asked] = []
        var batches: [(tasks: [ReceivedTask], cursor: String?)] = []
        var links: [LinkState] = []
    }

    typealias Answer = @Sendable (Asked) -> HTTPResponse

    private final class Memory: Sendable {
        let state = Mutex(State())
        let script: Mutex<Answer>
        let changed: WakeUp

        init(_ answer: @escaping Answer) throws {
            script = Mutex(answer)
            changed = try WakeUp()
        }

        func note(_ report: UplinkReport) {
            state.withLock { state in
                switch report {
                case .tasks(_, let tasks, let cursor): state.batches.append((tasks, cursor))
                case .taskLink(_, let link): state.links.append(link)
                // There is nothing to send.
                case .ready: break
                case .sending, .returned, .receipts, .link: Issue.record("\(report)")
                }
            }
            changed.ring()
        }
    }

    private let memory: Memory
    private let server: HTTPServer
    private let keeper: Keeper
    let uplink: Uplink

    /// Starts both sides.
    ///
    /// - Parameters:
    ///   - keeps: whether the agent keeps what came, as it should.
    ///   - timeout: for what an answer takes beyond `wait`.
    init(
        after cursor: String? = nil, hasAuthority: Bool = true, keeps: Bool = true,
        wait: Duration = .seconds(50), timeout: Duration = .seconds(5), retryMost: Duration = .milliseconds(40),
        answer: @escaping Answer
    ) throws {
        let memory = try Memory(answer)
        self.memory = memory
        server = try HTTPServer(listen: ListenAddress("127.0.0.1:0")) { Self.answer($0, memory) }
        var target = TargetConfiguration(
            id: "police", accepts: [.police], hasAuthority: hasAuthority,
            endpoint: .init(url: "http://127.0.0.1:\(server.port)/county"))
        target.retryFirst = .milliseconds(10)
        target.retryMost = retryMost
        target.timeout = timeout
        var setup = Uplink.Setup(target, booth: "B 0001", version: "0.1")
        setup.startSpread = .zero
        setup.taskWait = wait
        let keeper = Keeper()
        self.keeper = keeper
        uplink = try Uplink(setup) { report in
            memory.note(report)
            if keeps, case .tasks = report { keeper.uplink.withLock { $0 }?.order(.tasksKept) }
        }
        keeper.uplink.withLock { $0 = uplink }
        try uplink.start()
        uplink.order(.startTasks(after: cursor))
    }

    /// The way back to an uplink that is made with the way to its reports.
    private final class Keeper: Sendable {
        let uplink = Mutex<Uplink?>(nil)
    }

    private static func answer(_ request: HTTPRequest, _ memory: Memory) -> HTTPResponse {
        guard request.method == "GET", request.path == "/county/v1/tasks" else { return HTTPResponse(status: 418) }
        let asked = memory.state.withLock { state in
            state.asked.append(
                Asked(
                    number: state.asked.count + 1, booth: request.queryItem("booth"),
                    after: request.queryItem("after"), wait: request.queryItem("wait"), at: ContinuousClock().now))
            return state.asked[state.asked.count - 1]
        }
        memory.changed.ring()
        return memory.script.withLock { $0 }(asked)
    }

    /// From now on.
    func answer(_ answer: @escaping Answer) { memory.script.withLock { $0 = answer } }

    var now: State { memory.state.withLock { $0 } }

    /// Waits for requests and reports until `condition` holds; 20 s at most, then the test has failed.
    func wait(_ what: String, until condition: (State) -> Bool) {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(20)
        while clock.now < end {
            memory.changed.clear()
            if condition(now) { return }
            memory.changed.wait(milliseconds: 250)
        }
        Issue.record("not within 20 s: \(what); \(now)")
    }

    /// Ends both; the thread has to be gone within a second.
    func end() {
        uplink.stop()
        #expect(uplink.join(milliseconds: 1000))
        keeper.uplink.withLock { $0 = nil }
        server.stop()
    }

    /// Tasks of kind `test` with these ids.
    static func tests(_ ids: [String], cursor: String) -> HTTPResponse {
        let list = ids.map { #"{"id":"\#($0)","kind":"test"}"# }.joined(separator: ",")
        return ScriptedPlatform.json(200, #"{"tasks":[\#(list)],"cursor":"\#(cursor)"}"#)
    }

    /// The platform has nothing, and holds the request.
    static let hold = HTTPResponse(status: 204, delay: .seconds(50))
}
