// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The result of a request for tasks; the same for every transport.
package enum TaskVerdict: Sendable, Hashable {
    /// Tasks, or only a cursor.
    case tasks(TaskAnswer)
    /// No tasks came within the wait.
    case none
    /// There is no task channel. This is no fault if the target may not send tasks. The message says what is missing.
    case absent(Message)
    /// The platform cannot answer now.
    case later(Setback)
    /// Wrong platform, certificate or form of answer: an operator has to act. The message says what is wrong.
    case refused(Message)
}
