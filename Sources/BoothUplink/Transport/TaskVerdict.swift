// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What came of a question for tasks. The same for every transport.
package enum TaskVerdict: Sendable, Hashable {
    /// Tasks, or a cursor alone.
    case tasks(TaskAnswer)
    /// None came while the question waited.
    case none
    /// There is no task channel, which is all right where the target may send no tasks. Says what is missing.
    case absent(Message)
    /// It cannot now.
    case later(Setback)
    /// Not our platform, not our certificate, not its form of answer: somebody has to act. Says what is wrong.
    case refused(Message)
}
