// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// One thing that is wrong with a configuration file.
package struct ConfigurationProblem: Sendable, Hashable {
    /// The file that it is in, where that is not the configuration file: a boards.toml beside it.
    package var file: String?
    /// Counted from 1.
    package var line: Int
    /// In characters, counted from 1.
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

/// A configuration file that cannot be used, with everything that is wrong with it.
package struct ConfigurationError: Error, Sendable, Hashable {
    /// The file's name as it was given.
    package var file: String
    /// In the order of the file, those of a boards.toml beside it first; at least one.
    package var problems: [ConfigurationProblem]

    package init(file: String, problems: [ConfigurationProblem]) {
        self.file = file
        self.problems = problems
    }

    /// `FILE:LINE:COLUMN: what is wrong; what would be right`, one for each problem, in the order of the file.
    package func lines(in language: Language) -> [String] {
        problems.map { "\($0.file ?? file):\($0.line):\($0.column): \($0.message.text(in: language))" }
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// The English lines.
    package var description: String { lines(in: .english).joined(separator: "\n") }
}
