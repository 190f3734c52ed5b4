// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension TargetConfiguration {
    /// Makes the transport for this target.
    ///
    /// - Parameters:
    ///   - booth: the booth's code.
    ///   - version: the agent's.
    ///   - taskWait: the longest `TaskQuestion.wait`.
    func makeTransport(booth: String, version: String, taskWait: Duration) -> any Transport {
        switch endpoint.scheme {
        case .https, .http: HTTPSTransport(self, booth: booth, version: version, taskWait: taskWait)
        }
    }
}
