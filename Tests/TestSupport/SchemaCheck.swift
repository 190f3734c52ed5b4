// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Holds what was written against the schemas of docs/, by Tests/Schemas/validate.
package struct SchemaCheck {
    private let folder = TemporaryFolder()
    private static let script = sourceFolder + "/Tests/Schemas/validate"

    package init() {}

    /// - Parameters:
    ///   - lines: JSON values, each on one line.
    ///   - schema: `event`, for the schema of each value's `type`; or a name in components/schemas of openapi.yaml.
    /// - Returns: a line for each value that is wrong; or why they could not be looked at.
    package func problems(of lines: [String], against schema: String) throws -> [String] {
        let file = folder.file(schema + ".jsonl")
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: file))
        let (code, text) = output(of: "'\(Self.script)' '\(schema)' < '\(file)' 2>&1")
        if code == 0 && text.isEmpty { return [] }
        let problems = text.split(separator: "\n").map(String.init)
        return problems.isEmpty ? ["validate ended with \(code)"] : problems
    }
}
