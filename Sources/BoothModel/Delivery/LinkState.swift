// SPDX-License-Identifier: Apache-2.0

/// How a target stands, as `boothctl status` shows it.
package enum LinkState: Sendable, Hashable {
    /// The last exchange was a good one, or there was none yet.
    case ok
    /// It does not answer, or says that it cannot now; sent again by backoff.
    case retrying(Message)
    /// It or its certificate, its address or its answer is wrong: somebody has to act. Sent again, slowly.
    case refused(Message)
}
