// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// Why a call to the agent has no answer.
package enum ControlClientError: Error, Sendable, Equatable {
    /// Nobody listens on the socket.
    case notRunning(path: String)
    /// This user may not open the socket.
    case denied(path: String)
    /// No answer in time.
    case silent
    /// The agent ended the connection: it stopped.
    case disconnected
    /// The agent answers with an error.
    case refused(ControlError)
    /// The reply is not one that this version knows.
    case notUnderstood
    case system(SystemError)
}
