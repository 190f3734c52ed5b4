// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Tasks of platforms. A task is executed once and in time, or refused with a reason. A refused task changes nothing
// else.
extension IncidentRules {
    /// Applies one answer of a target's task channel, as one decision: what was done, what was refused, and how far it
    /// was read.
    ///
    /// - Parameter cursor: where the next poll begins; nil: unchanged.
    package mutating func apply(
        _ tasks: [PlatformTask], cursor: String?, from target: TargetID, at moment: Moment
    ) -> Decision {
        for task in tasks { apply(task, from: target, at: moment) }
        if let cursor { remember { $0.cursors[target] = cursor } }
        return finish()
    }

    private mutating func apply(_ task: PlatformTask, from target: TargetID, at moment: Moment) {
        if var record = ledger.record(of: task.id, from: target), !task.id.isEmpty {
            // Answers a repeated task once more, because the first answer may have been lost. Then never again.
            guard record.answers < 2 else { return }
            record.answers = 2
            return answer(record, at: moment)
        }
        let refusal = refusal(of: task, from: target, at: moment) ?? execute(task, from: target, at: moment)
        // A target without authority, and a target that sends tasks without ids, could fill the disk with refusals.
        if refusal?.code == .foreign || task.id.isEmpty {
            guard ledger.hasRoom(forRefusalOf: target, at: moment.boot) else { return }
        }
        let reason = refusal.map { [$0.code.rawValue, $0.detail].compactMap(\.self).joined(separator: ": ") }
        answer(
            TaskRecord(
                target: target, task: task, result: refusal == nil ? .done : .refused, reason: reason, at: Stamp(moment)
            ), at: moment)
    }

    /// Why a task is refused.
    struct TaskRefusal {
        var code: TaskRecord.Refusal
        /// What exactly, in English, for the platform's engineer.
        var detail: String?

        init(_ code: TaskRecord.Refusal, _ detail: String? = nil) {
            self.code = code
            self.detail = detail
        }
    }

    /// Keeps the record, and tells the platform with authority. Without such a platform only the booth's own journal
    /// has it.
    private mutating func answer(_ record: TaskRecord, at moment: Moment) {
        if !record.id.isEmpty {
            ledger.keep(record)
            decision.tasks.append(record)
        }
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: .taskDone(record), moment: moment,
                recipients: targets.filter(\.hasAuthority).map(\.id)))
    }

    /// What is wrong with a task's sender, form or time; nil: nothing.
    private func refusal(of task: PlatformTask, from target: TargetID, at moment: Moment) -> TaskRefusal? {
        guard targets.contains(where: { $0.id == target && $0.hasAuthority }) else {
            return TaskRefusal(.foreign, "\(target) has no authority")
        }
        if case .malformed(let why) = task.order { return TaskRefusal(.malformed, why) }
        if case .unknownKind = task.order { return TaskRefusal(.unknownKind, task.kind) }
        guard let expires = task.expires else { return nil }
        guard moment.clock != .unsynced else {
            return task.order.hasToBeInTime ? TaskRefusal(.clock, "the booth does not know the time") : nil
        }
        return expires.milliseconds <= moment.wallMilliseconds ? TaskRefusal(.expired) : nil
    }

    /// - Returns: why it was not done; nil: it was.
    private mutating func execute(_ task: PlatformTask, from target: TargetID, at moment: Moment) -> TaskRefusal? {
        switch task.order {
        case .incident(let id, let state, let ticket, let note):
            guard var incident = live[id], incident.isOpen else { return TaskRefusal(.noSuchIncident, "\(id)") }
            if let ticket { keep(ticket, of: target, in: &incident) }
            return goOn(incident, to: state, note: note, by: target, at: moment)
        case .reroute(let id, let incidentClass):
            guard let incident = live[id], incident.isOpen else { return TaskRefusal(.noSuchIncident, "\(id)") }
            return handOver(incident, to: incidentClass, by: target, isReceipt: false, at: moment).map {
                TaskRefusal($0)
            }
        case .arm(let until): return arm(until: until, by: .platform(target), moment).map { TaskRefusal($0) }
        case .disarm(let until): return disarm(until: until, by: .platform(target), moment).map { TaskRefusal($0) }
        case .output(let output, let isOn, let span): return drive(output, isOn: isOn, span: span)
        case .test:
            raiseTrial(for: target, at: moment)
            return nil
        case .malformed(let why): return TaskRefusal(.malformed, why)
        case .unknownKind: return TaskRefusal(.unknownKind, task.kind)
        }
    }

    private func keep(_ ticket: String, of target: TargetID, in incident: inout Incident) {
        guard let index = incident.targets.firstIndex(where: { $0.target == target }) else { return }
        incident.targets[index].ticket = ticket
    }

    /// Moves an incident to a new state. A platform that dispatches has accepted. A platform that handled it may
    /// dispatch again.
    private mutating func goOn(
        _ incident: Incident, to state: IncidentState, note: String?, by target: TargetID, at moment: Moment
    ) -> TaskRefusal? {
        var incident = incident
        let act = Incident.Act(by: .platform(target), at: Stamp(moment))
        switch state {
        case .raised: return TaskRefusal(.backwards, "\(incident.state.rawValue) to raised")
        case .accepted where incident.state == .dispatched || incident.state == .handled:
            return TaskRefusal(.backwards, "\(incident.state.rawValue) to accepted")
        case .closed:
            let outcome = note.flatMap { $0.isEmpty ? nil : $0 } ?? "closed"
            close(incident, outcome: outcome, by: .platform(target), except: target, at: moment)
        case .accepted, .dispatched, .handled:
            if incident.state == .raised { accept(&incident, by: target, at: moment) }
            if state != .accepted, incident.state != state {
                incident.state = state
                incident.steps = (incident.steps + [Incident.Step(state, act, note: note)]).suffix(32)
                update(incident, state == .handled ? .handled : .dispatched, except: target, at: moment)
            }
            keep(incident)
        }
        return nil
    }

    /// Only outputs that show nothing of the booth's own can be switched by a task.
    private mutating func drive(_ output: String, isOn: Bool, span: Duration?) -> TaskRefusal? {
        guard let shows = outputs[output] else { return TaskRefusal(.noSuchOutput, output) }
        guard shows == .task else {
            return TaskRefusal(.truthful, "\(output) shows what the booth knows, not what is wished")
        }
        decision.outputs.append(OutputOrder(output: output, isOn: isOn, span: span))
        return nil
    }
}

extension PlatformTask.Order {
    /// Whether the order does harm if it comes too late.
    fileprivate var hasToBeInTime: Bool {
        switch self {
        case .disarm, .output, .test: true
        case .incident, .reroute, .arm, .malformed, .unknownKind: false
        }
    }
}
