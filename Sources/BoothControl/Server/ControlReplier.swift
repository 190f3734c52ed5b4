// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Synchronization

/// One call's way back to its client, for any thread.
///
/// The first answer counts. One that is dropped unused answers for itself, so that no client waits for nothing.
package final class ControlReplier: Sendable {
    /// Who asks.
    package let caller: Caller
    /// Who is recorded to have acted; nil for a call that only looks.
    package let officer: Actor?
    private let isAnswered = Atomic(false)
    private let send: @Sendable (ControlAnswer) -> Void
    private let onward: @Sendable (TestStep) -> Void

    init(
        caller: Caller, officer: Actor?, tell: @escaping @Sendable (TestStep) -> Void,
        send: @escaping @Sendable (ControlAnswer) -> Void
    ) {
        self.caller = caller
        self.officer = officer
        onward = tell
        self.send = send
    }

    deinit {
        answer(.refused(.unavailable(Message(zh: "代理程序正在停止", en: "the agent is stopping"))))
    }

    /// Answers the call. Never blocks.
    package func answer(_ answer: ControlAnswer) {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return }
        send(answer)
    }

    /// Tells the next step of a walk test that was answered with `testing`; `end` is the last. Never blocks.
    package func tell(_ step: TestStep) {
        onward(step)
    }
}
