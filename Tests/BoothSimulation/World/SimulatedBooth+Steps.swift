// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

// What happens to the booth, step by step.
extension SimulatedBooth {
    func perform(_ step: Step) {
        switch step {
        case .contact(let point, let state):
            contacts.set(state, of: point)
            withPoint(point) { tell($0) }
        case .count(let point, let presses):
            contacts.count(presses, on: point)
            withPoint(point) { tellCount(of: $0, presses) }
        case .chatter(let point, let edges): chatter(point, edges: edges)
        case .missed(let point, let count):
            post(.sensors([.missed(MissedEdges(point: point, count: count, at: clock.elapsed(at: now)))]))
        case .flood(let point): post(.sensors([.flood(point, at: clock.elapsed(at: now))]))
        case .device(let device, let isLost): lose(device, isLost)
        case .mood(let target, let mood): change(target) { $0.mood = mood }
        case .delay(let target, let milliseconds): change(target) { $0.delay = Int64(milliseconds) * 1_000_000 }
        case .receipt(let target, let choice, let word): say(word, by: target, choice)
        case .task(let target, let task): give(task, by: target)
        case .closeAll(let target, let most): closeAll(by: target, most: most)
        case .forgetCursor(let target): change(target) { $0.forgetCursor(at: now) }
        case .acknowledge(let choice): act(.acknowledge(choose(choice)))
        case .close(let choice): act(.close(choose(choice), outcome: "done"))
        case .arm: act(.arm)
        case .disarm(let hours): act(.disarm(until: until(hours: hours)))
        case .retry: act(.retry(nil))
        case .look(let look): call(look.call)
        case .beginTest(let point): call(.test(point))
        case .hangUp:
            guard let test = people.test else { return }
            people.hangUp()
            post(.callEnded(test))
        case .disk(let disk): change(disk)
        case .spoil(let seed): spoil(seed)
        case .ending(let ending, let opening):
            guard isAlive else { return }
            self.opening = opening
            doom(ending)
        case .clock(let isSynchronised, let skew):
            clock.isSynchronised = isSynchronised
            clock.skewMilliseconds = skew
            post(.clockSet)
        case .stall(let milliseconds): if isAlive { stall(milliseconds: milliseconds) }
        case .reload(let isRight):
            people.file = isRight ? .right(limit: 1 << 28) : .wrong(FileProblems(zh: ["错"], en: ["wrong"]))
            post(.reloadWanted)
        }
    }

    private func withPoint(_ id: PointID, _ body: (PointConfiguration) -> Void) {
        guard let point = plan.configuration.points.first(where: { $0.id == id }) else { return }
        body(point)
    }

    // MARK: Contacts

    /// A driver says what it reads, where it can.
    func tell(_ point: PointConfiguration) {
        guard isAlive, contacts.isReadable(point) else { return }
        let time = clock.elapsed(at: now)
        if point.countingRegister != nil, let before = process?.core.inputs[point.id]?.counter {
            let value = (contacts.counters[point.id] ?? 0) % 65_536
            let more = ((value - before) % 65_536 + 65_536) % 65_536
            if more > 0 {
                return post(
                    .sensors([.counted(CountedPresses(point: point.id, count: more, value: value, at: time))]))
            }
        }
        post(.sensors([.reading(contacts.reading(of: point, at: time))]))
    }

    private func tellCount(of point: PointConfiguration, _ presses: Int) {
        guard isAlive, contacts.isReadable(point) else { return }
        // A driver that never had a value begins with the one that it finds.
        tell(point)
    }

    /// A contact that does not rest; its last state is what it was.
    private func chatter(_ id: PointID, edges: Int) {
        withPoint(id) { point in
            guard isAlive, contacts.isReadable(point) else { return }
            let state = contacts.states[id] ?? .normal
            for edge in 0..<edges {
                // Each time: a process that begins meanwhile has a contact that chatters, too.
                judge.willChatter(id, at: clock.elapsed(at: now))
                contacts.set(edge % 2 == 0 ? .active : .normal, of: id)
                tell(point)
                settle()
                advance(to: now + 20_000_000)
                guard isAlive else { break }
            }
            contacts.set(state, of: id)
            tell(point)
        }
    }

    private func lose(_ device: DeviceID, _ isLost: Bool) {
        guard contacts.lost.contains(device) != isLost else { return }
        contacts.set(device, isLost: isLost)
        guard isAlive else { return }
        tell(device)
        for point in contacts.points(behind: device) {
            if isLost {
                post(.sensors([.reading(contacts.reading(of: point, at: clock.elapsed(at: now)))]))
            } else {
                tell(point)
            }
        }
    }

    func tell(_ device: DeviceID) {
        guard isAlive else { return }
        let fault = DeviceFault(.silent, Message(zh: "无应答", en: "no answer"))
        let condition: DeviceReport.Condition = contacts.lost.contains(device) ? .lost(fault) : .found
        post(.sensors([.device(DeviceReport(device: device, condition: condition, at: clock.elapsed(at: now)))]))
    }

    // MARK: Platforms

    /// An incident that somebody may mean: one that is open, or one that never was.
    private func choose(_ choice: Int) -> EventID { judge.openIncident(choice) ?? EventID(key: 77, random: 77) }

    private func until(hours: Int?) -> WallTime? {
        let wall = clock.moment(at: now).wallMilliseconds
        return hours.map { WallTime(milliseconds: wall + Int64($0) * 3_600_000) }
    }

    private func give(_ planned: Step.PlannedTask, by target: TargetID) {
        let wall = clock.moment(at: now).wallMilliseconds
        let task = PlatformTask(
            id: "t\(planned.number)", kind: "kind",
            expires: planned.expires.map { WallTime(milliseconds: wall + Int64($0) * 1000) },
            order: order(planned.order))
        change(target) {
            $0.add(.task(task), at: now)
            if planned.isTwice { $0.add(.task(task), at: now) }
        }
    }

    private func order(_ order: Step.PlannedTask.Order) -> PlatformTask.Order {
        switch order {
        case .incident(let choice, let state):
            .incident(choose(choice), state: state, ticket: "T\(choice)", note: "note")
        case .reroute(let choice, let incidentClass): .reroute(choose(choice), incidentClass)
        case .stranger: .incident(EventID(key: 78, random: 78), state: .closed, ticket: nil, note: nil)
        case .arm(let hours): .arm(until: until(hours: hours))
        case .disarm(let hours): .disarm(until: until(hours: hours))
        case .output(let output, let isOn, let seconds):
            .output(output, isOn: isOn, span: seconds.map { .seconds($0) })
        case .test: .test
        case .malformed: .malformed("state is missing")
        case .unknown: .unknownKind
        }
    }

    private func closeAll(by target: TargetID, most: Int) {
        for incident in judge.openIncidents.prefix(most) {
            let task = PlatformTask(
                id: "c\(now)-\(incident.key)", kind: "incident",
                order: .incident(incident, state: .closed, ticket: nil, note: "closed"))
            change(target) { $0.add(.task(task), at: now) }
        }
    }

    private func say(_ word: Step.Word, by target: TargetID, _ choice: Int) {
        guard isAlive, let model = targets.first(where: { $0.id == target }) else { return }
        func pick(_ events: [EventID]) -> EventID? { events.isEmpty ? nil : events[choice % events.count] }
        let waiting = (journal.file.waiting[target] ?? []).prefix(50).map(\.event)
        let receipt: Receipt?
        switch word {
        case .early: receipt = pick(waiting).map { Receipt(id: $0, result: .accepted(ticket: "early")) }
        case .again:
            receipt = pick(model.answered).map { Receipt(id: $0, result: model.taken[$0] ?? .accepted(ticket: nil)) }
        case .contrary:
            receipt = pick(model.answered).map { Receipt(id: $0, result: .rejected(reason: "changed my mind")) }
        case .stolen:
            let others = targets.filter { $0.id != target }.flatMap { journal.file.waiting[$0.id] ?? [] }.map(\.event)
            receipt = pick(others).map { Receipt(id: $0, result: .accepted(ticket: "stolen")) }
        case .forged:
            receipt = Receipt(id: EventID(key: Int64(choice) << 20, random: 7), result: .accepted(ticket: "forged"))
        case .reroute(let incidentClass):
            receipt = pick(model.answered).map {
                Receipt(id: $0, result: .rejected(reason: "reroute:\(incidentClass)"))
            }
        }
        if let receipt { post(.target(.receipts(target, [receipt]))) }
    }

    // MARK: People

    private func call(_ call: ControlCall) {
        guard isAlive else { return }
        post(.call(people.call(), call, from: People.officer, seeing: CallFacts()))
    }

    private func act(_ act: Act) { call(.act(act)) }

    // MARK: The disk

    private func change(_ disk: Step.Disk) {
        journal.disk = disk
        turnJournal()
    }

    private func spoil(_ seed: Int) {
        guard isAlive, journal.isWell else { return }
        judge.lost(journal.spoil(seed: seed))
        journal.renew(at: now)
        turnJournal()
    }
}

extension Step.Look {
    fileprivate var call: ControlCall {
        switch self {
        case .status: .status
        case .points: .points
        case .incidents: .incidents(nil, all: true)
        case .queue: .queue
        case .events: .events
        case .verify: .verify(full: false)
        case .report: .report(.day, on: nil)
        }
    }
}
