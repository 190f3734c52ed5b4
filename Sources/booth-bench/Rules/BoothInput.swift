// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// The inputs of the rules, apart from their own deadlines.
enum BoothInput {
    case reading(PointID, PointState)
    case device(DeviceID, isLost: Bool)
    case link(TargetID, isLost: Bool)
    case missed(PointID)
    case answer(IncidentRules.Answer, EventID, TargetID)
    /// A receipt that refuses an incident and names the right class.
    case reroute(EventID, incident: EventID, IncidentClass, TargetID)
    case task(PlatformTask)
    case acknowledge(EventID)
    case close(EventID)

    private static let officer = Actor.officer("zhang")

    /// - Parameter number: the input's number; a task moves the cursor to it.
    func apply(to rules: inout IncidentRules, number: Int, at moment: Moment) -> [Decision] {
        switch self {
        case .reading(let point, let state):
            let reading = Reading(
                point: point, state: state, value: state == .active ? 1 : 0, quality: .good, at: moment.boot)
            return [rules.apply(reading, at: moment)]
        case .device(let device, let isLost):
            let condition = isLost ? DeviceReport.Condition.lost(Self.fault) : .found
            return [rules.apply(DeviceReport(device: device, condition: condition, at: moment.boot), at: moment)]
        case .link(let target, let isLost):
            return [rules.setFault(.link, of: .target(target), stands: isLost, at: moment)]
        case .missed(let point):
            return [rules.apply(MissedEdges(point: point, count: 3, at: moment.boot), at: moment)]
        case .answer(let answer, let event, let target):
            return [rules.apply(answer, for: event, from: target, at: moment)]
        case .reroute(let event, let incident, let incidentClass, let target):
            let refused = rules.apply(.rejected, for: event, from: target, at: moment)
            return [refused, rules.reroute(incident, for: event, to: incidentClass, by: target, at: moment)]
        case .task(let task):
            return [rules.apply([task], cursor: String(number), from: BusyBooth.police, at: moment)]
        case .acknowledge(let incident):
            return [try? rules.acknowledge(incident, by: Self.officer, at: moment).get()].compactMap(\.self)
        case .close(let incident):
            return [try? rules.close(incident, outcome: "已处理", by: Self.officer, at: moment).get()].compactMap(\.self)
        }
    }

    private static let fault = DeviceFault(.silent, Message(zh: "不应答", en: "does not answer"))
}

/// Future inputs, in order of time.
struct Agenda {
    /// In reverse order: the latest first.
    private var entries: [(time: BootTime, input: BoothInput)] = []

    var next: BootTime? { entries.last?.time }

    mutating func take() -> (time: BootTime, input: BoothInput)? { entries.popLast() }

    mutating func add(_ input: BoothInput, at time: BootTime) {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].time > time { low = middle + 1 } else { high = middle }
        }
        entries.insert((time, input), at: low)
    }
}
