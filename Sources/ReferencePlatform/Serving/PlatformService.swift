// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTPServer
import SQLite
import Synchronization

/// Answers requests; called by any number of threads at once.
final class PlatformService: Sendable {
    static let maxBatch = 50
    let store: Mutex<PlatformStore>
    let bell: TaskBell
    let manner = Mutex(Manner())
    let show: @Sendable (String) -> Void
    let complain: @Sendable (String) -> Void

    init(
        database: String, show: @escaping @Sendable (String) -> Void, complain: @escaping @Sendable (String) -> Void
    ) throws(SQLiteError) {
        store = Mutex(try PlatformStore(path: database))
        bell = TaskBell()
        self.show = show
        self.complain = complain
    }

    func answer(_ request: HTTPRequest) -> HTTPResponse {
        guard !isSilent else { return Self.silence }
        do {
            switch request.path {
            case "/v1/events": return try require("POST", of: request) ?? takeEvents(request)
            case "/v1/tasks": return try require("GET", of: request) ?? giveTasks(request)
            default:
                return .problem(404, title: "no such resource", detail: "there are /v1/events and /v1/tasks")
            }
        } catch let problem as RequestProblem {
            return problem.response
        } catch {
            complain("booth-platform: \(error); nothing of this request was kept; see to the disk and the database")
            var response = HTTPResponse.problem(503, title: "cannot keep events now", detail: "\(error)")
            response.headers.append(HTTPField("Retry-After", "5"))
            return response
        }
    }

    private func require(_ method: String, of request: HTTPRequest) -> HTTPResponse? {
        guard request.method != method else { return nil }
        var response = HTTPResponse.problem(
            405, title: "method not allowed", detail: "\(request.path) takes \(method) alone")
        response.headers.append(HTTPField("Allow", method))
        return response
    }

    func addTask(_ body: String, for booth: String) throws(SQLiteError) {
        try withStore { store throws(SQLiteError) in _ = try store.addTask(body, for: booth) }
        bell.ring()
    }

    func withStore<Result: Sendable>(
        _ body: (PlatformStore) throws(SQLiteError) -> Result
    ) throws(SQLiteError) -> Result {
        try store.withLock { (store) throws(SQLiteError) in try body(store) }
    }
}

struct RequestProblem: Error {
    let response: HTTPResponse

    init(_ status: Int, _ title: String, _ detail: String) {
        response = .problem(status, title: title, detail: detail)
    }
}
