// SPDX-License-Identifier: Apache-2.0

/// What the notes say, added up: over all the journal's lives, whatever becomes of its files.
package struct Ledger: Sendable {
    package struct Event: Sendable {
        package let priority: Int
        package let key: Int64
        package let targets: [String]
        package var isRecorded = false
        /// Whether a loss was told after it was handed over, which may stand for it.
        package var mayBeLost = false
    }

    /// A state that was handed over.
    package struct Version: Sendable, Hashable {
        package let number: Int
        package let ended: Bool
        package let event: String?
    }

    package struct Given: Sendable, Hashable {
        package let event: String
        package let body: UInt64
    }

    package private(set) var events: [String: Event] = [:]
    /// What each target answered, by event; true for accepted.
    package private(set) var answers: [String: [String: Set<Bool>]] = [:]
    /// Everything that was ever given out, by target and sequence.
    package private(set) var given: [String: [String: Given]] = [:]
    /// Versions of each thing, oldest first, by `incident ID`, `point ID`, `task ID`, `memory booth`.
    package private(set) var states: [String: [Version]] = [:]
    /// What contradicts itself in the notes already.
    package private(set) var problems: [String] = []
    package private(set) var lossesTold = 0
    package private(set) var highestKey: Int64 = 0

    package init() {}

    package mutating func apply(_ note: Note) {
        switch note {
        case .opened(let loss):
            guard loss else { return }
            lossesTold += 1
            for event in events.keys { events[event]?.mayBeLost = true }
        case .submitted(let event, let key, let priority, let targets):
            highestKey = max(highestKey, key)
            events[event] = Event(priority: priority, key: key, targets: targets)
        case .state(let subject, let name, let version, let ended, let event):
            states["\(subject.rawValue) \(name)", default: []].append(
                Version(number: version, ended: ended, event: event))
        case .recorded(let event):
            if events[event] == nil { problems.append("\(event) was recorded and never handed over") }
            events[event]?.isRecorded = true
        case .answered(let target, let event, let accepted):
            answers[target, default: [:]][event, default: []].insert(accepted)
        case .putBack(let target, let event):
            if answers[target]?[event]?.contains(false) != true {
                problems.append("\(event) waits again for \(target), which never refused it")
            }
        case .given(let target, let sequence, let event, let body):
            give(Given(event: event, body: body), sequence, to: target)
        }
    }

    private mutating func give(_ new: Given, _ sequence: String, to target: String) {
        if let known = events[new.event] {
            if !known.targets.contains(target) {
                problems.append("\(new.event) was given to \(target), not its target")
            }
        } else if !Self.isTold(new.event) {
            problems.append("\(new.event) was given to \(target) and never handed over")
        }
        if sequence.utf8.count != 20 || !sequence.utf8.allSatisfy({ (48...57).contains($0) }) {
            problems.append("\"\(sequence)\" of \(target) is no sequence")
        }
        let old = given[target, default: [:]].updateValue(new, forKey: sequence)
        guard let old, old != new else { return }
        problems.append(
            old.event == new.event
                ? "sequence \(sequence) of \(target) has two bodies for \(new.event)"
                : "sequence \(sequence) of \(target) named \(old.event) and now names \(new.event)")
    }

    /// Events that the journal makes itself come under this name (`TestedJournal` says which).
    private static func isTold(_ event: String) -> Bool { event.hasPrefix("loss:") }

    /// Forgets the contradictions, which were reported.
    package mutating func takeProblems() -> [String] {
        defer { problems = [] }
        return problems
    }
}
