// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import SQLite
import Synchronization

/// A county platform that is there to be read and tested against: the receiving side of the booths' API.
///
/// Every event is committed to SQLite before its receipt is given; a known event is answered as a duplicate with the
/// ticket it has; incidents get one ticket each. Not for production: one file, one lock, no accounts, no limits of rate.
package final class ReferencePlatform: Sendable {
    private let service: PlatformService
    private let dispatcher: Dispatcher
    private let server = Mutex<HTTPServer?>(nil)

    /// Opens or makes the database; answers nobody until `start`.
    ///
    /// - Parameters:
    ///   - database: the path of a SQLite file.
    ///   - show: takes one line for each event received, from any thread.
    ///   - complain: takes one line for each request that failed for a reason of the platform's own.
    /// - Throws: `SQLiteError` when the file cannot be opened or is not a platform's.
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

    /// Listens from now on; may be called again after a stop.
    ///
    /// - Parameter tls: nil is plain HTTP, for a loopback address.
    /// - Throws: `HTTPServerError` when it cannot listen.
    package func start(listen address: ListenAddress, tls: HTTPServerTLS? = nil) throws(HTTPServerError) {
        stop()
        service.bell.resume()
        let started = try HTTPServer(listen: address, tls: tls) { [service] in service.answer($0) }
        server.withLock { $0 = started }
    }

    /// Where it listens; nil while it does not.
    package var address: ListenAddress? { server.withLock { $0?.address } }

    /// The port it listens on; nil while it does not listen.
    package var port: UInt16? { address?.port }

    /// Ends long polls and connections; what was received stays. Returns when it is done, well within a second.
    package func stop() {
        service.bell.stop()
        let running = server.withLock { server in
            let running = server
            server = nil
            return running
        }
        running?.stop()
    }

    /// Answers one request, as the server would: for tests, and for a server that lies about some of them.
    package func answer(_ request: HTTPRequest) -> HTTPResponse {
        service.answer(request)
    }

    /// Events received by type, each counted once; heartbeats each time.
    package func counts() throws(SQLiteError) -> [String: Int] {
        try service.withStore { store throws(SQLiteError) in try store.counts() }
    }

    /// Every event received but the heartbeats, in the order of arrival.
    package func events() throws(SQLiteError) -> [ReceivedEvent] {
        try service.withStore { store throws(SQLiteError) in try store.events() }
    }

    /// The last heartbeat of each booth as it was sent, by source.
    package func statuses() throws(SQLiteError) -> [String: String] {
        try service.withStore { store throws(SQLiteError) in try store.statuses() }
    }

    /// How many events came under a known id with another body: a fault of the sender.
    package func conflicts() throws(SQLiteError) -> Int {
        try service.withStore { store throws(SQLiteError) in try store.conflicts() }
    }

    /// What is missing from the sequences up to now; final only once the booths' queues are empty.
    package func gaps() throws(SQLiteError) -> [SequenceGap] {
        try service.withStore { store throws(SQLiteError) in try store.gaps() }
    }

    /// Gives a booth something to do.
    ///
    /// - Parameter body: a JSON object with `id`, `kind` and what the kind needs.
    /// - Throws: `SQLiteError` when `body` is not JSON.
    package func addTask(_ body: String, for booth: String) throws(SQLiteError) {
        try service.addTask(body, for: booth)
    }

    /// Carries out a line of a dispatcher, as `booth-platform` takes them from its standard input; `help` lists them.
    ///
    /// - Returns: what the program prints of it: `task id=… kind=… booth=…` and more; nil for an empty line.
    /// - Throws: `DispatcherLineError`, or `SQLiteError` when it cannot be kept; nothing was changed then.
    @discardableResult
    package func command(_ line: String) throws -> String? {
        try dispatcher.command(line)
    }

    /// Every incident received, in the order of arrival.
    package func incidents() throws(SQLiteError) -> [ReceivedIncident] {
        try service.withStore { store throws(SQLiteError) in try store.incidents() }
    }

    /// Every task given, in that order, with the booths' answers.
    package func tasks() throws(SQLiteError) -> [GivenTask] {
        try service.withStore { store throws(SQLiteError) in try store.tasks() }
    }
}
