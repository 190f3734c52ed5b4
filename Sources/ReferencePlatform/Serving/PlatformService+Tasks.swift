// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTPServer
import SQLite

// GET /v1/tasks?booth=CODE&after=CURSOR&wait=SECONDS: a long poll.
extension PlatformService {
    static let longestWait: Int64 = 60

    func giveTasks(_ request: HTTPRequest) throws -> HTTPResponse {
        guard let booth = request.queryItem("booth"), !booth.isEmpty else {
            throw RequestProblem(400, "query incomplete", "booth=CODE is required")
        }
        let cursor = try Self.number("after", of: request)
        let wait = min(try Self.number("wait", of: request), Self.longestWait)
        let deadline = BootTime.now() + .seconds(wait)
        let hearing = try bell.listen()
        defer { bell.forget(hearing) }
        while true {
            hearing.clear()
            guard !isSilent else { return Self.silence }
            if let page = try withStore({ store throws(SQLiteError) in try store.tasks(of: booth, after: cursor) }) {
                return Self.response(to: page)
            }
            let left = deadline.millisecondsAway()
            guard left > 0, !bell.isStopped else { return HTTPResponse(status: 204) }
            // Another program may add a row without ringing the bell, so read the table every half second.
            hearing.wait(milliseconds: min(500, left))
        }
    }

    /// A whole number in the query; 0 if it is absent.
    private static func number(_ name: String, of request: HTTPRequest) throws(RequestProblem) -> Int64 {
        guard let text = request.queryItem(name) else { return 0 }
        guard let number = Int64(text), number >= 0 else {
            throw RequestProblem(400, "query wrong", "\(name) must be a whole number from 0, as this server gave it")
        }
        return number
    }

    private static func response(to page: PlatformStore.TaskPage) -> HTTPResponse {
        let text = "{\"tasks\":[\(page.tasks.joined(separator: ","))],\"cursor\":\"\(page.cursor)\"}"
        return HTTPResponse(
            status: 200, headers: [HTTPField("Content-Type", "application/json")], body: Array(text.utf8))
    }
}
