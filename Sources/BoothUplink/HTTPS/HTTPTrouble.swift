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
    /// A gateway or proxy does not let the request through: a 4xx that the platform itself did not give.
    case intercepted(Int)
    /// There was no complete answer.
    case failure(HTTPFailure.Cause)

    /// Whether a retry does not help: an operator has to act.
    package var isLasting: Bool {
        switch self {
        case .busy: false
        case .status, .redirect, .foreign, .gateway, .intercepted: true
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
        case .busy, .status, .redirect, .foreign, .gateway, .intercepted, .failure: .other
        }
    }

    /// The trouble that a status means, unless the platform judged the content (`AnswerReader`) or gave what was asked.
    init(_ reply: Reply) {
        switch reply.status {
        case 300...399: self = .redirect(reply.status)
        case 401, 403, 404, 410, 495...497, 511: self = .problem(of: reply)
        case 408, 409, 425, 429, 500...599: self = .busy(reply.status)
        case 400...499:
            self =
                Self.isCertificatePage(reply)
                ? .gateway : Problem.isDocument(reply) ? .problem(of: reply) : .intercepted(reply.status)
        default: self = .foreign(reply.status)
        }
    }

    /// The status, and the problem document's title.
    static func problem(of reply: Reply) -> HTTPTrouble { .status(reply.status, title: Problem(reply.body).title) }

    /// nginx answers a missing or wrong client certificate with status 400 and its own page.
    private static func isCertificatePage(_ reply: Reply) -> Bool {
        guard reply.contentType?.lowercased().hasPrefix("text/html") == true else { return false }
        let page = String(decoding: reply.body.prefix(4096), as: UTF8.self)
        return page.contains("SSL certificate") || page.contains("HTTPS port")
    }
}
