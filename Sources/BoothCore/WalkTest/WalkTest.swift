// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// A walk test that is running: what was activated, and the steps that the technician is told.
struct WalkTest {
    /// One activation in the test.
    private struct Press {
        /// From 1.
        let number: Int
        /// The event that told it first.
        let event: EventID
        let incident: EventID?
        let edge: BootTime
    }

    /// How long a test may last. Every press in it is a test, so it must end even if it is forgotten.
    static let longest = Duration.seconds(600)

    /// The call that began it; its client is told every step.
    let call: Input.CallID
    let peer: Peer
    let points: [TestStep.Point]
    let end: BootTime
    private var presses: [Press] = []
    private var activated: Set<PointID> = []

    init(of points: [PointConfiguration], for call: Input.CallID, by peer: Peer, at now: BootTime) {
        self.call = call
        self.peer = peer
        self.points = points.map { TestStep.Point(point: $0.id, name: $0.name) }
        end = now + Self.longest
    }

    /// How many activations there were.
    var count: Int { presses.count }

    var untested: [TestStep.Point] { points.filter { !activated.contains($0.point) } }

    /// Who is testing, for a caller that wants to test as well.
    var isTaken: Message {
        Message(
            zh: "进程 \(peer.process)（用户 \(peer.user)）正在测试；等它结束，或 kill \(peer.process)",
            en: "process \(peer.process) of user \(peer.user) is testing; wait for it to end, or kill \(peer.process)")
    }

    private func tests(_ point: PointID?) -> Bool { points.contains { $0.point == point } }

    // MARK: Steps

    var begin: TestStep {
        var step = TestStep(.begin)
        step.points = points
        step.seconds = Int(Self.longest.components.seconds)
        return step
    }

    var last: TestStep {
        var step = TestStep(.end)
        step.untested = untested
        return step
    }

    /// Notes an event for the test.
    ///
    /// - Returns: the step to report, and whether a later step must report that the event is on disk; nil: the event is
    ///   not about the test.
    mutating func note(_ event: BoothEvent) -> (step: TestStep, isPress: Bool)? {
        switch event.content {
        case .raised(let incident) where incident.test && tests(incident.point):
            guard let point = incident.point else { return nil }
            return (note(event.id, of: point, incident: incident, edge: incident.opened.boot), true)
        case .record(let point, .active) where tests(point):
            return (note(event.id, of: point, incident: nil, edge: event.moment.boot), true)
        case .updated(let incident, .repeat):
            guard let press = presses.last(where: { $0.incident == incident.id }) else { return nil }
            var step = TestStep(.again, press: press.number)
            step.count = incident.count
            return (step, false)
        case .raised, .record, .updated, .restored, .closed, .loss, .taskDone, .dailyReport: return nil
        }
    }

    private mutating func note(
        _ event: EventID, of point: PointID, incident: Incident?, edge: BootTime
    ) -> TestStep {
        activated.insert(point)
        let press = Press(number: presses.count + 1, event: event, incident: incident?.id, edge: edge)
        presses.append(press)
        var step = TestStep(.edge, press: press.number)
        step.point = point
        step.name = points.first { $0.point == point }?.name
        step.incident = incident?.id
        step.targets = incident?.targets.map(\.target) ?? []
        return step
    }

    /// The event was synced to disk at `time`; nil: the disk refuses it.
    func step(recorded event: EventID, at time: BootTime?) -> TestStep? {
        step(time == nil ? .unrecorded : .recorded, of: event, at: time)
    }

    /// The event is on its way to a target.
    func step(sent event: EventID, to target: TargetID, at time: BootTime) -> TestStep? {
        var step = step(.sent, of: event, at: time)
        step?.target = target
        return step
    }

    /// A target has answered.
    func step(_ receipt: Receipt, from target: TargetID, at time: BootTime) -> TestStep? {
        guard var step = step(.accepted, of: receipt.id, at: time) else { return nil }
        step.target = target
        switch receipt.result {
        case .accepted(let ticket): step.ticket = ticket
        case .rejected(let reason): (step.stage, step.reason) = (.rejected, reason)
        }
        return step
    }

    /// A step of the press that `event` told first; nil for any other event.
    private func step(_ stage: TestStep.Stage, of event: EventID, at time: BootTime?) -> TestStep? {
        guard let press = presses.last(where: { $0.event == event }) else { return nil }
        var step = TestStep(stage, press: press.number)
        // Tenths of a millisecond: more would be noise.
        step.milliseconds = time.map { Double(($0 - press.edge).nanoseconds / 100_000) / 10 }
        return step
    }
}
