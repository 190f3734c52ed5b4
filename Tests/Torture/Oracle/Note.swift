// SPDX-License-Identifier: Apache-2.0

/// One observation by the witness: something that was handed to the journal, or something that the journal said. All
/// names are plain text, so that no code of the agent takes part in the judgement.
package enum Note: Sendable, Hashable {
    /// Values that an entry writes whole each time.
    package enum Subject: String, Sendable {
        case incident, point, task, memory
    }

    /// The journal was opened.
    case opened
    /// The journal reported that a target lost events: those in a range of sequences, or unknown ones.
    case lost(target: String, reason: String, from: String?, to: String?, count: Int)
    /// The next event handed over reports the loss to the target.
    case telling(target: String, event: String)
    /// An event was handed to the journal, for these targets.
    case submitted(event: String, key: Int64, priority: Int, targets: [String])
    /// A state was handed to the journal, in one entry with `event` if there is one.
    case state(Subject, name: String, version: Int, ended: Bool, event: String?)
    /// The journal said that the event is on disk.
    case recorded(event: String)
    /// A target's answer was handed to the journal.
    case answered(target: String, event: String, accepted: Bool)
    /// The journal said that a refused event waits again.
    case putBack(target: String, event: String)
    /// The journal gave the event to its target; `body` is a hash of its bytes.
    case given(target: String, sequence: String, event: String, body: UInt64)
    /// The journal listed the event with this number, as queued or refused.
    case numbered(target: String, sequence: String, event: String)
}

extension Note {
    /// One line without its line feed: words separated by spaces.
    package var line: String {
        switch self {
        case .opened: "opened"
        case .lost(let target, let reason, let from, let to, let count):
            "lost \(target) \(reason) \(from ?? "-") \(to ?? "-") \(count)"
        case .telling(let target, let event): "telling \(target) \(event)"
        case .submitted(let event, let key, let priority, let targets):
            "submitted \(event) \(key) \(priority) \(targets.isEmpty ? "-" : targets.joined(separator: ","))"
        case .state(let subject, let name, let version, let ended, let event):
            "state \(subject.rawValue) \(name) \(version) \(ended ? 1 : 0) \(event ?? "-")"
        case .recorded(let event): "recorded \(event)"
        case .answered(let target, let event, let accepted): "answered \(target) \(event) \(accepted ? 1 : 0)"
        case .putBack(let target, let event): "putback \(target) \(event)"
        case .given(let target, let sequence, let event, let body): "given \(target) \(sequence) \(event) \(body)"
        case .numbered(let target, let sequence, let event): "numbered \(target) \(sequence) \(event)"
        }
    }

    /// Reads a line; nil if it was cut off or has another form.
    package init?(line: String) {
        let words = line.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("opened", 1): self = .opened
        case ("lost", 6):
            guard let count = Int(words[5]) else { return nil }
            self = .lost(
                target: words[1], reason: words[2], from: words[3] == "-" ? nil : words[3],
                to: words[4] == "-" ? nil : words[4], count: count)
        case ("telling", 3): self = .telling(target: words[1], event: words[2])
        case ("numbered", 4): self = .numbered(target: words[1], sequence: words[2], event: words[3])
        case ("submitted", 5):
            guard let key = Int64(words[2]), let priority = Int(words[3]) else { return nil }
            let targets = words[4] == "-" ? [] : words[4].split(separator: ",").map(String.init)
            self = .submitted(event: words[1], key: key, priority: priority, targets: targets)
        case ("state", 6):
            guard let subject = Subject(rawValue: words[1]), let version = Int(words[3]) else { return nil }
            self = .state(
                subject, name: words[2], version: version, ended: words[4] == "1",
                event: words[5] == "-" ? nil : words[5])
        case ("recorded", 2): self = .recorded(event: words[1])
        case ("answered", 4): self = .answered(target: words[1], event: words[2], accepted: words[3] == "1")
        case ("putback", 3): self = .putBack(target: words[1], event: words[2])
        case ("given", 5):
            guard let body = UInt64(words[4]) else { return nil }
            self = .given(target: words[1], sequence: words[2], event: words[3], body: body)
        default: return nil
        }
    }
}
