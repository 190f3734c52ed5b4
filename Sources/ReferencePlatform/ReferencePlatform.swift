// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import SQLite
import Synchronization

/// A county platform for reading and for tests: the receiving side of the booths' API.
///
/// Every event is committed to SQLite before its receipt is given. A known event is answered as a duplicate with its
/// ticket. Each incident gets one ticket. Not for production: one file, one lock, no accounts, no rate limits.
package final class ReferencePlatform: Sendable {
    private let service: PlatformService
    private let dispatcher: Dispatcher
    private let server = Mutex<HTTPServer?>(nil)

    /// Opens or makes the database; answers nobody until `start`.
    ///
    /// - Parameters:
    ///   - database: the path of a SQLite file.
    ///   - show: gets one line for each event received, from any thread.
    ///   - complain: gets one line for each request that failed because of the platform itself.
    /// - Throws: `SQLiteError` if the file cannot be opened or is not a platform's.
    package init(
        database: String, show: @escaping @Sendable (String) -> Void = { _ in },
        complain: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(SQLiteError) {
        service = try PlatformService(database: database, show: show, complain: complain)
        dispatcher = Dispatcher(service)
    }

    deinit {
        stop()
    }

    /// Begins to listen; may be called again after a stop.
    ///
    /// - Parameter tls: nil: plain HTTP, for a loopback address.
    /// - Throws: `HTTPServerError` if it cannot listen.
    package func start(listen address: ListenAddress, tls: HTTPServerTLS? = nil) throws(HTTPServerError) {
        stop()
        service.bell.resume()
        let started = try HTTPServer(listen: address, tls: tls) { [service] in service.answer($0) }
        server.withLock { $0 = started }
    }

    /// The address on which it listens; nil while it does not.
    package var address: ListenAddress? { server.withLock { $0?.address } }

    /// The port on which it listens; nil while it does not.
    package var port: UInt16? { address?.port }

    /// Ends long polls and connections; stored events stay. Returns when this is done, well within a second.
    package func stop() {
        service.bell.stop()
        let running = server.withLock { server in
            let running = server
            server = nil
            return running
        }
        running?.stop()
    }

    /// Answers one request as the server would; for tests, and for a test server that gives false answers.
    package func answer(_ request: HTTPRequest) -> HTTPResponse {
        service.answer(request)
    }

    /// Events received by type. Each event counts once, heartbeats each time.
    package func counts() throws(SQLiteError) -> [String: Int] {
        try service.withStore { store throws(SQLiteError) in try store.counts() }
    }

    /// Every event received except heartbeats, in the order of arrival.
    package func events() throws(SQLiteError) -> [ReceivedEvent] {
        try service.withStore { store throws(SQLiteError) in try store.events() }
    }

    /// The last heartbeat of each booth as it was sent, by source.
    package func statuses() throws(SQLiteError) -> [String: String] {
        try service.withStore { store throws(SQLiteError) in try store.statuses() }
    }

    /// How many events came with a known id and another body: an error of the sender.
    package func conflicts() throws(SQLiteError) -> Int {
        try service.withStore { store throws(SQLiteError) in try store.conflicts() }
    }

    /// The gaps in the sequences so far; final only when the booths' queues are empty.
    package func gaps() throws(SQLiteError) -> [SequenceGap] {
        try service.withStore { store throws(SQLiteError) in try store.gaps() }
    }

    /// Gives a booth a task.
    ///
    /// - Parameter body: a JSON object with `id`, `kind` and the kind's fields.
    /// - Throws: `SQLiteError` if `body` is not JSON.
    package func addTask(_ body: String, for booth: String) throws(SQLiteError) {
        try service.addTask(body, for: booth)
    }

    /// Carries out a dispatcher's line, as `booth-platform` reads them from standard input; `help` lists them.
    ///
    /// - Returns: the line that the program prints, `task id=… kind=… booth=…` and more; nil for an empty line.
    /// - Throws: `DispatcherLineError`, or `SQLiteError` if it cannot be stored; nothing was changed then.
    @discardableResult
    package func command(_ line: String) throws -> String? {
        try dispatcher.command(line)
    }

    /// Every incident received, in the order of arrival.
    package func incidents() throws(SQLiteError) -> [ReceivedIncident] {
        try service.withStore { store throws(SQLiteError) in try store.incidents() }
    }

    /// Every task, in the order given, with the booths' answers.
    package func tasks() throws(SQLiteError) -> [GivenTask] {
        try service.withStore { store throws(SQLiteError) in try store.tasks() }
    }
}
