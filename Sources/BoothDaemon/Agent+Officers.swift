// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothIncidents
import BoothJournal
import BoothModel

// What somebody at the booth does. The answer says that it is on disk, or that it is not.
extension Agent {
    func perform(_ act: Act, for replier: ControlReplier) {
        // Whoever may act is known by name.
        guard let officer = replier.officer else { return replier.answer(.refused(.permissionDenied)) }
        let now = clock.now()
        switch act {
        case .acknowledge(let id):
            answer(rules.acknowledge(id, by: officer, at: now), on: id, to: replier)
        case .close(let id, let outcome):
            answer(rules.close(id, outcome: outcome, by: officer, at: now), on: id, to: replier)
        case .arm:
            answer(rules.arm(until: nil, by: officer, at: now), by: officer, to: replier)
        case .disarm(let until):
            answer(rules.disarm(until: until, by: officer, at: now), by: officer, to: replier)
        case .retry(let event): retry(event, for: replier)
        }
    }

    private func answer(
        _ outcome: Result<Decision, TaskRecord.Refusal>, on id: EventID, to replier: ControlReplier
    ) {
        switch outcome {
        case .success(let decision):
            guard let incident = decision.incidents.last(where: { $0.id == id }) else { return refuse(id, to: replier) }
            record(decision)
            whenRecorded(answer: .incident(IncidentStatus(incident)), to: replier)
        case .failure: refuse(id, to: replier)
        }
    }

    /// The rules know of open incidents; the journal, which have ended.
    private func refuse(_ id: EventID, to replier: ControlReplier) {
        journal.ask(
            .incident(id) { found in
                guard let found else { return replier.answer(Self.unreadable) }
                replier.answer(.refused(found.isEmpty ? .noSuchIncident(id) : .incidentClosed(id)))
            })
    }

    private func answer(
        _ outcome: Result<Decision, TaskRecord.Refusal>, by officer: Actor, to replier: ControlReplier
    ) {
        switch outcome {
        case .success(let decision):
            record(decision)
            let attendance = AttendanceStatus(rules.attendance(at: clock.now()))
            let end = attendance.until.map { Message(zh: "，至 \($0)", en: ", until \($0)") } ?? Message(zh: "", en: "")
            log(
                .notice, .attendanceChanged,
                Message(
                    zh: "\(officer) 设定：\(attendance.attended ? "有人，已撤防" : "无人，已布防")\(end.zh)",
                    en:
                        "\(officer) set the booth to \(attendance.attended ? "attended, disarmed" : "unattended, armed")\(end.en)"
                ))
            whenRecorded(answer: .attendance(attendance), to: replier)
        case .failure(.clock):
            replier.answer(
                .refused(
                    .unavailable(
                        Message(
                            zh: "时钟不可信，无法定到某一时刻；不写 --until，或先校准时钟",
                            en:
                                "the clock is not trusted, so no time can be kept to; leave --until out, or set the clock"
                        ))))
        case .failure: replier.answer(.refused(.invalidParameter("until")))
        }
    }

    /// Answers once everything so far is on disk. A disk that refuses is no reason to take an act back: what it led to
    /// may be on its way already, from memory.
    private func whenRecorded(answer: ControlAnswer, to replier: ControlReplier) {
        journal.ask(
            .recorded { isRecorded in
                guard !isRecorded else { return replier.answer(answer) }
                replier.answer(
                    .refused(
                        .unavailable(
                            Message(
                                zh: "已执行，但磁盘拒绝写入，只在内存里：断电即失；检查磁盘，见 boothctl status",
                                en:
                                    "done, but held in memory alone, and lost with the power: the disk refuses to write; "
                                    + "check the disk, see boothctl status"))))
            })
    }

    // MARK: Retry

    private func retry(_ event: EventID?, for replier: ControlReplier) {
        let mailbox = mailbox
        journal.retry(event) { mailbox.post(.officer(.putBack($0, asked: event, replier))) }
    }

    /// The journal has put back what targets refused, or could not.
    private func takeBack(
        _ back: [(target: TargetID, event: EventID)]?, asked: EventID?, for replier: ControlReplier
    ) {
        guard let back else { return replier.answer(Self.unreadable) }
        record(rules.requeue(back))
        if let asked, back.isEmpty { return replier.answer(.refused(.noSuchEvent(asked))) }
        let targets = configuration.targets.map(\.id).filter { target in
            asked == nil || back.contains { $0.target == target }
        }
        for target in targets { uplinks[target]?.order(.retryNow) }
        replier.answer(
            .retried(
                targets.map { target in RetriedTarget(target: target, events: back.count { $0.target == target }) }))
    }

    // MARK: Letters

    /// What comes back to the core about acts and the walk test.
    enum OfficerLetter: Sendable {
        case putBack([(target: TargetID, event: EventID)]?, asked: EventID?, ControlReplier)
        /// The connection that kept a test is gone.
        case testLeft(number: Int)
        /// The disk refuses the entry with that press.
        case testUnrecorded(EventID)
    }

    func take(_ letter: OfficerLetter) {
        switch letter {
        case .putBack(let back, let asked, let replier): takeBack(back, asked: asked, for: replier)
        case .testLeft(let number):
            if walkTest?.number == number { endWalkTest() }
        case .testUnrecorded(let event): tellTest(recorded: event, at: nil)
        }
    }
}
