// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// What is wrong where an answer over HTTP is no word on the content, or where there is none.
package enum HTTPTrouble: Sendable, Hashable {
    /// It cannot now: the status.
    case busy(Int)
    /// Somebody has to act: the status, and the title of the problem document where there is one.
    case status(Int, title: String?)
    case redirect(Int)
    /// An answer that is not the platform's: a captive portal, a balancer.
    case foreign(Int)
    /// A server in front of the platform wants TLS or a client certificate (nginx says so in a page under 400).
    case gateway
    /// There was no complete answer.
    case failure(HTTPFailure.Cause)

    /// Whether trying again does not help: somebody has to act.
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

    /// How it came about, where it does not last.
    package var cause: Setback.Cause {
        switch self {
        case .failure(.timedOut): .timedOut
        case .failure(.cutOff), .busy(408), .busy(504): .cutOff
        case .busy, .status, .redirect, .foreign, .gateway, .failure: .other
        }
    }

    /// What a status says whatever was asked; nil where the answer is about the content.
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

    /// nginx answers a missing or wrong client certificate with 400 and a page of its own. Taken for a word on the
    /// content, it would have every event set aside.
    private static func isGatewayPage(_ reply: Reply) -> Bool {
        guard reply.contentType?.lowercased().hasPrefix("text/html") == true else { return false }
        let page = String(decoding: reply.body.prefix(4096), as: UTF8.self)
        return page.contains("SSL certificate") || page.contains("HTTPS port")
    }
}
