// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What an attack found.
package struct Outcome: Sendable {
    /// One thing that is wrong.
    package struct Failure: Sendable {
        /// How to see it again: the seed and the step.
        package let place: String
        package let problems: [String]
    }

    package let name: String
    package var tried = 0
    package var failed = 0
    /// The first of each kind: enough to begin with.
    package private(set) var failures: [Failure] = []
    /// How many of each kind of problem there were.
    private var kinds: [String: Int] = [:]
    /// Figures beside the count, and what was left out.
    package var remarks: [String] = []
    /// Why it was not done at all; nil: it was.
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

    /// The words of a problem without its ids and numbers.
    private static func kind(_ problem: String) -> String {
        let words = problem.split(separator: " ").filter { word in
            !word.utf8.contains { (48...57).contains($0) } && word != "police" && word != "grid"
        }
        return words.prefix(8).joined(separator: " ")
    }

    /// One line, then one for each failure kept, with its first problems.
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
