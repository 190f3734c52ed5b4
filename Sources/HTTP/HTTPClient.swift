// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CCurl
import Glibc

/// One client of one server: HTTP/1.1 over a connection that is kept, with TLS 1.2 or newer for `https`.
///
/// One request at a time: `begin` it, then `turn` until there is an outcome. Redirects are not followed and proxies of
/// the environment not used. Not `Sendable`: the thread that makes it uses it.
package final class HTTPClient {
    /// An answer with any status, or why there is none.
    package typealias Outcome = Result<Reply, HTTPFailure>

    /// libcurl's own state, set up once and left to the process's end (curl_global_init(3)).
    private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let settings: HTTPSettings
    private let multi: UnsafeMutableRawPointer
    private let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private let body: ReplyBody
    private var headers: OpaqueList?
    /// Whether a request is under way.
    package private(set) var isBusy = false

    /// - Throws: `HTTPFailure` when libcurl cannot be set up: there is no memory, or it was built without TLS.
    package init(_ settings: HTTPSettings) throws(HTTPFailure) {
        guard Self.library == CURLE_OK, let multi = curl_multi_init() else {
            throw HTTPFailure(cause: .other, detail: "libcurl cannot be set up")
        }
        guard let easy = curl_easy_init() else {
            curl_multi_cleanup(multi)
            throw HTTPFailure(cause: .other, detail: "libcurl cannot be set up")
        }
        self.settings = settings
        self.multi = multi
        self.easy = easy
        body = ReplyBody(limit: settings.bodyLimit)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let code = configure()
        guard code == CURLE_OK else { throw failure(code) }
    }

    deinit {
        cancel()
        curl_easy_cleanup(easy)
        curl_multi_cleanup(multi)
        errorText.deallocate()
    }

    /// Starts a request; one that is still under way is cancelled.
    ///
    /// - Throws: `HTTPFailure` when it cannot even start: its URL is none.
    package func begin(_ request: OutgoingRequest) throws(HTTPFailure) {
        cancel()
        body.clear()
        errorText.pointee = 0
        let code = prepare(request)
        guard code == CURLE_OK else { throw failure(code) }
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else {
            throw HTTPFailure(cause: .other, detail: "libcurl takes no request")
        }
        isBusy = true
    }

    /// Ends the request under way at once, and its connection; what the server made of it stays unknown.
    package func cancel() {
        guard isBusy else { return }
        curl_multi_remove_handle(multi, easy)
        isBusy = false
    }

    /// Moves the request along, waiting once for whatever comes first: bytes, `descriptor` readable, the time.
    ///
    /// - Parameters:
    ///   - descriptor: another one to wait for, such as a mailbox's.
    ///   - milliseconds: at most so long; nil waits for ever. It may return earlier without a reason.
    /// - Returns: the outcome, once for each request; nil while there is none.
    package func turn(waitingFor descriptor: CInt, milliseconds: Int?) -> Outcome? {
        // A request just begun has to be moved before there is anything to wait for.
        if let outcome = move() { return outcome }
        var other = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        // Never for ever in one piece: libcurl asks to be called now and then for its own timeouts.
        let limit = CInt(clamping: max(0, min(milliseconds ?? 60_000, 60_000)))
        if curl_multi_poll(multi, &other, 1, limit, nil) != CURLM_OK {
            // Out of memory or descriptors, it returns at once: no busy loop of it.
            poll(nil, 0, min(limit, 100))
        }
        return move()
    }

    private func move() -> Outcome? {
        guard isBusy else { return nil }
        var running: CInt = 0
        guard curl_multi_perform(multi, &running) == CURLM_OK else {
            cancel()
            return .failure(HTTPFailure(cause: .other, detail: "libcurl cannot go on with the request"))
        }
        var waiting: CInt = 0
        while let message = curl_multi_info_read(multi, &waiting) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            let code = message.pointee.data.result
            curl_multi_remove_handle(multi, easy)
            isBusy = false
            return code == CURLE_OK ? .success(reply()) : .failure(failure(code))
        }
        return nil
    }

    private func reply() -> Reply {
        let wait = header("Retry-After").flatMap { RetryAfter.span($0, date: header("Date")) }
        return Reply(
            status: ccurl_number(easy, CURLINFO_RESPONSE_CODE), contentType: header("Content-Type"), retryAfter: wait,
            body: body.bytes)
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

extension HTTPClient {
    /// What is the same for all requests.
    private func configure() -> CURLcode {
        ccurl_multi_set_number(multi, CURLMOPT_MAXCONNECTS, 1)
        let whole = max(1, milliseconds(settings.timeout))
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            (CURLOPT_TIMEOUT_MS, whole),
            (CURLOPT_CONNECTTIMEOUT_MS, min(whole, 15_000)),
            // A lame answer ends before a long timeout does.
            (CURLOPT_LOW_SPEED_LIMIT, 1),
            (CURLOPT_LOW_SPEED_TIME, milliseconds(settings.silence) / 1000),
            (CURLOPT_TCP_KEEPALIVE, 1),
            (CURLOPT_TCP_KEEPIDLE, 30),
            (CURLOPT_TCP_KEEPINTVL, 10),
            // A resolver that hangs keeps its own thread until it gives up, instead of holding up this one.
            (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            // Both sides' certificates are judged for each connection: no resumed session, no remembered authorities.
            (CURLOPT_SSL_SESSIONID_CACHE, 0),
            (CURLOPT_CA_CACHE_TIMEOUT, 0),
        ]
        for (option, value) in numbers {
            let code = ccurl_set_number(easy, option, value)
            guard code == CURLE_OK else { return code }
        }
        return configureTexts()
    }

    private func configureTexts() -> CURLcode {
        let texts: [(CURLoption, String?)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"),
            (CURLOPT_NOPROXY, "*"),
            (CURLOPT_USERAGENT, settings.userAgent),
            (CURLOPT_SSLCERT, settings.certificate),
            (CURLOPT_SSLKEY, settings.key),
            // With authorities of its own, the system's are none.
            (CURLOPT_CAINFO, settings.authority),
        ]
        for (option, value) in texts {
            guard let value else { continue }
            let code = ccurl_set_text(easy, option, value)
            guard code == CURLE_OK else { return code }
        }
        if settings.authority != nil { ccurl_set_text(easy, CURLOPT_CAPATH, nil) }
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
        // Not retained: the body lives as long as this client, and the transfer ends with it.
        ccurl_set_pointer(easy, CURLOPT_WRITEDATA, Unmanaged.passUnretained(body).toOpaque())
        return ccurl_set_write_function(easy, takeBytes)
    }

    private func prepare(_ request: OutgoingRequest) -> CURLcode {
        // No `Expect: 100-continue`: it costs a round trip.
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
    // A day is for ever here, and what is beyond it would not fit into libcurl's reckoning.
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

/// The bytes of one answer's body, up to a limit.
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

    /// - Returns: whether they were taken; the transfer ends if not.
    func take(_ more: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + more.count <= limit else {
            isTooLarge = true
            return false
        }
        bytes.append(contentsOf: more)
        return true
    }
}

/// libcurl's write function: fewer bytes taken than given ends the transfer.
private func takeBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let body = Unmanaged<ReplyBody>.fromOpaque(context).takeUnretainedValue()
    return body.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}
