// SPDX-License-Identifier: Apache-2.0

/// The state of a target, as `boothctl status` shows it.
package enum LinkState: Sendable, Hashable {
    /// The last exchange was good, or there was none yet.
    case ok
    /// It does not answer, or says that it cannot now. Sending is retried with backoff.
    case retrying(Message)
    /// It, its certificate, its address or its answer is wrong: somebody must act. Sending is retried slowly.
    case refused(Message)
}
