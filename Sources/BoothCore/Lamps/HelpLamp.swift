// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Decides what the help lamp shows: the signal of the waiting press that has come least far. So the lamp never
/// promises too much.
///
/// Its inputs are incidents in their new state, and the events that are on disk. A duress button shows nothing.
package struct HelpLamp: Sendable {
    /// How far a press has come, the least first.
    package enum Signal: Int, CaseIterable, Comparable, Sendable {
        /// No press waits, or nothing is certain yet.
        case off
        /// On the booth's disk: slow blink.
        case recorded
        /// On its way to a platform: fast blink.
        case sent
        /// A platform's receipt names it: steady.
        case accepted

        package static func < (left: Signal, right: Signal) -> Bool { left.rawValue < right.rawValue }
    }

    private struct Press {
        var opening: EventID
        var isRecorded: Bool
        var isSent = false
        /// Whether a platform's receipt came.
        var isAccepted = false
        /// When the lamp stops showing the press; nil: an answer may still come.
        var end: BootTime?
        /// Whether that time has passed. The press is kept, because its incident may be handed to others and wait
        /// again.
        var isOver = false

        var signal: Signal { isAccepted ? .accepted : isSent ? .sent : isRecorded ? .recorded : .off }
    }

    private let lamps: [PointID: Duration]
    private let bootID: String
    private var presses: [EventID: Press] = [:]
    /// The incident of a press, by the event that opened it.
    private var openings: [EventID: EventID] = [:]
    /// How many presses have each signal. Counted, because the least signal is needed after every input.
    private var counts = [Int](repeating: 0, count: Signal.allCases.count)
    private var ends = Timetable<EventID>()

    /// - Parameters:
    ///   - points: only help buttons are used.
    ///   - bootID: the id of this boot. The age of a receipt from another boot is not known, so it shows nothing.
    package init(_ points: [PointConfiguration], bootID: String) {
        self.bootID = bootID
        lamps = Dictionary(
            uniqueKeysWithValues: points.filter { $0.kind == .helpButton }.map { ($0.id, $0.rules.lamp) })
    }

    /// The least signal of the presses that wait.
    package var signal: Signal { Signal.allCases.first { counts[$0.rawValue] > 0 } ?? .off }

    /// When `advance` has something to do.
    package var nextDeadline: BootTime? { ends.next }

    /// Takes the journal's incidents at the start. No event is being sent yet.
    package mutating func resume(_ incidents: [Incident]) {
        for incident in incidents {
            apply(incident.afterRestart)
            noteRecorded([incident.opening])
        }
    }

    /// Takes an incident in its new state.
    package mutating func apply(_ incident: Incident) {
        guard let point = incident.point, incident.device == nil, let lamp = lamps[point] else { return }
        let answer = Self.answer(to: incident)
        guard incident.isOpen else { return set(nil, of: incident.id) }
        var press = presses[incident.id] ?? Press(opening: incident.opening, isRecorded: false)
        press.isSent = incident.targets.contains { $0.delivery == .sent && !$0.isHandedOver }
        press.isAccepted = incident.accepted != nil
        let end = answer.map { $0.bootID == bootID ? $0.boot + lamp : BootTime(nanoseconds: 0) }
        if end == nil || end != press.end { press.isOver = answer.map { $0.bootID != bootID } ?? false }
        press.end = end
        set(press, of: incident.id)
    }

    private mutating func set(_ press: Press?, of incident: EventID) {
        if let before = presses[incident] {
            if !before.isOver { counts[before.signal.rawValue] -= 1 }
            openings[before.opening] = nil
        }
        presses[incident] = press
        ends[incident] = press?.isOver == true ? nil : press?.end
        guard let press else { return }
        if !press.isOver { counts[press.signal.rawValue] += 1 }
        openings[press.opening] = incident
    }

    /// When the press got its last answer: its receipt, or the last activation if every target refused it. Without the
    /// second case, a press that nobody takes would hide later presses for ever. A target that has handed the incident
    /// over is not waited for, whatever its queue still holds.
    private static func answer(to incident: Incident) -> Stamp? {
        if let accepted = incident.accepted { return accepted }
        return incident.targets.allSatisfy { $0.delivery == .rejected || $0.isHandedOver } ? incident.latest : nil
    }

    /// These events are on disk.
    package mutating func noteRecorded(_ events: [EventID]) {
        for event in events {
            guard let incident = openings[event], var press = presses[incident] else { continue }
            press.isRecorded = true
            set(press, of: incident)
        }
    }

    /// Ends the presses that were shown for long enough.
    package mutating func advance(to time: BootTime) {
        for (incident, _) in ends.due(by: time) {
            guard var press = presses[incident] else { continue }
            press.isOver = true
            set(press, of: incident)
        }
    }
}

extension HelpLamp.Signal {
    /// Half a period of blinking, in nanoseconds; nil: the lamp does not blink. 1 Hz: recorded, 4 Hz: sent.
    private var half: Int64? {
        switch self {
        case .off, .accepted: nil
        case .recorded: 500_000_000
        case .sent: 125_000_000
        }
    }

    /// Whether the lamp is lit at an instant.
    package func isLit(at time: BootTime) -> Bool {
        guard let half else { return self == .accepted }
        return (time.nanoseconds / half) % 2 == 0
    }

    /// When the lamp changes next; nil: it does not blink.
    package func nextChange(after time: BootTime) -> BootTime? {
        half.map { BootTime(nanoseconds: (time.nanoseconds / $0 + 1) * $0) }
    }
}
