// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The help lamp says no more than the least-served press allows, and no less; the fault lamp says whether the booth needs
/// somebody; a siren does what tasks asked for, once that is on disk.
struct OutputRule {
    private enum Signal: Int, Comparable {
        case off, recorded, sent, accepted

        static func < (left: Signal, right: Signal) -> Bool { left.rawValue < right.rawValue }

        func isLit(at time: Int64) -> Bool {
            switch self {
            case .off: false
            // 1 Hz.
            case .recorded: time / 500_000_000 % 2 == 0
            // 4 Hz.
            case .sent: time / 125_000_000 % 2 == 0
            case .accepted: true
            }
        }
    }

    private let lamps: [PointID: Int64]
    private let siren: String?
    private var lit: [String: Bool] = [:]
    /// Whether every part runs: no output is driven before.
    private var isInService = false
    private var standing = false
    private var passing: (isOn: Bool, until: Int64)?

    init(_ configuration: Configuration) {
        let buttons = configuration.points.filter { $0.kind == .helpButton }
        lamps = Dictionary(uniqueKeysWithValues: buttons.map { ($0.id, $0.rules.lamp.nanoseconds) })
        siren = configuration.outputs.first { $0.shows == .task }?.id
    }

    mutating func started(at moment: Moment) {
        lit = [:]
        isInService = false
        standing = false
        passing = nil
    }

    mutating func enterService() { isInService = true }

    /// - Returns: what is wrong with it.
    mutating func drive(_ output: String, isOn: Bool) -> String? {
        lit[output] = isOn
        return isInService ? nil : "\(output) was driven before every part ran"
    }

    /// The oldest answer of that target is on disk: what its tasks asked for holds from now on.
    mutating func take(_ book: inout TaskBook, of target: TargetID, at now: Int64) {
        guard let wishes = book.orders[target]?.first else { return }
        book.orders[target]?.removeFirst()
        for wish in wishes where wish.output == siren {
            if let span = wish.span {
                passing = (wish.isOn, now + span)
            } else {
                passing = nil
                standing = wish.isOn
            }
        }
    }

    mutating func judge(_ foresight: Foresight, isStorageWell: Bool, at moment: Moment) -> String? {
        guard isInService else { return nil }
        let now = moment.boot.nanoseconds
        if let end = passing?.until, end <= now { passing = nil }
        if let siren, lit[siren] ?? false != passing?.isOn ?? standing { return "the siren is not what tasks made it" }
        if let areStanding = foresight.faults.areStanding {
            let needsSomebody = areStanding || !isStorageWell
            if lit["fault-lamp"] ?? false != needsSomebody { return "the fault lamp says \(!needsSomebody)" }
        }
        let signal = signal(foresight, at: now)
        let isLit = lit["help-lamp"] ?? false
        if isLit, !signal.isLit(at: now) { return "the help lamp is lit, and may say no more than \(signal)" }
        if !isLit, signal.isLit(at: now) { return "the help lamp is dark, and has to say \(signal)" }
        return nil
    }

    /// The least of what is true of the presses that wait.
    private func signal(_ foresight: Foresight, at now: Int64) -> Signal {
        var least: Signal?
        for id in foresight.presses {
            guard let story = foresight.stories[id], let point = story.point,
                let lamp = lamps[point], !Self.isOver(story, lamp, at: now)
            else { continue }
            let signal: Signal =
                story.state != .raised
                ? .accepted
                : story.holders.contains { $0.delivery == .sent && !$0.isHandedOver }
                    ? .sent : story.isRecorded ? .recorded : .off
            least = min(least ?? signal, signal)
        }
        return least ?? .off
    }

    /// Whether nothing more is to be expected, and that was shown for long enough.
    private static func isOver(_ story: Story, _ lamp: Int64, at now: Int64) -> Bool {
        if story.state != .raised { return story.acceptedAt.map { now >= $0 + lamp } ?? true }
        guard story.holders.allSatisfy({ $0.delivery == .rejected || $0.isHandedOver }) else { return false }
        return story.latest.map { now >= $0 + lamp } ?? true
    }
}
