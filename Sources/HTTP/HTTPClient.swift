// SPDX-License-Identifier: Apache-2.0

/// One client of one server over one connection that is kept (`HTTPConnections` has what holds for it).
///
/// One request at a time: `begin` it, then `turn` until there is an outcome. Not `Sendable`: the thread that makes it
/// uses it.
package final class HTTPClient {
    /// An answer with any status, or why there is none.
    package typealias Outcome = Result<Reply, HTTPFailure>

    private let connections: HTTPConnections
    private let connection: HTTPConnection

    /// - Throws: `HTTPFailure` when libcurl cannot be set up: there is no memory, or it was built without TLS.
    package init(_ settings: HTTPSettings) throws(HTTPFailure) {
        connections = HTTPConnections(settings)
        connection = try connections.open()
    }

    /// Starts a request; one that is still under way is cancelled.
    ///
    /// - Throws: `HTTPFailure` when it cannot even start: its URL is none.
    package func begin(_ request: OutgoingRequest) throws(HTTPFailure) {
        try connections.begin(request, on: connection)
    }

    /// Ends the request under way at once, and its connection; what the server made of it stays unknown.
    package func cancel() { connections.cancel(connection) }

    /// Moves the request along, waiting once for whatever comes first: bytes, `descriptor` readable, the time.
    ///
    /// - Parameters:
    ///   - descriptor: another one to wait for, such as a mailbox's.
    ///   - milliseconds: at most so long; nil waits for ever. It may return earlier without a reason.
    /// - Returns: the outcome, once for each request; nil while there is none.
    package func turn(waitingFor descriptor: CInt, milliseconds: Int?) -> Outcome? {
        connections.turn(waitingFor: descriptor, milliseconds: milliseconds).first?.outcome
    }
}
