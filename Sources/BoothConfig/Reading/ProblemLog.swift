// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What is wrong so far; reading goes on after each, so that one pass finds them all.
final class ProblemLog {
    private var noted: [(place: Place, message: Message)] = []

    var isEmpty: Bool { noted.isEmpty }

    func note(at place: Place, _ message: Message) {
        noted.append((place, message))
    }

    /// Notes what is wrong and, after a semicolon, what would be right.
    func note(at place: Place, zh: String, en: String) {
        note(at: place, Message(zh: zh, en: en))
    }

    /// The problems in the order of the file.
    var sorted: [ConfigurationProblem] {
        noted.enumerated()
            .sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
            .map { _, problem in
                ConfigurationProblem(
                    line: problem.place.line, column: problem.place.column, message: problem.message)
            }
    }
}
