// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("The core") struct CoreTests {
    /// Presses the button; gives the incident.
    private func press(_ bench: inout CoreBench) throws -> Incident {
        try #require(bench.button(.active).entries.flatMap(\.incidents).first)
    }

    // MARK: Nothing is told before it is on disk

    @Test("answers an act once it is on disk, and not before")
    func answersAfterRecording() throws {
        var bench = CoreBench()
        let incident = try press(&bench)
        let effects = bench.call(7, .act(.acknowledge(incident.id)))
        #expect(effects.replies[7] == nil)
        #expect(effects.entries.count == 1)
        let token = try #require(effects.tokens.first { if case .answer = $0 { true } else { false } })
        guard case .incident(let status) = bench.tell(.reached(token, isOnDisk: true)).replies[7] else {
            Issue.record("no incident in the reply")
            return
        }
        #expect(status.acknowledged?.by == .officer("zhang"))
    }

    @Test("says that an act is held in memory while the disk refuses")
    func actInMemory() throws {
        var bench = CoreBench()
        let incident = try press(&bench)
        let token = try #require(bench.call(7, .act(.close(incident.id, outcome: "处置"))).tokens.last)
        guard case .refused(.unavailable(let reason)) = bench.tell(.reached(token, isOnDisk: false)).replies[7] else {
            Issue.record("no refusal")
            return
        }
        #expect(reason.en.contains("held in memory"))
    }

    @Test("switches an output for a task once the task is recorded")
    func outputAfterRecording() throws {
        var bench = CoreBench()
        let task = PlatformTask(
            id: "t-1", kind: "output", order: .output("siren", isOn: true, span: nil))
        let effects = bench.tell(.target(.tasks(CoreBench.target, [.task(task)], cursor: "c1")))
        #expect(effects.driven.isEmpty)
        #expect(effects.entries.flatMap(\.tasks).map(\.id) == ["t-1"])
        let token = try #require(effects.tokens.first)
        let after = bench.tell(.reached(token, isOnDisk: true))
        #expect(after.driven == ["siren": true])
        #expect(after.contains { if case .nextTasks(CoreBench.target) = $0 { true } else { false } })
    }

    @Test("asks for no more tasks while memory holds a thousand of their events, and goes on once they are on disk")
    func tasksWait() throws {
        var bench = CoreBench()
        let token = Token.tasks(CoreBench.target, [], events: TaskGate.mostEventsInMemory + 1)
        #expect(bench.tell(.reached(token, isOnDisk: false)).isEmpty)
        let well = bench.tell(.journal(.status(CoreBench.status(.ok))))
        #expect(well.contains { if case .nextTasks(CoreBench.target) = $0 { true } else { false } })
    }

    @Test("drives no output before every part runs, and then the lamp of a press that was accepted before the start")
    func lampAfterStart() throws {
        var before = CoreBench()
        var incident = try press(&before)
        incident.state = .accepted
        incident.accepted = incident.opened
        incident.targets[0].delivery = .accepted
        var contents = CoreBench.contents
        contents.incidents = [incident]
        var configuration = CoreBench.configuration
        configuration.outputs.append(
            OutputConfiguration(id: "lamp", shows: .help, sink: .gpio(GPIOSource(chip: "io", line: .offset(2)))))
        var core = BoothCore(
            configuration, BoothCore.Start(contents: contents, seed: 1), at: before.core.now)
        #expect(core.apply(.begin, at: before.core.now).driven.isEmpty)
        #expect(core.apply(.inService, at: before.core.now).driven["lamp"] == true)
    }

    // MARK: Deadlines and what waits

    /// A room door that nobody may leave open for more than two minutes.
    private static var roomDoor: Configuration {
        var configuration = CoreBench.configuration
        var door = PointConfiguration(
            id: "door", kind: .roomDoor, source: .gpio(GPIOSource(chip: "io", line: .offset(3))),
            debounce: .milliseconds(10), classification: PointKind.roomDoor.defaultClassification)
        door.rules.doorHeld = .seconds(120)
        configuration.points.append(door)
        return configuration
    }

    private func door(_ state: PointState, at seconds: Double) -> Input {
        let time = CoreBench.moment(seconds).boot
        return .sensors([
            .reading(
                Reading(point: "door", state: state, value: state == .active ? 1 : 0, quality: .good, at: time))
        ])
    }

    private func categories(_ effects: [Effect]) -> [BoothModel.Category] {
        effects.entries.flatMap(\.incidents).map(\.category)
    }

    @Test("a door that was closed in time was not held open, though the core hears of it late")
    func deadlineAfterReadings() {
        func heard(late: Bool) -> [BoothModel.Category] {
            var core = BoothCore(
                Self.roomDoor, BoothCore.Start(contents: CoreBench.contents, seed: 1), at: CoreBench.moment(0))
            let closed = [door(.active, at: 10), .time, .callEnded(7), door(.normal, at: 100), .time]
            let inputs = [.begin, .inService, .time] + (late ? closed : Array(closed.prefix(2)) + [.time])
            let times = [0, 0, 0, 11, 11] + [Double](repeating: 300, count: 3)
            return categories(zip(inputs, times).flatMap { core.apply($0, at: CoreBench.moment($1)) })
        }
        #expect(heard(late: true).contains(.intrusion))
        #expect(!heard(late: true).contains(.doorHeld))
        #expect(heard(late: false).contains(.doorHeld))
    }

    @Test("a door that was closed while the agent was down is not called held open at the start")
    func startAfterReadings() throws {
        var before = BoothCore(
            Self.roomDoor, BoothCore.Start(contents: CoreBench.contents, seed: 1), at: CoreBench.moment(0))
        let life = [.begin, .inService, .time, door(.active, at: 10), .time].flatMap {
            before.apply($0, at: CoreBench.moment(11))
        }
        var contents = CoreBench.contents
        contents.points = life.entries.flatMap(\.points)
        contents.incidents = [try #require(life.entries.flatMap(\.incidents).last)]
        contents.lastKey = life.entries.flatMap(\.events).map(\.id.key).max() ?? 0
        func heard(_ state: PointState) -> [BoothModel.Category] {
            var core = BoothCore(
                Self.roomDoor, BoothCore.Start(contents: contents, seed: 2), at: CoreBench.moment(500))
            return categories(
                [.begin, door(state, at: 500), .inService, .time, .time].enumerated().flatMap {
                    core.apply($1, at: CoreBench.moment(500 + Double($0)))
                })
        }
        #expect(!heard(.normal).contains(.doorHeld))
        #expect(heard(.active).contains(.doorHeld))
    }

    // MARK: Without the disk

    @Test("lists what is open from memory while the journal cannot be read, and says that it cannot list the rest")
    func incidentsFromMemory() throws {
        var bench = CoreBench()
        let incident = try press(&bench)
        #expect(
            bench.tell(.answered(.incidents(nil, all: false, 3))).replies[3]
                == .incidents(IncidentsReply([incident])))
        #expect(
            bench.tell(.answered(.incident(incident.id, nil, 4))).replies[4] == .incidents(IncidentsReply([incident])))
        #expect(bench.tell(.answered(.incidents(nil, all: true, 5))).replies[5] == BoothCore.isUnreadable)
    }

    @Test("takes the limit of a new configuration at once, and the rest when the disk is well")
    func reloadWaits() {
        var bench = CoreBench()
        bench.tell(.journal(.status(CoreBench.status(CoreBench.fault, queued: 1))))
        let waiting = bench.tell(.configurationRead(.right(limit: 1 << 30)))
        #expect(waiting.contains { if case .setStorageLimit(1 << 30) = $0 { true } else { false } })
        #expect(!waiting.contains { if case .startOver = $0 { true } else { false } })
        let well = bench.tell(.journal(.status(CoreBench.status(.ok, queued: 1))))
        #expect(well.contains { if case .readConfiguration = $0 { true } else { false } })
        let right = bench.tell(.configurationRead(.right(limit: 1 << 30)))
        #expect(right.contains { if case .startOver = $0 { true } else { false } })
    }

    // MARK: What a platform refuses

    private func refuse(_ event: EventID, _ bench: inout CoreBench) -> [Effect] {
        bench.tell(
            .target(.receipts(CoreBench.target, [Receipt(id: event, result: .rejected(reason: "HTTP 422"))])))
    }

    private func count(_ rejected: Int, _ bench: inout CoreBench) -> [Incident] {
        let status = JournalStatus(
            storage: .ok, bytes: 4096, queues: [.init(target: CoreBench.target, queued: 0, rejected: rejected)], open: 1
        )
        return bench.tell(.journal(.status(status))).entries.flatMap(\.incidents)
    }

    @Test("tells of a press that the platform set aside as a fault, until it is offered again")
    func rejection() throws {
        var bench = CoreBench()
        let incident = try press(&bench)
        #expect(refuse(incident.opening, &bench).entries.flatMap(\.settlements).count == 1)
        // A status from before the refusal.
        #expect(count(0, &bench).isEmpty)
        let fault = try #require(count(1, &bench).first)
        #expect(fault.device == .rejections(by: CoreBench.target) && fault.category == .link && fault.restored == nil)
        #expect(bench.core.statusReply().reasons.contains { $0.en.contains("police refused them: 1;") })
        // Refusing what tells of it is no news; another press is no second fault.
        _ = refuse(fault.opening, &bench)
        #expect(count(2, &bench).isEmpty)
        #expect(count(0, &bench).first?.restored != nil)
        #expect(bench.core.statusReply().reasons.isEmpty)
    }

    @Test("tells of what is set aside after somebody closed the fault of earlier ones")
    func rejectionAfterClosing() throws {
        var bench = CoreBench()
        let incident = try press(&bench)
        _ = refuse(incident.opening, &bench)
        let fault = try #require(count(1, &bench).first)
        bench.call(1, .act(.close(fault.id, outcome: "called")))
        #expect(count(1, &bench).isEmpty)
        bench.pass(600)
        bench.button(.normal)
        bench.pass(600)
        _ = refuse(try press(&bench).opening, &bench)
        #expect(count(2, &bench).first.map { $0.id != fault.id && $0.device == fault.device } == true)
    }

    // MARK: Buses

    @Test("lends a bus to one client until its connection ends")
    func busLoan() {
        var bench = CoreBench()
        let asked = bench.call(1, .lendBus("inside"))
        #expect(asked.replies.isEmpty)
        #expect(asked.contains { if case .lendBus("inside", _, to: 1) = $0 { true } else { false } })
        #expect(bench.tell(.busLent(1)).replies[1] == .lent)
        guard case .refused(.unavailable) = bench.call(2, .lendBus("inside")).replies[2] else {
            Issue.record("lent twice")
            return
        }
        let ended = bench.tell(.callEnded(1))
        #expect(ended.contains { if case .takeBackBus("inside") = $0 { true } else { false } })
        #expect(bench.call(3, .lendBus("inside")).replies.isEmpty)
    }

    // MARK: Time

    @Test("names the instant at which it has something to do, and has nothing to do before")
    func deadlines() throws {
        var bench = CoreBench()
        bench.pass(20)
        bench.button(.active)
        bench.button(.normal)
        for _ in 0..<200 {
            let next = try #require(bench.core.nextDeadline)
            let wait = Double((next - bench.now).nanoseconds) / 1e9
            #expect(wait > 0, "a deadline that is due was left standing")
            if wait > 0.002 { #expect(bench.pass(wait - 0.001).isEmpty) }
            bench.pass(0.001)
        }
    }

    @Test("does the same for the same inputs and the same seed")
    func repeats() {
        func life(_ seed: UInt64) -> [JournalEntry] {
            var bench = CoreBench(seed: seed)
            var effects: [Effect] = []
            for round in 0..<50 {
                effects += bench.button(round % 2 == 0 ? .active : .normal)
                effects += bench.pass(Double(round))
                effects += bench.call(round, .status)
            }
            return effects.entries
        }
        #expect(life(1) == life(1))
        #expect(life(1) != life(2))
    }
}
