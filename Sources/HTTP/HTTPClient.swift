// SPDX-License-Identifier: Apache-2.0

/// A client of one server with one kept-open connection; see `HTTPConnections` for details.
///
/// One request at a time: call `begin`, then `turn` until there is an outcome. Not `Sendable`: the thread that creates
/// it uses it.
package final class HTTPClient {
    /// An answer with any status, or why there is none.
    package typealias Outcome = Result<Reply, HTTPFailure>

    private let connections: HTTPConnections
    private let connection: HTTPConnection

    /// - Throws: `HTTPFailure` when libcurl cannot be set up: no memory, or built without TLS.
    package init(_ settings: HTTPSettings) throws(HTTPFailure) {
        connections = HTTPConnections(settings)
        connection = try connections.open()
    }

    /// Starts a request. Cancels a request in progress.
    ///
    /// - Throws: `HTTPFailure` when it cannot start, because its URL is invalid.
    package func begin(_ request: OutgoingRequest) throws(HTTPFailure) {
        try connections.begin(request, on: connection)
    }

    /// Cancels the request in progress and closes its connection. Whether the server acted on it is unknown.
    package func cancel() { connections.cancel(connection) }

    /// Continues the request. Waits once, until bytes come, `descriptor` is readable, or the time has passed.
    ///
    /// - Parameters:
    ///   - descriptor: another descriptor to wait for, such as a mailbox's.
    ///   - milliseconds: the longest wait; nil waits for ever. It may return earlier without a reason.
    /// - Returns: the outcome, once for each request; nil if there is none yet.
    package func turn(waitingFor descriptor: CInt, milliseconds: Int?) -> Outcome? {
        connections.turn(waitingFor: descriptor, milliseconds: milliseconds).first?.outcome
    }
}
