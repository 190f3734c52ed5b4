// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials

/// An answer with tasks: `{"tasks":[…],"cursor":"…"}`.
package struct TaskAnswer: Sendable, Hashable {
    /// Most tasks of one answer; more is no answer of a platform for booths.
    package static let mostTasks = 1000
    /// Bytes of a cursor at most: it goes into each question.
    package static let longestCursor = 1024

    /// In the answer's order.
    package let tasks: [ReceivedTask]
    /// How far they go, in the platform's own words.
    package let cursor: String

    /// - Returns: nil for anything but a JSON object with a list of tasks and a cursor. A task that cannot be read is no
    ///   reason: it is refused by itself.
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
