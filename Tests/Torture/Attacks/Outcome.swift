// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The result of an attack.
package struct Outcome: Sendable {
    /// One case with problems.
    package struct Failure: Sendable {
        /// The seed and the step that reproduce it.
        package let place: String
        package let problems: [String]
    }

    package let name: String
    package var tried = 0
    package var failed = 0
    /// The first failures of each kind.
    package private(set) var failures: [Failure] = []
    private var kinds: [String: Int] = [:]
    /// Further figures, and what was left out.
    package var remarks: [String] = []
    /// Why the attack was not run; nil: it was.
    package var skipped: String?

    package init(_ name: String) { self.name = name }

    private static let mostFailures = 20

    package mutating func add(_ place: @autoclosure () -> String, _ problems: [String]) {
        tried += 1
        guard !problems.isEmpty else { return }
        failed += 1
        let found = Set(problems.map(Self.kind))
        let isNew = found.contains { kinds[$0] == nil }
        for kind in found { kinds[kind, default: 0] += 1 }
        if isNew, failures.count < Self.mostFailures { failures.append(Failure(place: place(), problems: problems)) }
    }

    /// The words of a problem without ids and numbers.
    private static func kind(_ problem: String) -> String {
        let words = problem.split(separator: " ").filter { word in
            !word.utf8.contains { (48...57).contains($0) } && word != "police" && word != "grid"
        }
        return words.prefix(8).joined(separator: " ")
    }

    /// One line, then a line for each kind of problem and some for each failure kept.
    package var text: String {
        if let skipped { return "\(name): skipped: \(skipped)" }
        let remark = remarks.isEmpty ? "" : "; " + remarks.joined(separator: "; ")
        var lines = ["\(name): \(tried) tried, \(failed) failed\(remark)"]
        for (kind, count) in kinds.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }).prefix(Self.mostFailures) {
            lines.append("  \(count) × \(kind)")
        }
        for failure in failures {
            lines.append("  \(failure.place)")
            lines += failure.problems.prefix(4).map { "    \($0)" }
            if failure.problems.count > 4 { lines.append("    and \(failure.problems.count - 4) more") }
        }
        return lines.joined(separator: "\n")
    }
}
