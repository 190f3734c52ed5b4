// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One mistake in a configuration file.
package struct ConfigurationProblem: Sendable, Hashable {
    /// The file, if it is not the configuration file itself but the boards.toml beside it.
    package var file: String?
    /// Counted from 1.
    package var line: Int
    /// In characters, from 1.
    package var column: Int
    /// What is wrong, and after a semicolon what would be right.
    package var message: Message

    package init(file: String? = nil, line: Int, column: Int, message: Message) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
}

/// A configuration file that cannot be used, with all its mistakes.
package struct ConfigurationError: Error, Sendable, Hashable {
    /// The file's name, as the user gave it.
    package var file: String
    /// In file order, first those of the boards.toml; at least one.
    package var problems: [ConfigurationProblem]

    package init(file: String, problems: [ConfigurationProblem]) {
        self.file = file
        self.problems = problems
    }

    /// `FILE:LINE:COLUMN: what is wrong; what would be right`, one line for each problem, in file order.
    package func lines(in language: Language) -> [String] {
        problems.map { "\($0.file ?? file):\($0.line):\($0.column): \($0.message.text(in: language))" }
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// The English lines.
    package var description: String { lines(in: .english).joined(separator: "\n") }
}
