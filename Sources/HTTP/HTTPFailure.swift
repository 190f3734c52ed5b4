// SPDX-License-Identifier: Apache-2.0
import CCurl

/// A request without a complete answer: the cause, and libcurl's code.
package struct HTTPFailure: Error, Hashable, CustomStringConvertible {
    /// Causes that callers or people handle differently.
    package enum Cause: Sendable, Hashable {
        /// The URL is invalid, or its scheme is neither `http` nor `https`.
        case badURL
        /// The server's name has no address, or the resolver did not answer.
        case unresolved
        /// Nothing listens there, or there is no route.
        case unreachable
        case timedOut
        /// The connection broke before the answer was complete.
        case cutOff
        /// The answer's body exceeds the limit.
        case tooLarge
        /// The answer is not HTTP.
        case notHTTP
        /// The server's certificate is not signed by a trusted authority; `reason` is OpenSSL's text.
        case untrusted(reason: String)
        /// The server's certificate is for another host.
        case wrongHost
        /// The server's certificate is not valid yet: one of the two clocks is wrong.
        case notYetValid
        /// The server's certificate has expired, or this machine's clock is ahead.
        case expired
        /// The server refused or missed the client's certificate in TLS; `reason` is the alert.
        case clientRefused(reason: String)
        /// The client's certificate or key cannot be read, or they do not match.
        case clientCredentials
        /// The file of trusted authorities cannot be read.
        case authorityFile
        /// TLS failed for another reason, such as no common version or cipher.
        case tls(reason: String)
        /// Any other libcurl error.
        case other
    }

    package let cause: Cause
    /// A `CURLcode`; 0 if libcurl could not be set up.
    package let code: UInt32
    /// libcurl's error text, for logs.
    package let detail: String

    package var description: String { "http: \(detail)" }

    package init(cause: Cause, code: UInt32 = 0, detail: String) {
        self.cause = cause
        self.code = code
        self.detail = detail
    }

    /// Finds the cause from libcurl's result.
    ///
    /// - Parameters:
    ///   - verified: `CURLINFO_SSL_VERIFYRESULT`, an `X509_V_…` code; 0 for no error.
    ///   - message: the text in `CURLOPT_ERRORBUFFER`.
    ///   - isTooLarge: whether the client ended the transfer because the body was too large.
    init(code: CURLcode, verified: Int, message: String, isTooLarge: Bool) {
        self.code = code.rawValue
        detail = message.isEmpty ? String(cString: curl_easy_strerror(code)) : message
        cause = isTooLarge ? .tooLarge : Self.cause(code, verified, message)
    }

    private static func cause(_ code: CURLcode, _ verified: Int, _ message: String) -> Cause {
        switch code {
        // Without a status line libcurl assumes HTTP/0.9, which is switched off, and reports an unsupported protocol.
        case CURLE_UNSUPPORTED_PROTOCOL where message.contains("HTTP/0.9"): .notHTTP
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .unreachable
        case CURLE_OPERATION_TIMEDOUT: .timedOut
        case CURLE_PEER_FAILED_VERIFICATION: distrust(verified, message)
        case CURLE_SSL_CERTPROBLEM: .clientCredentials
        case CURLE_SSL_CACERT_BADFILE: .authorityFile
        case CURLE_SSL_CLIENTCERT: .clientRefused(reason: "certificate required")
        case CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR, CURLE_SEND_ERROR: broken(code, message)
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE: .cutOff
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING: .notHTTP
        case CURLE_SSL_CIPHER, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ISSUER_ERROR: .tls(reason: message)
        default: .other
        }
    }

    /// Why the server's certificate was refused. OpenSSL has no number for a wrong host name, and libcurl's number for
    /// it depends on its version, so the text is compared.
    private static func distrust(_ verified: Int, _ message: String) -> Cause {
        if verified == ccurl_certificate_not_yet_valid { return .notYetValid }
        if verified == ccurl_certificate_expired { return .expired }
        if message.contains("certificate subject name") { return .wrongHost }
        return .untrusted(reason: text(of: message, after: "SSL certificate problem: ") ?? message)
    }

    /// Finds the cause of a broken connection: an alert about the client's certificate, which in TLS 1.3 arrives after
    /// the handshake; another TLS failure; or a connection that is down.
    private static func broken(_ code: CURLcode, _ message: String) -> Cause {
        if let alert = text(of: message, after: " alert ") {
            let reason = String(alert.prefix { $0 != "," })
            let accusing = ["certificate", "unknown ca", "access denied", "handshake failure"]
            return accusing.contains { reason.contains($0) } ? .clientRefused(reason: reason) : .tls(reason: reason)
        }
        guard code == CURLE_SSL_CONNECT_ERROR else { return .cutOff }
        let lineIsDown = ["SSL_ERROR_SYSCALL", "eset by peer", "unexpected eof", "roken pipe"]
        return lineIsDown.contains { message.contains($0) } ? .cutOff : .tls(reason: message)
    }

    private static func text(of message: String, after mark: String) -> String? {
        guard let found = message.firstRange(of: mark) else { return nil }
        return String(message[found.upperBound...])
    }
}
