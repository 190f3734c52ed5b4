// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Answers the calls of technicians and officers, and carries out their acts.
extension BoothCore {
    /// Most items that `queue` lists for each target.
    private static let mostItems = 100
    /// How many recent events `events` starts with.
    private static let recentEvents = 100
    /// The most verifications at a time. Each reads the whole journal, and goes on after its caller has disconnected.
    private static let mostVerifications = 4

    static let isUnreadable = ControlAnswer.refused(
        .unavailable(
            Message(zh: "日志现在读不出来；检查磁盘，再试一次", en: "the journal cannot be read now; check the disk, then try again")))

    mutating func reply(_ answer: ControlAnswer, to call: Input.CallID) { effects.add(.reply(call, answer)) }

    /// Answers from memory, or asks the journal to answer from its file.
    mutating func answer(_ call: ControlCall, id: Input.CallID, from peer: Peer, seeing facts: CallFacts) {
        switch call {
        case .status: reply(.status(statusReply()), to: id)
        case .points:
            let units = facts.units.filter { isUsed($0) }
            reply(.points(PointsReply(points: pointStatuses(), units: units)), to: id)
        case .incidents(nil, let all): effects.add(.ask(.incidents(all: all, id)))
        case .incidents(let incident?, _): effects.add(.ask(.incident(incident, id)))
        case .queue: effects.add(.ask(.queues(limit: Self.mostItems, id)))
        case .events: effects.add(.ask(.recentEvents(limit: Self.recentEvents, id)))
        case .report(let kind, let date): makeReport(kind, on: date, for: id)
        case .verify(let full): verify(full: full, for: id)
        case .act(let act): perform(act, by: peer, for: id)
        case .test(let point): beginWalkTest(of: point, by: peer, for: id)
        case .lendBus(let bus, let line): lend(bus, on: line, to: peer, for: id, facts)
        case .readModbus(let read):
            guard let refusal = loans.refusal(of: read, busesOnLine: facts.busesOnLine) else {
                return effects.add(.readBus(read, for: id))
            }
            reply(.refused(refusal), to: id)
        }
    }

    /// Whether a point or an output uses the unit. Other units were only read by hand, and nobody waits for them.
    private func isUsed(_ unit: UnitCounters) -> Bool {
        configuration.points.contains { point in
            guard case .modbus(let source) = point.source else { return false }
            return source.bus == unit.bus && source.unit == unit.unit
        }
            || configuration.outputs.contains { output in
                guard case .modbus(let sink) = output.sink else { return false }
                return sink.bus == unit.bus && sink.unit == unit.unit
            }
    }

    /// The caller's connection has ended: ends its walk test, and takes back the bus that it borrowed.
    mutating func end(_ call: Input.CallID) {
        if walkTest?.call == call { endWalkTest() }
        guard let bus = loans.takeBack(from: call) else { return }
        effects.add(.takeBackBus(bus))
        memoryCare.noteBurst(at: now.boot)
    }

    // MARK: The journal's answers

    mutating func apply(_ answer: JournalAnswer) {
        switch answer {
        case .recentEvents(let events, let call): reply(events.map { .events($0) } ?? Self.isUnreadable, to: call)
        case .incidents(let found, let all, let call):
            // If the disk refuses, open incidents come from memory. Closed ones are only in the file.
            let found = found ?? (all ? nil : rules.openIncidents)
            reply(found.map { .incidents(IncidentsReply($0)) } ?? Self.isUnreadable, to: call)
        case .incident(let id, let found, let call):
            guard let found = found ?? rules.openIncidents.first(where: { $0.id == id }).map({ [$0] }) else {
                return reply(Self.isUnreadable, to: call)
            }
            reply(found.isEmpty ? .refused(.noSuchIncident(id)) : .incidents(IncidentsReply(found)), to: call)
        case .refusedIncident(let id, let found, let call):
            guard let found else { return reply(Self.isUnreadable, to: call) }
            reply(.refused(found.isEmpty ? .noSuchIncident(id) : .incidentClosed(id)), to: call)
        case .queues(let listings, let call):
            reply(.queue(QueueReply(targets: listings.map(TargetQueue.init))), to: call)
        case .verified(let findings, let full, let call):
            verifications -= 1
            reply(findings.map { .verified(VerifyReply($0, full: full, in: now.zone)) } ?? Self.isUnreadable, to: call)
        case .retried(let back, let asked, let call): applyRetry(back, asked: asked, for: call)
        case .incidentOf(let receipt, let target, let incident):
            apply([receipt], handingOver: incident.map { [receipt.id: $0] } ?? [:], from: target)
        }
    }

    private mutating func verify(full: Bool, for call: Input.CallID) {
        guard verifications < Self.mostVerifications else {
            return reply(
                .refused(
                    .unavailable(
                        Message(
                            zh: "已有 \(verifications) 个核对在进行；等它们结束再试",
                            en: "\(verifications) are under way already; wait for their end, then try again"))),
                to: call)
        }
        verifications += 1
        effects.add(.ask(.verify(full: full, call)))
    }

    // MARK: Acts

    /// Carries out an act. The reply comes once the act is recorded, and says whether it is on disk.
    private mutating func perform(_ act: Act, by peer: Peer, for call: Input.CallID) {
        // Only a caller with a name may act, because the name is recorded.
        guard let officer = peer.officer else { return reply(.refused(.permissionDenied), to: call) }
        switch act {
        case .acknowledge(let id): apply(rules.acknowledge(id, by: officer, at: now), on: id, for: call)
        case .close(let id, let outcome):
            apply(rules.close(id, outcome: outcome, by: officer, at: now), on: id, for: call)
        case .arm: apply(rules.arm(until: nil, by: officer, at: now), by: officer, for: call)
        case .disarm(let until): apply(rules.disarm(until: until, by: officer, at: now), by: officer, for: call)
        case .retry(let event): effects.add(.ask(.retry(event, call)))
        }
    }

    private mutating func apply(
        _ outcome: Result<Decision, TaskRecord.Refusal>, on id: EventID, for call: Input.CallID
    ) {
        // The rules hold the open incidents. The journal says whether this one is closed or never existed.
        guard case .success(let decision) = outcome, let incident = decision.incidents.last(where: { $0.id == id })
        else {
            return effects.add(.ask(.refusedIncident(id, call)))
        }
        record(decision)
        effects.add(.afterRecording(.answer(call, .incident(IncidentStatus(incident)))))
    }

    private mutating func apply(
        _ outcome: Result<Decision, TaskRecord.Refusal>, by officer: Actor, for call: Input.CallID
    ) {
        switch outcome {
        case .success(let decision):
            record(decision)
            let attendance = AttendanceStatus(rules.attendance(at: now), in: now.zone)
            log(.entry(on: attendance, setBy: officer))
            effects.add(.afterRecording(.answer(call, .attendance(attendance))))
        case .failure(.clock):
            reply(
                .refused(
                    .unavailable(
                        Message(
                            zh: "时钟不可信，无法定到某一时刻；不写 --until，或先校准时钟",
                            en:
                                "the clock is not trusted, so no time can be kept to; leave --until out, or set the clock"
                        ))), to: call)
        case .failure: reply(.refused(.invalidParameter("until")), to: call)
        }
    }

    /// The journal has put rejected events back into their queues. Nil: the disk refused.
    private mutating func applyRetry(_ back: [JournalAnswer.PutBack]?, asked: EventID?, for call: Input.CallID) {
        guard let back else { return reply(Self.isUnreadable, to: call) }
        record(rules.requeue(back.map { ($0.target, $0.event) }))
        if let asked, back.isEmpty { return reply(.refused(.noSuchEvent(asked)), to: call) }
        let targets = configuration.targets.map(\.id).filter { target in
            asked == nil || back.contains { $0.target == target }
        }
        for target in targets { effects.add(.retryNow(target)) }
        let retried = targets.map { target in
            RetriedTarget(target: target, events: back.count { $0.target == target })
        }
        reply(.retried(retried), to: call)
    }

    // MARK: Buses

    /// Lends a bus to a client. The agent closes the bus, and its points report a fault until the client's connection
    /// ends.
    private mutating func lend(
        _ bus: String, on line: BusLine?, to peer: Peer, for call: Input.CallID, _ facts: CallFacts
    ) {
        if let refusal = loans.refusal(of: bus, on: line, busesOnLine: facts.busesOnLine) {
            return reply(.refused(refusal), to: call)
        }
        effects.add(.lendBus(bus, loans.lend(bus, to: peer, for: call), to: call))
    }

    mutating func replyWithRead(_ result: Result<[UInt16], ReadFailure>, of bus: String, to call: Input.CallID) {
        switch result {
        case .success(let values): reply(.values(values), to: call)
        case .failure(let failure):
            // The bus reported its own fault long before this read. That fault says more exactly what is wrong.
            guard case .lost = failure, let known = parts.deviceFaults[.bus(bus)]?.message else {
                return reply(.refused(.readFailed(failure)), to: call)
            }
            reply(.refused(.readFailed(.lost(known))), to: call)
        }
    }

    // MARK: Walk test

    /// Starts a walk test. It ends with the caller's connection, and after ten minutes at the latest.
    private mutating func beginWalkTest(of point: PointID?, by peer: Peer, for call: Input.CallID) {
        if let walkTest { return reply(.refused(.unavailable(walkTest.isTaken)), to: call) }
        let tested = configuration.points.filter { point == nil || $0.id == point }
        if let point, tested.isEmpty { return reply(.refused(.noSuchPoint(point.rawValue)), to: call) }
        let test = WalkTest(of: tested, for: call, by: peer, at: now.boot)
        walkTest = test
        rules.beginTest(of: Set(tested.map(\.id)))
        reply(.testing(test.begin), to: call)
        log(.walkTestBegan(test))
    }

    /// Ends the walk test. Presses are real again, and the incidents that the test raised are closed.
    mutating func endWalkTest() {
        guard let test = walkTest else { return }
        walkTest = nil
        record(rules.endTest(at: now))
        memoryCare.noteBurst(at: now.boot)
        effects.add(.tell(test.call, test.last))
        log(.walkTestEnded(test))
    }

    /// Reports the steps of the test that follow from decisions. The decisions were given to the journal before.
    mutating func tellWalkTest(of decisions: [Decision]) {
        guard walkTest != nil else { return }
        for event in decisions.flatMap(\.events) {
            guard let (step, isPress) = walkTest?.note(event) else { continue }
            tell(step)
            if isPress { effects.add(.afterRecording(.testedPress(event.id))) }
        }
    }

    mutating func tell(_ step: TestStep?) {
        guard let step, let walkTest else { return }
        effects.add(.tell(walkTest.call, step))
    }
}
