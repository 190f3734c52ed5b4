// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothIncidents
import BoothJournal
import BoothModel
import BoothUplink
import Synchronization

/// A walk test while it goes on: what was activated, and who is told.
struct WalkTestSession {
    /// One activation, until everybody has answered for it.
    struct Press {
        /// From 1.
        let number: Int
        /// The event that tells of it first.
        let event: EventID
        let incident: EventID?
        let edge: BootTime
    }

    /// So long a test may last: a booth in which every press is a test must not be forgotten.
    static let longest = Duration.seconds(600)

    /// Which test of this run it is.
    let number: Int
    let points: [TestStep.Point]
    let ends: BootTime
    let replier: ControlReplier
    private(set) var presses: [Press] = []
    private var activated: Set<PointID> = []

    init(number: Int, points: [TestStep.Point], ends: BootTime, replier: ControlReplier) {
        self.number = number
        self.points = points
        self.ends = ends
        self.replier = replier
    }

    func tests(_ point: PointID?) -> Bool { points.contains { $0.point == point } }

    var untested: [TestStep.Point] { points.filter { !activated.contains($0.point) } }

    /// Notes an activation, and tells its first step.
    mutating func note(_ event: EventID, of point: PointID, incident: Incident?, edge: BootTime) {
        activated.insert(point)
        let press = Press(number: presses.count + 1, event: event, incident: incident?.id, edge: edge)
        presses.append(press)
        var step = TestStep(.edge, press: press.number)
        step.point = point
        step.name = points.first { $0.point == point }?.name
        step.incident = incident?.id
        step.targets = incident?.targets.map(\.target) ?? []
        replier.tell(step)
    }

    /// A step of the press that `event` tells of; nil for any other event.
    func step(_ stage: TestStep.Stage, of event: EventID, at time: BootTime?) -> TestStep? {
        guard let press = presses.last(where: { $0.event == event }) else { return nil }
        var step = TestStep(stage, press: press.number)
        // Tenths of a millisecond: more would be noise.
        step.milliseconds = time.map { Double(($0 - press.edge).nanoseconds / 100_000) / 10 }
        return step
    }
}

/// Whether a test goes on, for the journal's thread: it tells the core of what is recorded only where somebody looks.
final class TestSwitch: Sendable {
    private let state = Atomic(false)

    var isOn: Bool {
        get { state.load(ordering: .relaxed) }
        set { state.store(newValue, ordering: .relaxed) }
    }
}

// The walk test: somebody goes from point to point, and sees what becomes of each press.
extension Agent {
    /// Begins one for as long as the caller's connection lives, ten minutes at most.
    func beginWalkTest(of point: PointID?, for replier: ControlReplier) {
        if let other = walkTest { return replier.answer(.refused(.unavailable(Self.occupied(by: other)))) }
        let tested = configuration.points.filter { point == nil || $0.id == point }
        if let point, tested.isEmpty { return replier.answer(.refused(.noSuchPoint(point.rawValue))) }
        walkTests += 1
        let session = WalkTestSession(
            number: walkTests, points: tested.map { TestStep.Point(point: $0.id, name: $0.name) },
            ends: .now() + WalkTestSession.longest, replier: replier)
        walkTest = session
        isTesting.isOn = true
        rules.beginTest(of: Set(tested.map(\.id)))
        var step = TestStep(.begin)
        step.points = session.points
        step.seconds = Int(WalkTestSession.longest.components.seconds)
        let (mailbox, number) = (mailbox, session.number)
        replier.answer(.testing(step, Hold { mailbox.post(.officer(.testLeft(number: number))) }))
        log(
            .notice, .walkTest,
            Message(
                zh: "步行测试开始：\(session.points.count) 个点位",
                en: "walk test begun: \(session.points.count.counted("point"))"
            ))
    }

    private static func occupied(by other: WalkTestSession) -> Message {
        let peer = other.replier.caller.credentials
        return Message(
            zh: "进程 \(peer.pid)（用户 \(peer.uid)）正在测试；等它结束，或 kill \(peer.pid)",
            en: "process \(peer.pid) of user \(peer.uid) is testing; wait for it to end, or kill \(peer.pid)")
    }

    /// Ends it: presses are in earnest again, and what was raised meanwhile is closed.
    func endWalkTest() {
        guard let session = walkTest else { return }
        walkTest = nil
        isTesting.isOn = false
        record(rules.endTest(at: clock.now()))
        memoryCare.noteBurst(at: .now())
        var step = TestStep(.end)
        step.untested = session.untested
        session.replier.tell(step)
        log(
            .notice, .walkTest,
            Message(
                zh: "步行测试结束：\(session.presses.count) 次动作，\(session.untested.count) 个点位没有测到",
                en: """
                    walk test ended: \(session.presses.count.counted("activation")), \
                    \(session.untested.count.counted("point")) not tested
                    """))
    }

    // MARK: Steps

    /// Tells what a decision means for the test; it is with the journal by now.
    func tellTest(of decisions: [Decision]) {
        guard walkTest != nil else { return }
        for event in decisions.flatMap(\.events) {
            switch event.content {
            case .raised(let incident) where incident.test && walkTest?.tests(incident.point) == true:
                guard let point = incident.point else { continue }
                walkTest?.note(event.id, of: point, incident: incident, edge: incident.opened.boot)
                askWhetherRecorded(event.id)
            case .record(let point, .active) where walkTest?.tests(point) == true:
                walkTest?.note(event.id, of: point, incident: nil, edge: event.moment.boot)
                askWhetherRecorded(event.id)
            case .updated(let incident, .repeat):
                guard let press = walkTest?.presses.last(where: { $0.incident == incident.id }) else { continue }
                var step = TestStep(.again, press: press.number)
                step.count = incident.count
                walkTest?.replier.tell(step)
            default: continue
            }
        }
    }

    /// That it is on disk, the journal tells by itself, and at once; that the disk refuses, only who asks.
    private func askWhetherRecorded(_ event: EventID) {
        let mailbox = mailbox
        journal.ask(.recorded { if !$0 { mailbox.post(.officer(.testUnrecorded(event))) } })
    }

    func tellTest(recorded event: EventID, at time: BootTime?) {
        guard let step = walkTest?.step(time == nil ? .unrecorded : .recorded, of: event, at: time) else { return }
        walkTest?.replier.tell(step)
    }

    /// These are on their way to a target.
    func tellTest(sent events: [EventID], to target: TargetID) {
        guard let session = walkTest else { return }
        for event in events {
            guard var step = session.step(.sent, of: event, at: .now()) else { continue }
            step.target = target
            session.replier.tell(step)
        }
    }

    /// A target has answered.
    func tellTest(_ receipts: [Receipt], from target: TargetID) {
        guard let session = walkTest else { return }
        for receipt in receipts {
            guard var step = session.step(.accepted, of: receipt.id, at: .now()) else { continue }
            step.target = target
            switch receipt.result {
            case .accepted(let ticket): step.ticket = ticket
            case .rejected(let reason): (step.stage, step.reason) = (.rejected, reason)
            }
            session.replier.tell(step)
        }
    }
}
