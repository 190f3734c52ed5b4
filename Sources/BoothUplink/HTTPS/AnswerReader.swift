// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// What an HTTP answer, or a missing one, means for a request (docs/api/openapi.yaml has the same tables). Pure.
package struct AnswerReader: Sendable {
    private let words: HTTPWords

    package init(_ words: HTTPWords) {
        self.words = words
    }

    // MARK: Events

    /// - Parameter asked: the ids that were sent; receipts for other ids are ignored.
    package func verdict(on reply: Reply, asked: [EventID]) -> Verdict {
        switch reply.status {
        case 200, 201: return verdict(onReceipts: reply, asked)
        case 202: return .promised
        default: break
        }
        guard Self.isJudgement(reply, ofBatch: asked.count > 1) else {
            return verdict(on: HTTPTrouble(reply), hold: reply.retryAfter)
        }
        let problem = Problem(reply.body)
        let texts = [problem.title, problem.detail].compactMap { $0 }.filter { !$0.isEmpty }
        return .unacceptable(reason: "HTTP \(reply.status)" + texts.map { ": \($0)" }.joined())
    }

    /// Whether the platform itself refuses the content: it says so by a problem document. Gateways, proxies and
    /// firewalls use the same statuses, with pages of their own. A batch that is too large is halved, whoever says so.
    private static func isJudgement(_ reply: Reply, ofBatch isBatch: Bool) -> Bool {
        switch reply.status {
        case 400, 415, 422: Problem.isDocument(reply)
        case 413: isBatch || Problem.isDocument(reply)
        default: false
        }
    }

    /// The verdict if there was no complete answer.
    package func verdict(on failure: HTTPFailure) -> Verdict { verdict(on: .failure(failure.cause), hold: nil) }

    private func verdict(onReceipts reply: Reply, _ asked: [EventID]) -> Verdict {
        guard let answer = PlatformAnswer(reply.body, asked: asked) else {
            return verdict(on: .foreign(reply.status), hold: nil)
        }
        if answer.receipts.isEmpty { return .silent(maxBatch: answer.maxBatch) }
        return .receipts(answer.receipts, maxBatch: answer.maxBatch)
    }

    private func verdict(on trouble: HTTPTrouble, hold: Duration?) -> Verdict {
        let message = words.sentence(trouble)
        if case .intercepted = trouble { return .blocked(message) }
        return trouble.isLasting ? .refused(message) : .later(Setback(message, cause: trouble.cause, hold: hold))
    }

    // MARK: Tasks

    package func taskVerdict(on reply: Reply) -> TaskVerdict {
        switch reply.status {
        case 200: TaskAnswer(reply.body).map { .tasks($0) } ?? taskVerdict(on: .foreign(200), hold: nil)
        // 201 and 202 are answers to events, not to a request for tasks.
        case 201, 202: taskVerdict(on: .foreign(reply.status), hold: nil)
        case 204: .none
        case 404, 405, 410, 501: .absent(words.taskSentence(.problem(of: reply)))
        // The request has no content. So the address or the agent's version is wrong.
        default: taskVerdict(on: HTTPTrouble(reply), hold: reply.retryAfter)
        }
    }

    /// The verdict if there was no complete answer.
    package func taskVerdict(on failure: HTTPFailure) -> TaskVerdict {
        taskVerdict(on: .failure(failure.cause), hold: nil)
    }

    func taskVerdict(on outcome: HTTPClient.Outcome) -> TaskVerdict {
        switch outcome {
        case .success(let reply): taskVerdict(on: reply)
        case .failure(let failure): taskVerdict(on: failure)
        }
    }

    private func taskVerdict(on trouble: HTTPTrouble, hold: Duration?) -> TaskVerdict {
        let message = words.taskSentence(trouble)
        return trouble.isLasting ? .refused(message) : .later(Setback(message, cause: trouble.cause, hold: hold))
    }
}
