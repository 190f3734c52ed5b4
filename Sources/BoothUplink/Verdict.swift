// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// What an answer means for the events that were sent (docs/api/openapi.yaml has the same table). Pure.
package enum Verdict: Sendable, Hashable {
    /// These receipts count; an event that none of them names stays queued. Never without any that was asked for.
    case receipts([Receipt], maxBatch: Int?)
    /// The platform's own form of answer, but no word on what was asked.
    case silent(maxBatch: Int?)
    /// Taken, not processed: the receipts come as a task.
    case taken
    /// A word on the content: a single event is rejected with `reason`, a batch halved.
    case unacceptable(reason: String)
    /// It cannot now: the same again, later.
    case later(LaterCause, hold: Duration?)
    /// Not our platform, or not our certificate, or not our place: kept, and somebody has to act.
    case refused(RefusedCause)

    /// What says that it cannot now: an HTTP status, or no answer at all.
    package enum LaterCause: Sendable, Hashable {
        case status(Int)
        case failure(HTTPFailure.Cause)
    }

    /// What somebody has to put right.
    package enum RefusedCause: Sendable, Hashable {
        /// The status, and the title of the problem document where there is one.
        case status(Int, title: String?)
        case redirect(Int)
        /// A success that is not the platform's: a captive portal, a balancer.
        case notReceipts(Int)
        /// Receipts, and none of them for what was sent.
        case unnamed
        /// A server in front of the platform wants TLS or a client certificate (nginx says so in a page under 400).
        case gateway
        case failure(HTTPFailure.Cause)
    }

    /// Reads an answer.
    ///
    /// - Parameter asked: the ids that were sent; only receipts for these count.
    package init(_ reply: Reply, asked: [EventID]) {
        switch reply.status {
        case 200, 201: self = Self.verdict(ofReceipts: reply, asked)
        case 202: self = .taken
        case 300...399: self = .refused(.redirect(reply.status))
        case 401, 403, 404, 410, 495...497, 511:
            self = .refused(.status(reply.status, title: Problem(reply.body).title))
        case 408, 409, 425, 429, 500...599: self = .later(.status(reply.status), hold: reply.retryAfter)
        case 400...499: self = Self.verdict(onContent: reply)
        default: self = .refused(.notReceipts(reply.status))
        }
    }

    /// Reads a request that got no complete answer.
    package init(_ failure: HTTPFailure) {
        switch failure.cause {
        case .unresolved, .unreachable, .timedOut, .cutOff, .other: self = .later(.failure(failure.cause), hold: nil)
        case .badURL, .tooLarge, .notHTTP, .untrusted, .wrongHost, .notYetValid, .expired, .clientRefused,
            .clientCredentials, .authorityFile, .tls:
            self = .refused(.failure(failure.cause))
        }
    }

    private static func verdict(ofReceipts reply: Reply, _ asked: [EventID]) -> Verdict {
        guard let answer = PlatformAnswer(reply.body, asked: asked) else { return .refused(.notReceipts(reply.status)) }
        if answer.receipts.isEmpty { return .silent(maxBatch: answer.maxBatch) }
        return .receipts(answer.receipts, maxBatch: answer.maxBatch)
    }

    private static func verdict(onContent reply: Reply) -> Verdict {
        // nginx answers a missing or wrong client certificate with 400 and a page of its own. Taken for a word on the
        // content, it would have every event set aside.
        if reply.contentType?.lowercased().hasPrefix("text/html") == true {
            let page = String(decoding: reply.body.prefix(4096), as: UTF8.self)
            if page.contains("SSL certificate") || page.contains("HTTPS port") { return .refused(.gateway) }
        }
        let problem = Problem(reply.body)
        let texts = [problem.title, problem.detail].compactMap { $0 }.filter { !$0.isEmpty }
        return .unacceptable(reason: "HTTP \(reply.status)" + texts.map { ": \($0)" }.joined())
    }
}
