// SPDX-License-Identifier: Apache-2.0
import BoothModel

@testable import BoothCore

// What platforms and officers say to the booth.
extension RehearsedBooth {
    /// Police with authority, the grid, and a backup of the police.
    static let answering: [TargetConfiguration] = {
        var police = target("police", [.police, .fault])
        police.hasAuthority = true
        var backup = target("backup", [.police])
        backup.isBackup = true
        return [police, target("grid", [.community]), backup]
    }()

    /// A booth with a help button, whose answer clocks run.
    static func answered(_ points: [PointConfiguration] = [help]) -> RehearsedBooth {
        RehearsedBooth(points, targets: answering, answers: true)
    }

    /// The newest incident of a category.
    func newest(_ category: BoothModel.Category = .help) -> Incident? {
        incidents.values.filter { $0.category == category }.max { $0.id < $1.id }
    }

    /// `target` answers for what offered it an incident last.
    @discardableResult
    mutating func answer(
        _ answer: IncidentRules.Answer, by target: TargetID, for incident: Incident?, at seconds: Double
    ) -> [String] {
        guard let incident, let ticket = incidents[incident.id]?.targets.first(where: { $0.target == target })
        else { return [] }
        pass(to: seconds)
        let event = ticket.offer ?? incident.opening
        return keep(rules.apply(answer, for: event, from: target, at: moment(at: seconds))).map(\.told)
    }

    /// - Parameter event: what the receipt names; nil: what offered the incident to the target last.
    @discardableResult
    mutating func reroute(
        _ incident: Incident?, to incidentClass: IncidentClass, by target: TargetID, for event: EventID? = nil,
        at seconds: Double
    ) -> [String] {
        guard let incident else { return [] }
        pass(to: seconds)
        let offer = incidents[incident.id]?.targets.first { $0.target == target }?.offer ?? incident.opening
        let decision = rules.reroute(
            incident.id, for: event ?? offer, to: incidentClass, by: target, at: moment(at: seconds))
        return keep(decision).map(\.told)
    }

    @discardableResult
    mutating func task(
        _ id: String, _ order: PlatformTask.Order, from target: TargetID = "police", expires: Int64? = nil,
        at seconds: Double
    ) -> [String] {
        pass(to: seconds)
        let now = moment(at: seconds)
        let task = PlatformTask(
            id: id, kind: "kind", expires: expires.map { WallTime(milliseconds: now.wallMilliseconds + $0) },
            order: order)
        return keep(rules.apply([task], cursor: nil, from: target, at: now)).map(\.told)
    }
}

extension BoothEvent {
    /// `short`, and whom it is told: `raised help 1 > police`.
    var told: String { "\(short) > \(recipients.map(\.rawValue).joined(separator: " "))" }
}
