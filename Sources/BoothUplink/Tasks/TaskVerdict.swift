// SPDX-License-Identifier: Apache-2.0
import BoothModel
import HTTP

/// What an answer means for the asking for tasks (docs/api/openapi.yaml has the same table). Pure.
package enum TaskVerdict: Sendable, Hashable {
    /// Tasks, or a cursor alone.
    case tasks(TaskAnswer)
    /// None came while the request waited.
    case none
    /// There is no task channel, which is all right where the target may send no tasks.
    case absent
    /// It cannot now.
    case later(Verdict.LaterCause, hold: Duration?)
    /// Not our platform, not our certificate, not its form of answer: somebody has to act.
    case refused(Verdict.RefusedCause)

    /// Reads an answer.
    ///
    /// - Parameter hasAuthority: whether the target may send tasks, and so has to have a channel for them.
    package init(_ reply: Reply, hasAuthority: Bool) {
        switch reply.status {
        case 200: self = TaskAnswer(reply.body).map { .tasks($0) } ?? .refused(.notReceipts(200))
        case 204: self = .none
        case 404, 405, 410, 501:
            let title = Problem(reply.body).title
            self = hasAuthority ? .refused(.status(reply.status, title: title)) : .absent
        default: self = Self.verdict(of: reply)
        }
    }

    /// Reads a request that got no complete answer.
    package init(_ failure: HTTPFailure) {
        self.init(Verdict(failure), status: 0)
    }

    private static func verdict(of reply: Reply) -> TaskVerdict {
        let verdict = Verdict(reply, asked: [])
        // The request has no content: what is wrong with it is the address or the agent's version.
        if case .unacceptable = verdict { return .refused(.status(reply.status, title: Problem(reply.body).title)) }
        return TaskVerdict(verdict, status: reply.status)
    }

    private init(_ verdict: Verdict, status: Int) {
        switch verdict {
        case .later(let cause, let hold): self = .later(cause, hold: hold)
        case .refused(let cause): self = .refused(cause)
        // Receipts and promises of them are no answer to this.
        case .receipts, .silent, .taken, .unacceptable: self = .refused(.notReceipts(status))
        }
    }
}

extension LinkWords {
    /// Why somebody has to act, of a task channel.
    package func taskSentence(_ cause: Verdict.RefusedCause) -> Message {
        switch cause {
        case .notReceipts(let status):
            about(
                zh: "回答（HTTP \(status)）不是平台任务；请检查 url，或网络是否有登录页面",
                en:
                    "its answer (HTTP \(status)) is not a platform's tasks; check the url, or the network for a login page"
            )
        case .status(let status, let title) where ![401, 403, 495, 496, 511].contains(status):
            about(
                zh: "没有可用的任务接口（HTTP \(status)\(title.map { ": \($0)" } ?? "")）；请检查 url，或联系平台方",
                en:
                    "gives no tasks (HTTP \(status)\(title.map { ": \($0)" } ?? "")); check the url, or ask its operator"
            )
        default: sentence(cause)
        }
    }
}
