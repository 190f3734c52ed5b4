// SPDX-License-Identifier: Apache-2.0
import CCurl

/// A request that got no complete answer: why, and libcurl's code.
package struct HTTPFailure: Error, Hashable, CustomStringConvertible {
    /// What a caller would treat differently, or a person would act on differently.
    package enum Cause: Sendable, Hashable {
        /// The URL is not one, or its scheme is neither `http` nor `https`.
        case badURL
        /// The server's name has no address, or the resolver did not answer.
        case unresolved
        /// Nothing listens there, or there is no way there.
        case unreachable
        case timedOut
        /// The connection broke before the answer was complete.
        case cutOff
        /// The answer's body is over the limit.
        case tooLarge
        /// What came is not HTTP.
        case notHTTP
        /// The server's certificate is not signed by an authority that is trusted; `reason` is OpenSSL's.
        case untrusted(reason: String)
        /// The server's certificate is for another host.
        case wrongHost
        /// The server's certificate begins later: one of the two clocks is wrong.
        case notYetValid
        /// The server's certificate ended, or this machine's clock is ahead.
        case expired
        /// The server refused the client's certificate, or misses one, in TLS; `reason` is the alert.
        case clientRefused(reason: String)
        /// The client's certificate or key cannot be read, or they do not belong together.
        case clientCredentials
        /// The file of trusted authorities cannot be read.
        case authorityFile
        /// TLS failed otherwise: no common version or cipher.
        case tls(reason: String)
        /// Anything else of libcurl's.
        case other
    }

    package let cause: Cause
    /// A `CURLcode`; 0 where libcurl could not be set up at all.
    package let code: UInt32
    /// libcurl's own sentence, for a log.
    package let detail: String

    package var description: String { "http: \(detail)" }

    package init(cause: Cause, code: UInt32 = 0, detail: String) {
        self.cause = cause
        self.code = code
        self.detail = detail
    }

    /// Sorts what libcurl says.
    ///
    /// - Parameters:
    ///   - verified: `CURLINFO_SSL_VERIFYRESULT`, an `X509_V_…` code, 0 for none.
    ///   - message: what is in `CURLOPT_ERRORBUFFER`.
    ///   - isTooLarge: whether the client itself ended the transfer because of the body's size.
    init(code: CURLcode, verified: Int, message: String, isTooLarge: Bool) {
        self.code = code.rawValue
        detail = message.isEmpty ? String(cString: curl_easy_strerror(code)) : message
        cause = isTooLarge ? .tooLarge : Self.cause(code, verified, message)
    }

    private static func cause(_ code: CURLcode, _ verified: Int, _ message: String) -> Cause {
        switch code {
        // What came begins with no status line: libcurl takes it for HTTP/0.9, which is off, and blames the protocol.
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

    /// Why a server's certificate was not believed; a wrong name is the one case that OpenSSL does not number, and
    /// libcurl's number for it depends on its version.
    private static func distrust(_ verified: Int, _ message: String) -> Cause {
        if verified == ccurl_certificate_not_yet_valid { return .notYetValid }
        if verified == ccurl_certificate_expired { return .expired }
        if message.contains("certificate subject name") { return .wrongHost }
        return .untrusted(reason: text(of: message, after: "SSL certificate problem: ") ?? message)
    }

    /// Tells the three reasons of a broken connection apart: an alert about the client's certificate, which in TLS 1.3
    /// arrives after the handshake; another failure of TLS; a line that is simply down.
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
