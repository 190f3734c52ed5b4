// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a history consisted of.
package struct Tally: Sendable {
    /// Steps by kind.
    package private(set) var steps: [String: Int] = [:]
    package internal(set) var inputs = 0
    package internal(set) var starts = 0
    package private(set) var events = 0
    package private(set) var raised = 0

    mutating func note(_ step: Step) { steps[step.kind, default: 0] += 1 }

    mutating func note(_ entry: JournalEntry) {
        events += entry.events.count
    }

    package mutating func add(_ other: Tally) {
        steps.merge(other.steps, uniquingKeysWith: +)
        inputs += other.inputs
        starts += other.starts
        events += other.events
    }
}

extension Step {
    /// What is counted together.
    var kind: String {
        switch self {
        case .contact, .count: "contact changes"
        case .chatter, .flood, .missed: "chatter, floods, lost edges"
        case .device: "devices lost or found"
        case .mood(_, let mood): mood.isTrouble ? "platform troubles" : "platforms well again"
        case .delay: "slow platforms"
        case .receipt: "receipts out of turn"
        case .task, .closeAll, .forgetCursor: "tasks"
        case .acknowledge, .close, .arm, .disarm, .retry, .look, .beginTest, .hangUp: "calls"
        case .disk(.well): "disk well again"
        case .disk: "disk troubles"
        case .spoil: "files spoiled in service"
        case .ending(.stop, _): "stops"
        case .ending(.crash, _): "crashes"
        case .ending(.powerCut, _): "power cuts"
        case .clock: "clock changes"
        case .stall: "stalls"
        case .reload: "reloads"
        }
    }
}

extension Step.Mood {
    fileprivate var isTrouble: Bool { self != .good }
}
