// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CCurl
import Glibc

/// Several connections to one server, with one wait for all: HTTP/1.1, with TLS 1.2 or newer for `https`.
///
/// Call `open` for a connection, `begin` for a request on it, then `turn` until its outcome comes. Redirects are not
/// followed, and proxies of the environment are not used. Not `Sendable`: the thread that creates it uses it.
package final class HTTPConnections {
    /// A connection that was idle for longer is not reused, because routers have usually forgotten it.
    package static let longestIdle = Duration.seconds(170)

    /// libcurl's global state, set up once and never freed (curl_global_init(3)).
    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let settings: HTTPSettings
    /// Created with the first connection.
    private var multi: MultiHandle?
    /// Connections with a request in progress, by their easy handle.
    private var busy: [UnsafeMutableRawPointer: HTTPConnection] = [:]

    /// - Parameter settings: the settings of every connection that is opened without its own.
    package init(_ settings: HTTPSettings) {
        self.settings = settings
    }

    deinit {
        for connection in busy.values { connection.end() }
    }

    /// Creates a connection for later requests. Nothing is sent before the first request.
    ///
    /// - Parameter other: its own settings; nil: the common ones.
    /// - Throws: `HTTPFailure` when libcurl cannot be set up: no memory, or built without TLS.
    package func open(_ other: HTTPSettings? = nil) throws(HTTPFailure) -> HTTPConnection {
        guard Self.library == CURLE_OK, let multi = multi ?? MultiHandle() else { throw .noSetUp }
        self.multi = multi
        return try HTTPConnection(other ?? settings, in: multi)
    }

    /// Starts a request. Cancels a request in progress on this connection.
    ///
    /// - Throws: `HTTPFailure` when it cannot start, because its URL is invalid.
    package func begin(_ request: OutgoingRequest, on connection: HTTPConnection) throws(HTTPFailure) {
        cancel(connection)
        try connection.begin(request)
        busy[connection.easy] = connection
    }

    /// Cancels the request in progress on this connection and closes the connection. Whether the server acted on it is
    /// unknown.
    package func cancel(_ connection: HTTPConnection) {
        busy[connection.easy] = nil
        connection.end()
    }

    /// Continues all requests. Waits once, until bytes come, `descriptor` is readable, or the time has passed.
    ///
    /// - Parameters:
    ///   - descriptor: another descriptor to wait for, such as a mailbox's.
    ///   - milliseconds: the longest wait; nil waits for ever. It may return earlier without a reason.
    /// - Returns: the new outcomes, each once.
    package func turn(
        waitingFor descriptor: CInt, milliseconds: Int?
    ) -> [(connection: HTTPConnection, outcome: HTTPClient.Outcome)] {
        // Never wait for ever in one piece: libcurl must be called from time to time for its own timeouts.
        let limit = CInt(clamping: max(0, min(milliseconds ?? 60_000, 60_000)))
        guard let multi else {
            var other = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&other, 1, limit)
            return []
        }
        // A new request must be started before there is anything to wait for.
        let outcomes = move(multi)
        if !outcomes.isEmpty { return outcomes }
        var other = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        if curl_multi_poll(multi.raw, &other, 1, limit, nil) != CURLM_OK {
            // Without memory or descriptors it returns at once, so pause to avoid a busy loop.
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
            // Read the result now: the message is freed with the request.
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

/// An owned multi handle, kept by all connections of one `HTTPConnections`.
final class MultiHandle {
    let raw: UnsafeMutableRawPointer

    /// Nil without memory.
    init?() {
        guard let raw = curl_multi_init() else { return nil }
        self.raw = raw
        // For the own connection cache of each connection.
        ccurl_multi_set_number(raw, CURLMOPT_MAXCONNECTS, 1)
    }

    deinit {
        curl_multi_cleanup(raw)
    }
}

extension HTTPFailure {
    static let noSetUp = HTTPFailure(cause: .other, detail: "libcurl cannot be set up")
}
