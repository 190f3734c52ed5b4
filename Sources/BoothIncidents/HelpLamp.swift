// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What the help lamp may say: never more than is true of every press that still waits.
///
/// Told incidents as they stand and which openings the journal has on disk. A duress button shows nothing.
package struct HelpLamp: Sendable {
    /// How far help has come, the least first.
    package enum Signal: Int, Comparable, Sendable {
        /// Nothing to say, or nothing that is certain yet.
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
        /// When it has been shown for long enough; nil while somebody may still answer.
        var end: BootTime?
        /// Whether it has: kept, since the incident may be handed to others and wait again.
        var isOver = false

        var signal: Signal { isAccepted ? .accepted : isSent ? .sent : isRecorded ? .recorded : .off }
    }

    private let lamps: [PointID: Duration]
    private let bootID: String
    private var presses: [EventID: Press] = [:]

    /// - Parameters:
    ///   - points: of which the help buttons count.
    ///   - bootID: of this boot: how long ago a receipt of another one came cannot be told, and it shows nothing.
    package init(_ points: [PointConfiguration], bootID: String) {
        self.bootID = bootID
        lamps = Dictionary(
            uniqueKeysWithValues: points.filter { $0.kind == .helpButton }.map { ($0.id, $0.rules.lamp) })
    }

    /// The least of what is true of the presses that wait.
    package var signal: Signal { presses.values.lazy.filter { !$0.isOver }.map(\.signal).min() ?? .off }

    /// When `advance` has something to do.
    package var nextDeadline: BootTime? { presses.values.lazy.filter { !$0.isOver }.compactMap(\.end).min() }

    /// What the journal holds at the start; nothing is on its way yet.
    package mutating func resume(_ incidents: [Incident]) {
        for incident in incidents {
            take(incident.afterRestart)
            presses[incident.id]?.isRecorded = true
        }
    }

    /// An incident as it stands now.
    package mutating func take(_ incident: Incident) {
        guard let point = incident.point, incident.device == nil, let lamp = lamps[point] else { return }
        let answer = Self.answer(to: incident)
        guard incident.isOpen else {
            presses[incident.id] = nil
            return
        }
        var press = presses[incident.id] ?? Press(opening: incident.opening, isRecorded: false)
        press.isSent = incident.targets.contains { $0.delivery == .sent && !$0.isHandedOver }
        press.isAccepted = incident.accepted != nil
        let end = answer.map { $0.bootID == bootID ? $0.boot + lamp : BootTime(nanoseconds: 0) }
        if end == nil || end != press.end { press.isOver = answer.map { $0.bootID != bootID } ?? false }
        press.end = end
        presses[incident.id] = press
    }

    /// From when on nothing more is to be expected: a receipt, or the press itself where every platform refused it. A
    /// press that nobody takes would otherwise hide for ever what is true of those after it. Who handed it over is
    /// asked no more, whatever its queue still holds.
    private static func answer(to incident: Incident) -> Stamp? {
        if let accepted = incident.accepted { return accepted }
        return incident.targets.allSatisfy { $0.delivery == .rejected || $0.isHandedOver } ? incident.latest : nil
    }

    /// The journal has these events on disk.
    package mutating func noteRecorded(_ events: [EventID]) {
        for (id, press) in presses where events.contains(press.opening) { presses[id]?.isRecorded = true }
    }

    /// Lets time pass: a receipt has been shown for long enough.
    package mutating func advance(to time: BootTime) {
        for (id, press) in presses where press.end.map({ $0 <= time }) ?? false { presses[id]?.isOver = true }
    }
}

extension HelpLamp.Signal {
    /// Half a blink; nil where the lamp does not blink. 1 Hz: recorded, 4 Hz: sent.
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

    /// When it is lit or goes dark next; nil while it stays as it is.
    package func nextChange(after time: BootTime) -> BootTime? {
        half.map { BootTime(nanoseconds: (time.nanoseconds / $0 + 1) * $0) }
    }
}
