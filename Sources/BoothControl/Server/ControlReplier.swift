// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Synchronization

/// One call's way back to its client, for any thread.
///
/// The first answer counts. One that is dropped unused answers for itself, so that no client waits for nothing.
package final class ControlReplier: Sendable {
    /// Who asks.
    package let caller: Caller
    private let isAnswered = Atomic(false)
    private let send: @Sendable (ControlAnswer) -> Void

    init(caller: Caller, send: @escaping @Sendable (ControlAnswer) -> Void) {
        self.caller = caller
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
}
