// SPDX-License-Identifier: Apache-2.0

/// The state of one target, in `GetStatus`.
package struct TargetStatus: Codable, Sendable, Hashable {
    /// How the last exchange with it went.
    package enum State: String, Codable, Sendable {
        case ok
        /// It does not answer, or says that it cannot now.
        case retrying
        /// It, its certificate, its address or its answer is wrong: somebody must act.
        case refused
    }

    package var id: TargetID
    package var state: State
    /// Events without a receipt.
    package var queued: Int
    /// Events that the platform refused for good.
    package var rejected: Int
    /// What is wrong with it; nil: it is `ok`.
    package var lastError: Message?

    package init(id: TargetID, state: State, queued: Int, rejected: Int, lastError: Message?) {
        self.id = id
        self.state = state
        self.queued = queued
        self.rejected = rejected
        self.lastError = lastError
    }

    private enum CodingKeys: String, CodingKey {
        case id, state, queued, rejected
        case lastError = "last_error"
        case lastErrorInChinese = "last_error_zh"
    }

    /// `last_error` is in English, and `last_error_zh` is in Chinese; both are null if there is none.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(state, forKey: .state)
        try container.encode(queued, forKey: .queued)
        try container.encode(rejected, forKey: .rejected)
        try container.encode(lastError?.en, forKey: .lastError)
        try container.encode(lastError?.zh, forKey: .lastErrorInChinese)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let english = try container.decodeIfPresent(String.self, forKey: .lastError)
        let chinese = try container.decodeIfPresent(String.self, forKey: .lastErrorInChinese) ?? english
        self.init(
            id: try container.decode(TargetID.self, forKey: .id),
            state: try container.decode(State.self, forKey: .state),
            queued: try container.decode(Int.self, forKey: .queued),
            rejected: try container.decode(Int.self, forKey: .rejected),
            lastError: english.map { Message(zh: chinese ?? $0, en: $0) })
    }
}
