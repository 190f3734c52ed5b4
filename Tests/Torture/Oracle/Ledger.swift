// SPDX-License-Identifier: Apache-2.0

/// The sum of all notes, over all lives of the journal, whatever happens to its files.
package struct Ledger: Sendable {
    package struct Event: Sendable {
        package let priority: Int
        package let key: Int64
        package let targets: [String]
        package var isRecorded = false
        /// Targets that were told, after the event was given to them, of a loss that may include it.
        package var lostFor: Set<String> = []
        /// Whether a loss that may concern anything was reported after the event was handed over.
        package var mayBeLost = false
    }

    /// A state that was handed to the journal.
    package struct Version: Sendable, Hashable {
        package let number: Int
        package let ended: Bool
        package let event: String?
    }

    package struct Given: Sendable, Hashable {
        package let event: String
        /// nil: it was listed, but not given to the target.
        package let body: UInt64?
    }

    package struct Loss: Sendable, Hashable {
        package let target: String
        package let reason: String
        package let from: String?
        package let to: String?
        package let count: Int
        /// Whether an earlier report of a loss was already on disk: an honest disk then gives no reason for another
        /// loss.
        package let isAnother: Bool
        /// The event that reports it; nil: none yet.
        package var event: String?
    }

    package private(set) var events: [String: Event] = [:]
    /// The answers of each target, by event; true for accepted.
    package private(set) var answers: [String: [String: Set<Bool>]] = [:]
    /// Everything that was ever given out, by target and sequence.
    package private(set) var given: [String: [String: Given]] = [:]
    /// Versions of each value, oldest first, by `incident ID`, `point ID`, `task ID`, `memory booth`.
    package private(set) var states: [String: [Version]] = [:]
    /// Contradictions among the notes themselves.
    package private(set) var problems: [String] = []
    /// Losses that the journal reported, in order.
    package private(set) var losses: [Loss] = []
    /// Events that report a loss, with the targets they report to.
    private var tellings: [String: [String]] = [:]
    /// Targets whose last loss was reported by an event that is on disk.
    private var toldOnDisk: Set<String> = []
    private var sequences: [String: [String: String]] = [:]
    package private(set) var highestKey: Int64 = 0

    package init() {}

    package mutating func apply(_ note: Note) {
        switch note {
        case .opened: break
        case .lost(let target, let reason, let from, let to, let count):
            losses.append(
                Loss(
                    target: target, reason: reason, from: from, to: to, count: count,
                    isAnother: toldOnDisk.remove(target) != nil))
            markLost(for: target, from, to)
        case .telling(let target, let event):
            tellings[event, default: []].append(target)
            if let index = losses.lastIndex(where: { $0.target == target }) { losses[index].event = event }
        case .submitted(let event, let key, let priority, let targets):
            highestKey = max(highestKey, key)
            events[event] = Event(priority: priority, key: key, targets: targets)
        case .state(let subject, let name, let version, let ended, let event):
            states["\(subject.rawValue) \(name)", default: []].append(
                Version(number: version, ended: ended, event: event))
        case .recorded(let event):
            if events[event] == nil { problems.append("\(event) was recorded and never handed over") }
            events[event]?.isRecorded = true
            toldOnDisk.formUnion(tellings[event] ?? [])
        case .answered(let target, let event, let accepted):
            answers[target, default: [:]][event, default: []].insert(accepted)
        case .putBack(let target, let event):
            if answers[target]?[event]?.contains(false) != true {
                problems.append("\(event) waits again for \(target), which never refused it")
            }
        case .given(let target, let sequence, let event, let body):
            events[event]?.lostFor.remove(target)
            give(Given(event: event, body: body), sequence, to: target)
        case .numbered(let target, let sequence, let event):
            if let known = given[target]?[sequence], known.event == event { return }
            give(Given(event: event, body: nil), sequence, to: target)
        }
    }

    /// Marks the events that a loss may include: those with a number in its range, or all if it has no range.
    private mutating func markLost(for target: String, _ from: String?, _ to: String?) {
        guard let from, let to else {
            for event in events.keys {
                events[event]?.lostFor.insert(target)
                events[event]?.mayBeLost = true
            }
            return
        }
        for (event, sequence) in sequences[target] ?? [:] where (from...max(from, to)).contains(sequence) {
            events[event]?.lostFor.insert(target)
        }
    }

    /// The newest sequence of an event for a target; nil: none was seen.
    package func sequence(of event: String, for target: String) -> String? { sequences[target]?[event] }

    private mutating func give(_ new: Given, _ sequence: String, to target: String) {
        if let known = events[new.event] {
            if !known.targets.contains(target) {
                problems.append("\(new.event) was given to \(target), not its target")
            }
        } else {
            problems.append("\(new.event) was given to \(target) and never handed over")
        }
        if sequence.utf8.count != 20 || !sequence.utf8.allSatisfy({ (48...57).contains($0) }) {
            problems.append("\"\(sequence)\" of \(target) is no sequence")
        }
        sequences[target, default: [:]][new.event] = sequence
        let old = given[target, default: [:]].updateValue(new, forKey: sequence)
        guard let old, old.event != new.event || (old.body != nil && old.body != new.body) else { return }
        problems.append(
            old.event == new.event
                ? "sequence \(sequence) of \(target) has two bodies for \(new.event)"
                : "sequence \(sequence) of \(target) named \(old.event) and now names \(new.event)")
    }

    /// Returns the contradictions and forgets them.
    package mutating func takeProblems() -> [String] {
        defer { problems = [] }
        return problems
    }
}
