// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import HTTPServer
import Synchronization

/// A platform in the test's own process: it takes every event as it is told to, and gives prepared tasks.
final class TaskingPlatform: Sendable {
    /// What a test looks at in an event.
    struct Received: Sendable, Decodable {
        struct Content: Sendable, Decodable {
            var incident: String?
            var task: String?
            var result: String?
            var reason: String?
        }
        var id: String
        var type: String
        var data: Content
    }

    private struct State: Sendable {
        var events: [Received] = []
        /// What each poll asked after; empty where it asked for the first.
        var cursors: [String] = []
    }

    private final class Memory: Sendable {
        let state = Mutex(State())
    }

    private let memory = Memory()
    private let server: HTTPServer

    /// - Parameters:
    ///   - tasks: JSON objects, given to the first poll; none after that.
    ///   - receipt: the rest of each event's receipt, after its id.
    ///   - flood: so many new tasks for each poll instead.
    init(tasks: [String] = [], receipt: String = #""result":"accepted""#, flood: Int = 0) throws {
        let memory = memory
        server = try HTTPServer(listen: ListenAddress("127.0.0.1:0")) { request in
            if request.method == "GET" {
                return flood > 0 ? Self.flood(flood, memory) : Self.tasks(tasks, request, memory)
            }
            guard let event = try? JSONDecoder().decode(Received.self, from: Data(request.body)) else {
                return HTTPResponse(status: 400)
            }
            memory.state.withLock { $0.events.append(event) }
            return Self.json(#"{"receipts":[{"id":"\#(event.id)",\#(receipt)}]}"#)
        }
    }

    var port: UInt16 { server.port }
    var events: [Received] { memory.state.withLock { $0.events } }
    var cursors: [String] { memory.state.withLock { $0.cursors } }
    /// The answers to tasks so far.
    var answers: [Received.Content] { events.filter { $0.type == "cn.boothd.task.done.v1" }.map(\.data) }

    /// Heartbeats so far.
    var beats: Int { events.count { $0.type == "cn.boothd.status.v1" } }

    func stop() { server.stop() }

    private static func tasks(_ tasks: [String], _ request: HTTPRequest, _ memory: Memory) -> HTTPResponse {
        let after = request.queryItem("after")
        memory.state.withLock { $0.cursors.append(after ?? "") }
        guard after == nil else { return HTTPResponse(status: 204, delay: .seconds(50)) }
        return json(#"{"tasks":[\#(tasks.joined(separator: ","))],"cursor":"c 1"}"#)
    }

    private static func flood(_ count: Int, _ memory: Memory) -> HTTPResponse {
        let poll = memory.state.withLock { state in
            state.cursors.append("")
            return state.cursors.count
        }
        let tasks = (0..<count).map { #"{"id":"\#(poll)-\#($0)","kind":"dance"}"# }
        return json(#"{"tasks":[\#(tasks.joined(separator: ","))],"cursor":"\#(poll)"}"#)
    }

    private static func json(_ body: String) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: [HTTPField("Content-Type", "application/json")], body: Array(body.utf8))
    }
}
