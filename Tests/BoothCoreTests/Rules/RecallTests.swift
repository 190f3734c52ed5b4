// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothCore

@Suite("A journal that comes late")
struct RecallTests {
    private var booth = RehearsedBooth(
        [
            RehearsedBooth.help, RehearsedBooth.point("tamper-1", .tamper), RehearsedBooth.roomDoor,
            RehearsedBooth.point("slot", .mailSlot), RehearsedBooth.point("box", .mailDoor),
            RehearsedBooth.point("mains", .mainsPower),
        ], targets: RehearsedBooth.answering, answers: true)

    private func open(_ category: BoothModel.Category) -> [Incident] {
        booth.incidents.values.filter { $0.category == category && $0.isOpen }.sorted { $0.id < $1.id }
    }

    /// The outcome of what was opened twice.
    private func twin(of incident: Incident) -> String { "goes on as incident \(incident.id)" }

    @Test("what stood before and was seen to stand goes on as one incident, and is restored once")
    mutating func standing() throws {
        booth.see("tamper-1", .active, at: 1)
        let first = try #require(booth.newest(.tamper))
        booth.restartBlind()
        let again = booth.see("tamper-1", .active, at: 100)
        #expect(again.map(\.short) == ["raised tamper 1"])
        let recalled = booth.recall(at: 130)
        #expect(recalled.map(\.told).contains("closed tamper \(twin(of: first)) > police"))
        #expect(open(.tamper).map(\.id) == [first.id] && open(.tamper).map(\.count) == [1])
        // Two steps of the answer clock passed without anybody to count them: the last is told.
        #expect(recalled.map(\.short).filter { $0.hasPrefix("updated") } == ["updated tamper 1 escalated"])
        let normal = booth.see("tamper-1", .normal, at: 140)
        #expect(normal.map(\.short) == ["restored tamper 1 after 139 s"])
    }

    @Test("what stood before and ended meanwhile is restored as of then")
    mutating func ended() throws {
        booth.see("tamper-1", .active, at: 1)
        booth.see("mains", .active, at: 1)
        booth.pass(to: 20)
        booth.restartBlind()
        booth.see("tamper-1", .normal, at: 100)
        booth.see("mains", .active, at: 100)
        booth.pass(to: 115)
        booth.see("mains", .normal, at: 120)
        let told = booth.recall(at: 130).map(\.short)
        #expect(told.contains("restored tamper 1 after 99 s") && told.contains("restored power 1 after 109 s"))
        #expect(open(.tamper).count == 1 && open(.power).count == 1)
        #expect(booth.rules.standing.values.allSatisfy { $0.isEmpty })
    }

    @Test("presses meanwhile are an incident of their own, and repeats of a press of before count on it")
    mutating func presses() throws {
        booth.see("help-1", .active, at: 1)
        booth.see("help-1", .normal, at: 2)
        booth.pass(to: 5)
        let first = try #require(booth.newest())
        booth.restartBlind()
        booth.see("help-1", .normal, at: 10)
        booth.see("help-1", .active, at: 20)
        booth.see("help-1", .normal, at: 21)
        booth.see("help-1", .active, at: 25)
        booth.see("help-1", .normal, at: 26)
        booth.pass(to: 40)
        booth.see("help-1", .active, at: 60)
        let second = try #require(booth.newest())
        booth.recall(at: 70)
        #expect(open(.help).map(\.id) == [first.id, second.id])
        #expect(open(.help).map(\.count) == [3, 1])
        #expect(open(.help).map { $0.restored == nil } == [false, true])
    }

    @Test("a button that was held all the time is one press; what was pressed after it counts")
    mutating func held() throws {
        booth.see("help-1", .active, at: 1)
        let first = try #require(booth.newest())
        booth.restartBlind()
        booth.see("help-1", .active, at: 5)
        booth.see("help-1", .normal, at: 6)
        booth.see("help-1", .active, at: 7)
        let told = booth.recall(at: 10).map(\.short)
        #expect(told == ["updated help 2 repeat", "closed help \(twin(of: first))"])
        #expect(open(.help).map(\.count) == [2] && open(.help).map(\.id) == [first.id])
        // Another one within the window of the last is a repeat of the incident that goes on.
        booth.see("help-1", .normal, at: 12)
        booth.see("help-1", .active, at: 20)
        #expect(open(.help).map(\.count) == [3])
    }

    @Test("letters lie on one incident until the box is opened")
    mutating func letters() throws {
        booth.see("slot", .active, at: 1)
        booth.see("slot", .normal, at: 2)
        let first = try #require(booth.newest(.mail))
        booth.restartBlind()
        booth.see("slot", .normal, at: 20)
        booth.see("slot", .active, at: 30)
        booth.see("slot", .normal, at: 31)
        booth.recall(at: 40)
        #expect(open(.mail).map(\.id) == [first.id] && open(.mail).map(\.count) == [2])
        booth.restartBlind()
        booth.see("slot", .normal, at: 50)
        booth.see("box", .normal, at: 50)
        booth.see("slot", .active, at: 60)
        booth.see("slot", .normal, at: 61)
        booth.see("box", .active, at: 70)
        booth.see("box", .normal, at: 71)
        booth.see("slot", .active, at: 80)
        booth.recall(at: 100)
        let mail = open(.mail)
        #expect(mail.map(\.count) == [3, 1] && mail.first?.id == first.id)
        #expect(mail.map { $0.restored?.boot } == [booth.moment(at: 70).boot, nil])
    }

    @Test("a fault that stands is one incident; one that is over is restored, one that nobody confirms in five minutes")
    mutating func faults() throws {
        let silent = DeviceFault(.silent, Message(zh: "无应答", en: "no answer"))
        func tell(_ device: DeviceID, _ condition: DeviceReport.Condition, at seconds: Double) {
            let now = booth.moment(at: seconds)
            booth.keep(booth.rules.apply(DeviceReport(device: device, condition: condition, at: now.boot), at: now))
        }
        let unit = DeviceID.unit(1, of: "inside")
        for device in [unit, .bus("outside"), .output("siren"), .chip("a")] { tell(device, .lost(silent), at: 1) }
        booth.restartBlind()
        tell(.bus("outside"), .lost(silent), at: 50)
        tell(.chip("a"), .lost(silent), at: 50)
        tell(.chip("a"), .found, at: 60)
        booth.see("tamper-1", .normal, at: 70)
        let told = booth.recall(at: 100).map(\.short)
        #expect(told.filter { $0.hasPrefix("closed") }.count == 2)
        #expect(open(.sensor).count == 4)
        let standing = Set(booth.rules.faults.keys)
        #expect(standing == [.bus("outside"), .output("siren")])
        #expect(open(.sensor).first { $0.device == unit }?.restored?.boot == booth.moment(at: 70).boot)
        #expect(open(.sensor).first { $0.device == .chip("a") }?.restored?.boot == booth.moment(at: 60).boot)
        tell(.bus("outside"), .found, at: 120)
        #expect(booth.rules.faults.count == 1)
        booth.pass(to: 401)
        #expect(booth.rules.faults.isEmpty && open(.sensor).allSatisfy { $0.restored != nil })
    }

    @Test("who is in, tasks, cursors and reports: what this run was told is newer, the rest is known again")
    mutating func memory() throws {
        let actor = Actor.officer("zhang")
        booth.pass(to: 1)
        booth.keep(try booth.rules.disarm(until: nil, by: actor, at: booth.moment(at: 1)).get())
        booth.task("t1", .test, at: 2)
        let alive = Stamp(booth.moment(at: 3))
        booth.keep(
            booth.rules.note {
                $0.cursors = ["police": "c1", "grid": "g1"]
                $0.alive = alive
            })
        booth.restartBlind()
        booth.pass(to: 100)
        booth.keep(booth.rules.note { $0.cursors = ["police": "c2"] })
        booth.recall(at: 110)
        #expect(booth.rules.isAttended(at: booth.moment(at: 110)))
        #expect(booth.memory.cursors == ["police": "c2", "grid": "g1"] && booth.memory.alive != nil)
        // Executed once: it is answered once more, and never again.
        #expect(booth.task("t1", .test, at: 120) == ["task t1 done  > police"])
        #expect(booth.task("t1", .test, at: 121).isEmpty)
        booth.restartBlind()
        booth.pass(to: 130)
        booth.keep(try booth.rules.arm(until: nil, by: actor, at: booth.moment(at: 130)).get())
        booth.recall(at: 140)
        #expect(!booth.rules.isAttended(at: booth.moment(at: 140)))
        #expect(booth.memory.override == nil)
    }

    @Test("ids go on after the journal's last, and presses that a unit counted while nobody looked are raised")
    func counters() throws {
        var point = RehearsedBooth.point("help-3", .helpButton)
        var register = ModbusSource(
            bus: "inside", unit: 1, table: .inputRegister, address: 3, poll: .milliseconds(200))
        register.counter = true
        point.source = .modbus(register)
        var booth = RehearsedBooth([point])
        var now = booth.moment(at: 1)
        booth.keep(booth.rules.apply(CountedPresses(point: "help-3", count: 1, value: 7, at: now.boot), at: now))
        booth.restartBlind()
        now = booth.moment(at: 100)
        booth.keep(
            booth.rules.apply(
                Reading(point: "help-3", state: .normal, value: 9, quality: .good, at: now.boot), at: now))
        let told = booth.recall(at: 101)
        #expect(told.map(\.short) == ["raised help 2", "restored help 1 after 0 s"])
        let again = booth.recall(at: 102)
        #expect(again.isEmpty && booth.points["help-3"]?.counter?.value == 9)
        let last = Int64.max
        let decision = booth.rules.recall(
            points: [], incidents: [], memory: BoothMemory(), tasks: [], lastKey: last, at: now)
        #expect(decision.isEmpty)
        #expect(booth.rules.makeID(at: now).key >= 0)
    }

    @Test("what is recalled holds with the next restart")
    mutating func restart() throws {
        booth.see("room-door", .active, at: 1)
        booth.restartBlind()
        booth.see("room-door", .active, at: 50)
        booth.recall(at: 60)
        booth.restart()
        #expect(booth.see("room-door", .active, at: 70).map(\.short).contains("raised intrusion 1") == false)
        #expect(open(.intrusion).count == 1)
        let closing = booth.see("room-door", .normal, at: 80).map(\.short)
        #expect(closing.contains("restored intrusion 1 after 79 s"))
        #expect(open(.doorHeld).allSatisfy { $0.restored != nil })
    }
}
