// SPDX-License-Identifier: Apache-2.0
import CCurl

/// One connection to a server, kept open between requests, with one request at a time.
///
/// `HTTPConnections` creates and drives it. It is not shared with other requests. Releasing this object closes it.
package final class HTTPConnection {
    /// Kept alive until this connection is released, as libcurl requires.
    private let multi: MultiHandle
    let easy: UnsafeMutableRawPointer
    /// A libcurl connection cache for this connection alone. So two simultaneous requests never swap connections, and a
    /// connection that is no longer trusted can be dropped.
    private let pool: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private let body: ReplyBody
    private var headers: OpaqueList?
    /// Whether a request is in progress.
    package private(set) var isBusy = false

    /// - Throws: `HTTPFailure` when there is no memory, or libcurl was built without TLS.
    init(_ settings: HTTPSettings, in multi: MultiHandle) throws(HTTPFailure) {
        guard let pool = ccurl_make_pool() else { throw .noSetUp }
        guard let easy = curl_easy_init() else {
            curl_share_cleanup(pool)
            throw .noSetUp
        }
        self.multi = multi
        self.pool = pool
        self.easy = easy
        body = ReplyBody(limit: settings.bodyLimit)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = configure(settings)
        guard code == CURLE_OK else { throw failure(code) }
    }

    deinit {
        end()
        curl_easy_cleanup(easy)
        curl_share_cleanup(pool)
        errorText.deallocate()
    }

    /// Whether the request was sent on a kept-open connection and has no complete answer yet. Such a connection may
    /// have died unnoticed.
    package var isWaitingOnKept: Bool {
        isBusy && !isConnecting && ccurl_number(easy, CURLINFO_NUM_CONNECTS) == 0
    }

    /// Whether the request is waiting for its connection to be made.
    package var isConnecting: Bool { isBusy && ccurl_time(easy, CURLINFO_PRETRANSFER_TIME_T) == 0 }

    func begin(_ request: OutgoingRequest) throws(HTTPFailure) {
        end()
        body.clear()
        errorText.pointee = 0
        let code = prepare(request)
        guard code == CURLE_OK else { throw failure(code) }
        guard curl_multi_add_handle(multi.raw, easy) == CURLM_OK else {
            throw HTTPFailure(cause: .other, detail: "libcurl takes no request")
        }
        isBusy = true
    }

    /// Removes the request from libcurl. If its answer is incomplete, the connection is closed too.
    func end() {
        guard isBusy else { return }
        curl_multi_remove_handle(multi.raw, easy)
        isBusy = false
    }

    /// The result of a request that libcurl has finished.
    func outcome(_ code: CURLcode) -> HTTPClient.Outcome {
        end()
        return code == CURLE_OK ? .success(reply()) : .failure(failure(code))
    }

    private func reply() -> Reply {
        let wait = header("Retry-After").flatMap { RetryAfter.span($0, date: header("Date")) }
        let span = ccurl_time(easy, CURLINFO_TOTAL_TIME_T) - ccurl_time(easy, CURLINFO_PRETRANSFER_TIME_T)
        return Reply(
            status: ccurl_number(easy, CURLINFO_RESPONSE_CODE), contentType: header("Content-Type"), retryAfter: wait,
            body: body.bytes, roundTrip: .microseconds(max(0, Int64(span))))
    }

    private func header(_ name: String) -> String? {
        ccurl_header(easy, name).map { String(cString: $0) }
    }

    private func failure(_ code: CURLcode) -> HTTPFailure {
        HTTPFailure(
            code: code, verified: ccurl_number(easy, CURLINFO_SSL_VERIFYRESULT), message: String(cString: errorText),
            isTooLarge: body.isTooLarge)
    }
}

// MARK: - Options (curl_easy_setopt(3))

extension HTTPConnection {
    /// Sets the options that are the same for all requests.
    private func configure(_ settings: HTTPSettings) -> CURLcode {
        let whole = max(1, milliseconds(settings.timeout))
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            (CURLOPT_TIMEOUT_MS, whole),
            (CURLOPT_CONNECTTIMEOUT_MS, min(whole, 15_000)),
            // Ends a stalled answer before the long total timeout does.
            (CURLOPT_LOW_SPEED_LIMIT, 1),
            (CURLOPT_LOW_SPEED_TIME, milliseconds(settings.silence) / 1000),
            (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_TCP_KEEPIDLE, 30),
            (CURLOPT_TCP_KEEPINTVL, 10),
            (CURLOPT_MAXAGE_CONN, milliseconds(HTTPConnections.longestIdle) / 1000),
            // Do not wait for a hanging resolver: its own thread lives on until it gives up.
            (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            // Check both certificates for each connection: no session resumption, no cached authorities.
            (CURLOPT_SSL_SESSIONID_CACHE, 0),
            (CURLOPT_CA_CACHE_TIMEOUT, 0),
        ]
        for (option, value) in numbers {
            let code = ccurl_set_number(easy, option, value)
            guard code == CURLE_OK else { return code }
        }
        return configureTexts(settings)
    }

    private func configureTexts(_ settings: HTTPSettings) -> CURLcode {
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"),
            (CURLOPT_NOPROXY, "*"),
            (CURLOPT_USERAGENT, settings.userAgent),
            (CURLOPT_SSLCERT, settings.certificate),
            (CURLOPT_SSLKEY, settings.key),
            // When own authorities are given, the system's are not used.
            (CURLOPT_CAINFO, settings.authority),
        ]
        for (option, value) in texts {
            guard let value else { continue }
            let code = ccurl_set_text(easy, option, value)
            guard code == CURLE_OK else { return code }
        }
        if settings.authority != nil { ccurl_set_text(easy, CURLOPT_CAPATH, nil) }
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        // Not retained: the body lives as long as this connection, and the transfer ends with it.
        ccurl_set_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(body).toOpaque())
        let code = ccurl_set_pointer(easy, CURLOPT_SHARE, pool)
        return code == CURLE_OK ? ccurl_set_write_function(easy, takeBytes) : code
    }

    private func prepare(_ request: OutgoingRequest) -> CURLcode {
        // No `Expect: 100-continue`, which costs a round trip.
        var lines = ["Accept: application/json, application/problem+json", "Expect:"]
        lines += request.headers.map { "\($0.name): \($0.value)" }
        guard let list = OpaqueList(lines) else { return CURLE_OUT_OF_MEMORY }
        ccurl_set_list(easy, CURLOPT_HTTPHEADER, list.first)
        headers = list
        let code = ccurl_set_text(easy, CURLOPT_URL, request.url)
        guard code == CURLE_OK else { return code }
        guard let bytes = request.body else { return ccurl_set_number(easy, CURLOPT_HTTPGET, 1) }
        ccurl_set_number(easy, CURLOPT_POST, 1)
        return ccurl_set_body(easy, bytes, curl_off_t(bytes.count))
    }
}

private func milliseconds(_ span: Duration) -> Int {
    // Limit to one day: a larger number could overflow in libcurl.
    Int(min(span.components.seconds, 86_400)) * 1000 + Int(span.components.attoseconds / 1_000_000_000_000_000)
}

/// An owned `curl_slist`.
private final class OpaqueList {
    let first: UnsafeMutablePointer<curl_slist>

    /// - Returns: nil when there are no lines, or no memory.
    init?(_ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return nil
            }
            list = longer
        }
        guard let list else { return nil }
        first = list
    }

    deinit {
        curl_slist_free_all(first)
    }
}

/// The body of one answer, up to a limit.
private final class ReplyBody {
    private let limit: Int
    private(set) var bytes: [UInt8] = []
    private(set) var isTooLarge = false

    init(limit: Int) {
        self.limit = limit
    }

    func clear() {
        bytes = []
        isTooLarge = false
    }

    /// - Returns: whether the bytes were kept; if not, the transfer ends.
    func receive(_ more: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + more.count <= limit else {
            isTooLarge = true
            return false
        }
        bytes.append(contentsOf: more)
        return true
    }
}

/// libcurl's write function. Returning fewer bytes than given ends the transfer.
private func takeBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let body = Unmanaged<ReplyBody>.fromOpaque(context).takeUnretainedValue()
    return body.receive(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}
