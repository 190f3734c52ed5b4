// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What became of the tasks so far.
struct TaskBook {
    struct Key: Hashable {
        var target: TargetID
        var id: String
    }

    /// How a task must be answered.
    struct Answer: Equatable {
        /// As `reason` begins; nil: it is done.
        var refusal: String?
    }

    private var answers: [Key: Int] = [:]
    /// What the first answers, which come now, must say.
    var due: [Key: Answer] = [:]
    /// What tasks made of outputs, by the target whose answer it was, until it is on disk.
    var orders: [TargetID: [[OutputWish]]] = [:]

    struct OutputWish: Hashable {
        var output: String
        var isOn: Bool
        var span: Int64?
    }

    mutating func started(_ contents: JournalContents?) {
        answers = [:]
        due = [:]
        orders = [:]
        for record in contents?.tasks ?? [] { answers[Key(target: record.target, id: record.id)] = record.answers }
    }

    /// - Returns: how often it was answered before.
    mutating func note(_ id: String, from target: TargetID) -> Int {
        let before = answers[Key(target: target, id: id), default: 0]
        answers[Key(target: target, id: id)] = before + 1
        return before
    }
}

// What tasks must lead to (docs/tasks.md).
extension Foresight {
    mutating func take(_ items: [ReceivedTask], from target: TargetID, at moment: Moment) {
        var receipts: [Receipt] = []
        var asked: [PlatformTask] = []
        for item in items {
            switch item {
            case .receipts(let some): receipts += some
            case .task(let task): asked.append(task)
            }
        }
        receive(receipts, from: target, at: moment)
        var wishes: [TaskBook.OutputWish] = []
        for task in asked { take(task, from: target, at: moment, &wishes) }
        tasks.orders[target, default: []].append(wishes)
    }

    private mutating func take(
        _ task: PlatformTask, from target: TargetID, at moment: Moment, _ wishes: inout [TaskBook.OutputWish]
    ) {
        let before = tasks.note(task.id, from: target)
        guard before < 2 else { return }
        expect(.taskDone(target, task.id))
        guard before == 0 else { return }
        let refusal = refusal(of: task, from: target, at: moment) ?? execute(task, from: target, at: moment, &wishes)
        tasks.due[.init(target: target, id: task.id)] = .init(refusal: refusal)
    }

    private func refusal(of task: PlatformTask, from target: TargetID, at moment: Moment) -> String? {
        guard target == configuration.authority else { return "foreign" }
        if case .malformed = task.order { return "malformed" }
        if case .unknownKind = task.order { return "unknown-kind" }
        guard let expires = task.expires else { return nil }
        if moment.clock == .unsynced {
            switch task.order {
            case .disarm, .output, .test: return "clock"
            case .incident, .reroute, .arm, .malformed, .unknownKind: return nil
            }
        }
        return expires.milliseconds <= moment.wallMilliseconds ? "expired" : nil
    }

    /// - Returns: why it is not done.
    private mutating func execute(
        _ task: PlatformTask, from target: TargetID, at moment: Moment, _ wishes: inout [TaskBook.OutputWish]
    ) -> String? {
        switch task.order {
        case .incident(let id, let state, _, _): return goOn(id, to: state, by: target, at: moment.boot.nanoseconds)
        case .reroute(let id, let incidentClass):
            return reroute(id, to: incidentClass, by: target, at: moment.boot.nanoseconds)
        case .arm(let until):
            defer { watchPresence(at: moment) }
            return presence.arm(until: until, at: moment)
        case .disarm(let until):
            defer { watchPresence(at: moment) }
            return presence.disarm(until: until, at: moment)
        case .output(let output, let isOn, let span):
            guard let shows = configuration.outputs.first(where: { $0.id == output })?.shows else {
                return "no-such-output"
            }
            guard shows == .task else { return "truthful" }
            wishes.append(.init(output: output, isOn: isOn, span: span?.nanoseconds))
            return nil
        case .test:
            raiseTrial(for: target)
            return nil
        case .malformed: return "malformed"
        case .unknownKind: return "unknown-kind"
        }
    }

    private mutating func goOn(_ id: EventID, to state: IncidentState, by target: TargetID, at now: Int64) -> String? {
        guard let story = stories[id] else { return "no-such-incident" }
        switch state {
        case .raised: return "backwards"
        case .accepted where story.state == .dispatched || story.state == .handled: return "backwards"
        case .closed: close(id)
        case .accepted, .dispatched, .handled:
            if story.state == .raised { accept(id, by: target, at: now) }
            guard state != .accepted, story.state != state else { return nil }
            stories[id]?.state = state
            tell(id, state == .handled ? .handled : .dispatched, except: target)
        }
        return nil
    }

    private mutating func raiseTrial(for target: TargetID) {
        let waiting = order.compactMap { stories[$0] }.filter { $0.category == .test && $0.point == nil }
        if waiting.count >= 8, let oldest = waiting.min(by: { $0.id < $1.id }) { close(oldest.id) }
        expect(.raised(nil, nil, .test, test: true))
    }

    // MARK: Walk tests

    mutating func beginTest(of point: PointID?, call: Int, at now: Int64) {
        guard test == nil else { return }
        let points = configuration.points.filter { point == nil || $0.id == point }
        guard !points.isEmpty else { return }
        test = (call, now + 600_000_000_000)
        tested = Set(points.map(\.id))
        for slot in points where slot.kind == .mailSlot { inputs[slot.id]?.lastEdge = nil }
    }

    mutating func endTest(at moment: Moment) {
        test = nil
        tested = []
        endTests(at: moment)
    }

    /// What tests raised is closed, and what they leave as it should not be is raised in earnest.
    mutating func endTests(at moment: Moment) {
        for story in order.compactMap({ stories[$0] }) where story.isTest && story.category != .test {
            if !story.isRestored, let point = story.point { touched.insert(point) }
            close(story.id)
        }
        let now = moment.boot.nanoseconds
        for id in touched.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let point = points[id] else { continue }
            if point.kind == .mailSlot { inputs[id]?.lastEdge = nil }
            guard inputs[id]?.isActive == true else { continue }
            let isTold = standing(on: id).contains { $0.category != .doorHeld }
            let isIn = presence.isIn(at: moment)
            switch point.kind {
            case .tamper, .contact, .mainsPower, .battery:
                if !isTold, let category = point.classification?.category { raiseInEarnest(id, category) }
            case .roomDoor:
                if !isTold, !isIn, let category = point.classification?.category { raiseInEarnest(id, category) }
                inputs[id]?.isTold = false
                set(.doorHeld(id), isIn ? nil : now + point.rules.doorHeld.nanoseconds)
            case .mailDoor: if !isTold, !isIn { raiseInEarnest(id, .mailTamper) }
            case .helpButton, .duressButton, .mailSlot, .streetDoor: break
            }
        }
        touched = []
    }

    private mutating func raiseInEarnest(_ point: PointID, _ category: Category) {
        expect(.raised(point, nil, category, test: false))
        raisedCounts[point] = 1
    }
}
