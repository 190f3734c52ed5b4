// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Synchronization

/// One call's way back to its client, for any thread.
///
/// The first answer counts. A call that is never answered is told so when the server stops.
package final class ControlReplier: Sendable {
    /// Of the call: no other one of this server has it.
    package let number: Int
    /// Who asks.
    package let caller: Caller
    /// Who is recorded to have acted; nil for a call that only looks.
    package let officer: Actor?
    private let isAnswered = Atomic(false)
    private let send: @Sendable (ControlAnswer) -> Void
    private let onward: @Sendable (TestStep) -> Void

    init(
        number: Int, caller: Caller, officer: Actor?, tell: @escaping @Sendable (TestStep) -> Void,
        send: @escaping @Sendable (ControlAnswer) -> Void
    ) {
        self.number = number
        self.caller = caller
        self.officer = officer
        onward = tell
        self.send = send
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
