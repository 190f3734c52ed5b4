// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CCurl
import Glibc

/// Several connections to one server, and one wait for all of them: HTTP/1.1, with TLS 1.2 or newer for `https`.
///
/// `open` a connection, `begin` a request on it, then `turn` until its outcome is there. Redirects are not followed and
/// proxies of the environment not used. Not `Sendable`: the thread that makes it uses it.
package final class HTTPConnections {
    /// A connection that was idle for longer is not used again: what stands between has forgotten it, as a rule.
    package static let longestIdle = Duration.seconds(170)

    /// libcurl's own state, set up once and left to the process's end (curl_global_init(3)).
    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let settings: HTTPSettings
    /// Made with the first connection.
    private var multi: MultiHandle?
    /// Those with a request under way, by their easy handle.
    private var busy: [UnsafeMutableRawPointer: HTTPConnection] = [:]

    /// - Parameter settings: of every connection, unless it is opened with others.
    package init(_ settings: HTTPSettings) {
        self.settings = settings
    }

    deinit {
        for connection in busy.values { connection.end() }
    }

    /// Makes a connection for the requests to come. Nothing is sent before the first of them.
    ///
    /// - Parameter other: its own settings; nil: those of all.
    /// - Throws: `HTTPFailure` when libcurl cannot be set up: there is no memory, or it was built without TLS.
    package func open(_ other: HTTPSettings? = nil) throws(HTTPFailure) -> HTTPConnection {
        guard Self.library == CURLE_OK, let multi = multi ?? MultiHandle() else { throw .noSetUp }
        self.multi = multi
        return try HTTPConnection(other ?? settings, in: multi)
    }

    /// Starts a request; one that is still under way on this connection is cancelled.
    ///
    /// - Throws: `HTTPFailure` when it cannot even start: its URL is none.
    package func begin(_ request: OutgoingRequest, on connection: HTTPConnection) throws(HTTPFailure) {
        cancel(connection)
        try connection.begin(request)
        busy[connection.easy] = connection
    }

    /// Ends the request under way on this connection at once, and the connection with it; what the server made of it
    /// stays unknown.
    package func cancel(_ connection: HTTPConnection) {
        busy[connection.easy] = nil
        connection.end()
    }

    /// Moves all requests along, waiting once for whatever comes first: bytes, `descriptor` readable, the time.
    ///
    /// - Parameters:
    ///   - descriptor: another one to wait for, such as a mailbox's.
    ///   - milliseconds: at most so long; nil waits for ever. It may return earlier without a reason.
    /// - Returns: the outcomes that are there, each once.
    package func turn(
        waitingFor descriptor: CInt, milliseconds: Int?
    ) -> [(connection: HTTPConnection, outcome: HTTPClient.Outcome)] {
        // Never for ever in one piece: libcurl asks to be called now and then for its own timeouts.
        let limit = CInt(clamping: max(0, min(milliseconds ?? 60_000, 60_000)))
        guard let multi else {
            var other = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&other, 1, limit)
            return []
        }
        // A request just begun has to be moved before there is anything to wait for.
        let outcomes = move(multi)
        if !outcomes.isEmpty { return outcomes }
        var other = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        if curl_multi_poll(multi.raw, &other, 1, limit, nil) != CURLM_OK {
            // Out of memory or descriptors, it returns at once: no busy loop of it.
            poll(nil, 0, min(limit, 100))
        }
        return move(multi)
    }

    private func move(_ multi: MultiHandle) -> [(connection: HTTPConnection, outcome: HTTPClient.Outcome)] {
        guard !busy.isEmpty else { return [] }
        var running: CInt = 0
        guard curl_multi_perform(multi.raw, &running) == CURLM_OK else { return giveUp() }
        var outcomes: [(connection: HTTPConnection, outcome: HTTPClient.Outcome)] = []
        var waiting: CInt = 0
        while let message = curl_multi_info_read(multi.raw, &waiting) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            // What the message points to goes away with the request.
            let code = message.pointee.data.result
            guard let easy = message.pointee.easy_handle, let connection = busy.removeValue(forKey: easy) else {
                continue
            }
            outcomes.append((connection, connection.outcome(code)))
        }
        return outcomes
    }

    private func giveUp() -> [(connection: HTTPConnection, outcome: HTTPClient.Outcome)] {
        let given = Array(busy.values)
        for connection in given { cancel(connection) }
        return given.map {
            ($0, .failure(HTTPFailure(cause: .other, detail: "libcurl cannot go on with the request")))
        }
    }
}

/// An owned multi handle, which all connections of one `HTTPConnections` keep.
final class MultiHandle {
    let raw: UnsafeMutableRawPointer

    /// nil without memory.
    init?() {
        guard let raw = curl_multi_init() else { return nil }
        self.raw = raw
        // Of each connection's own store.
        ccurl_multi_set_number(raw, CURLMOPT_MAXCONNECTS, 1)
    }

    deinit {
        curl_multi_cleanup(raw)
    }
}

extension HTTPFailure {
    static let noSetUp = HTTPFailure(cause: .other, detail: "libcurl cannot be set up")
}
