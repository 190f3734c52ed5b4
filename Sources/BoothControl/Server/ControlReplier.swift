// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Synchronization

/// Sends the answer of one call to its client; usable on any thread.
///
/// Only the first answer counts. When the server stops, calls without an answer get an error.
package final class ControlReplier: Sendable {
    /// The call's number, unique in this server.
    package let number: Int
    /// The process that called.
    package let caller: Caller
    /// The user to record for an act; nil for a call that only looks.
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

    /// Sends the next step of a walk test that was answered with `testing`; `end` is the last. Never blocks.
    package func tell(_ step: TestStep) {
        onward(step)
    }
}
