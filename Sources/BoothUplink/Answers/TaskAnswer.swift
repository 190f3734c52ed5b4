// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

/// An answer with tasks: `{"tasks":[…],"cursor":"…"}`.
package struct TaskAnswer: Sendable, Hashable {
    /// The most tasks of one answer; an answer with more is refused.
    package static let mostTasks = 1000
    /// The most bytes of a cursor; it is sent with each request.
    package static let longestCursor = 1024

    /// In the answer's order.
    package let tasks: [ReceivedTask]
    /// How far the tasks go, as the platform's own text.
    package let cursor: String

    /// - Returns: nil if the body is not a JSON object with a list of tasks and a cursor, or exceeds the limits. A task
    ///   that cannot be read does not make it nil; it is refused separately.
    package init?(_ body: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)),
            document.tasks.count <= Self.mostTasks, document.cursor.utf8.count <= Self.longestCursor
        else { return nil }
        tasks = document.tasks.map(\.task)
        cursor = document.cursor
    }

    private struct Document: Decodable {
        let tasks: [Item]
        let cursor: String
    }

    private struct Item: Decodable {
        let task: ReceivedTask

        init(from decoder: any Decoder) {
            task = ReceivedTask(from: decoder)
        }
    }
}
