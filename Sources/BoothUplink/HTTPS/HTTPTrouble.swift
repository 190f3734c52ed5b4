// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// What is wrong if there was no answer, or an answer that says nothing about the content.
package enum HTTPTrouble: Sendable, Hashable {
    /// The platform cannot accept now: the status.
    case busy(Int)
    /// An operator has to act: the status, and the title of the problem document if there is one.
    case status(Int, title: String?)
    case redirect(Int)
    /// The answer is not the platform's: a captive portal, a load balancer.
    case foreign(Int)
    /// A server in front of the platform wants TLS or a client certificate (nginx sends an HTML page with status 400).
    case gateway
    /// There was no complete answer.
    case failure(HTTPFailure.Cause)

    /// Whether a retry does not help: an operator has to act.
    package var isLasting: Bool {
        switch self {
        case .busy: false
        case .status, .redirect, .foreign, .gateway: true
        case .failure(let cause):
            switch cause {
            case .unresolved, .unreachable, .timedOut, .cutOff, .other: false
            case .badURL, .tooLarge, .notHTTP, .untrusted, .wrongHost, .notYetValid, .expired, .clientRefused,
                .clientCredentials, .authorityFile, .tls:
                true
            }
        }
    }

    /// The cause for a `Setback`, if the trouble is not lasting.
    package var cause: Setback.Cause {
        switch self {
        case .failure(.timedOut): .timedOut
        case .failure(.cutOff), .busy(408), .busy(504): .cutOff
        case .busy, .status, .redirect, .foreign, .gateway, .failure: .other
        }
    }

    /// The trouble that a status means for any request; nil if the answer is about the content.
    init?(_ reply: Reply) {
        switch reply.status {
        case 300...399: self = .redirect(reply.status)
        case 401, 403, 404, 410, 495...497, 511: self = .problem(of: reply)
        case 408, 409, 425, 429, 500...599: self = .busy(reply.status)
        case 400...499:
            guard Self.isGatewayPage(reply) else { return nil }
            self = .gateway
        default: self = .foreign(reply.status)
        }
    }

    /// The status, and the problem document's title.
    static func problem(of reply: Reply) -> HTTPTrouble { .status(reply.status, title: Problem(reply.body).title) }

    /// nginx answers a missing or wrong client certificate with status 400 and its own page. If this counted as an
    /// answer about the content, every event would be rejected.
    private static func isGatewayPage(_ reply: Reply) -> Bool {
        guard reply.contentType?.lowercased().hasPrefix("text/html") == true else { return false }
        let page = String(decoding: reply.body.prefix(4096), as: UTF8.self)
        return page.contains("SSL certificate") || page.contains("HTTPS port")
    }
}
