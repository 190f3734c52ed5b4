// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Testing

@testable import BoothSensing

/// What the schedule does after each outcome, step by step; units' timeout is 100 ms, the shortest probe 30 ms.
@Suite struct PollOutcomeTests {
    /// The schedule, told its outcomes in milliseconds from its start.
    private final class Steps {
        private var schedule: PollSchedule

        init(_ points: [PolledPoint], unitSilent: Int = 3) {
            let bus = PaperBus { _, _ in nil }
            schedule = PollSchedule(
                PollPlan(points, bus: bus.configuration), unitSilent: unitSilent, start: PollOutcomeTests.at(0))
        }

        func next(_ milliseconds: Int) -> PollSchedule.Next {
            schedule.next(at: PollOutcomeTests.at(milliseconds)) { _ in
                .init(full: .milliseconds(100), least: .milliseconds(30))
            }
        }

        func answered(_ index: Int, at now: BootTime) -> Bool { schedule.answered(index, at: now) }
        func busy(_ index: Int, at now: BootTime) -> (wasLost: Bool, loss: PollSchedule.Loss?) {
            schedule.busy(index, at: now)
        }
        func missed(_ index: Int, at now: BootTime, lateAnswer: Duration) -> PollSchedule.Loss? {
            schedule.missed(index, at: now, lateAnswer: lateAnswer)
        }
        func heard(unit: Int) { schedule.heard(unit: unit) }
        func refusedOne(_ index: Int, at now: BootTime) -> Bool { schedule.refusedOne(index, at: now) }
        func split(_ index: Int, at now: BootTime) { schedule.split(index, at: now) }
        func restart(at now: BootTime) { schedule.restart(at: now) }
        func request(_ index: Int) -> PollRequest { schedule.request(index) }
        func points(of unit: Int) -> [PolledPoint] { schedule.points(of: unit) }
        func state(of unit: Int) -> UnitCounters.State { schedule.state(of: unit) }
    }

    private static func at(_ milliseconds: Int) -> BootTime {
        BootTime(nanoseconds: 1_000_000_000 + Int64(milliseconds) * 1_000_000)
    }

    private func at(_ milliseconds: Int) -> BootTime { Self.at(milliseconds) }

    private let late = Duration.milliseconds(200)
    private let point = PaperBus.point(1, every: .milliseconds(200))

    @Test("a busy unit is asked again soon, ever less often, and has no reading after so many polls")
    func busy() {
        let schedule = Steps([point])
        var asked: [Int] = []
        var lost: [Int] = []
        for time in 0..<1000 where schedule.next(time) == .request(0, patience: nil) {
            asked.append(time)
            let outcome = schedule.busy(0, at: at(time))
            #expect(!outcome.wasLost)
            if outcome.loss == .request { lost.append(time) }
        }
        #expect(asked.prefix(8) == [0, 20, 60, 140, 200, 220, 260, 340])
        // From the third poll on.
        #expect(lost == [540, 740, 940])
        #expect(schedule.state(of: 1) == .answering)
        #expect(!schedule.answered(0, at: at(1000)))
        #expect(schedule.next(1001) == .wait(until: at(1200)))
    }

    @Test("a busy answer finds a lost unit")
    func busyFinds() {
        let schedule = Steps([point], unitSilent: 1)
        _ = schedule.next(0)
        #expect(schedule.missed(0, at: at(100), lateAnswer: late) == .unit)
        #expect(schedule.busy(0, at: at(400)).wasLost)
        #expect(schedule.state(of: 1) == .answering)
    }

    @Test("an address that is refused for some polls is asked slowly until it answers")
    func refused() {
        let schedule = Steps([point])
        for (poll, isNews) in [(0, false), (200, false), (400, true)] {
            #expect(schedule.next(poll) == .request(0, patience: nil))
            _ = schedule.answered(0, at: at(poll + 10))
            #expect(schedule.refusedOne(0, at: at(poll + 10)) == isNews)
        }
        #expect(schedule.next(411) == .wait(until: at(8410)))
        #expect(schedule.next(8410) == .request(0, patience: nil))
        _ = schedule.answered(0, at: at(8420))
        #expect(schedule.next(8421) == .wait(until: at(8610)))
    }

    @Test("while an answer may be late, what is answered otherwise is asked all the same")
    func otherShapes() {
        var other = PaperBus.point(1, every: .milliseconds(200))
        other.source.table = .inputRegister
        let schedule = Steps([point, other])
        guard case .request(let first, _) = schedule.next(0) else { return }
        #expect(schedule.missed(first, at: at(100), lateAnswer: .seconds(5)) == nil)
        let second = schedule.next(100)
        #expect(second == .request(1 - first, patience: nil))
        #expect(!schedule.answered(1 - first, at: at(110)))
        // Its answer does not end the other's quiet.
        for poll in stride(from: 200, to: 5000, by: 200) {
            #expect(schedule.next(poll) == .request(1 - first, patience: nil))
            #expect(!schedule.answered(1 - first, at: at(poll + 10)))
            #expect(schedule.next(poll + 10) == .wait(until: at(poll + 200)))
        }
    }

    @Test("a split plan is whole again when its unit was lost and is back, and after the connection was")
    func restore() {
        let points = (0..<4).map { PaperBus.point(1, every: .milliseconds(200), address: $0) }
        for isReopened in [true, false] {
            let schedule = Steps(points, unitSilent: 1)
            #expect(schedule.next(0) == .request(0, patience: nil))
            _ = schedule.answered(0, at: at(10))
            schedule.split(0, at: at(10))
            #expect(schedule.next(10) == .request(0, patience: nil))
            #expect(schedule.request(0).read.count == 2)
            #expect(schedule.points(of: 1).count == 4)
            if isReopened {
                schedule.restart(at: at(20))
            } else {
                #expect(schedule.missed(0, at: at(110), lateAnswer: late) == .unit)
                #expect(schedule.state(of: 1) == .silent)
                #expect(schedule.answered(0, at: at(400)))
            }
            #expect(schedule.request(0).read.count == 2, "indexes hold until the next request")
            #expect(schedule.next(400) == .request(0, patience: nil))
            #expect(schedule.request(0).read.count == 4)
        }
    }

    @Test("a unit is asked nothing while an answer to what it missed may come")
    func quiet() {
        let schedule = Steps([point, PaperBus.point(1, every: .milliseconds(200), address: 900)])
        #expect(schedule.next(0) == .request(0, patience: nil))
        #expect(schedule.missed(0, at: at(100), lateAnswer: late) == nil)
        #expect(schedule.state(of: 1) == .missing)
        #expect(schedule.next(100) == .wait(until: at(300)))
        #expect(schedule.next(300) == .request(1, patience: nil))
    }

    @Test("a request that its unit ignores is lost alone, and does not take the others' time")
    func ignoredRequest() {
        let schedule = Steps([point, PaperBus.point(1, every: .milliseconds(200), address: 900)])
        var time = 0
        var losses: [PollSchedule.Loss] = []
        var answers: [Int] = []
        while time < 20_000 {
            switch schedule.next(time) {
            case .request(0, _):
                time += 10
                answers.append(time)
                #expect(!schedule.answered(0, at: at(time)))
            case .request(_, let patience):
                time += Int((patience ?? .milliseconds(100)).milliseconds)
                if let loss = schedule.missed(1, at: at(time), lateAnswer: .milliseconds(50)) { losses.append(loss) }
            default: time += 1
            }
        }
        #expect(losses == [.request])
        #expect(schedule.state(of: 1) == .answering)
        #expect(answers.filter { $0 > 10_000 }.count >= 49)
    }

    @Test("short probes alone do not lose a unit that answered before")
    func shortProbes() {
        let schedule = Steps([PaperBus.point(2, every: .milliseconds(100)), point])
        var time = 0
        var asked: [Duration?] = []
        var lost: Int?
        while time < 5000, lost == nil {
            switch schedule.next(time) {
            case .request(let index, let patience):
                let unit = schedule.request(index).read.unit
                if unit == 2 || time < 500 {
                    time += 10
                    _ = schedule.answered(index, at: at(time))
                } else {
                    asked.append(patience)
                    time += Int((patience ?? .milliseconds(100)).milliseconds)
                    if schedule.missed(index, at: at(time), lateAnswer: late) == .unit { lost = time }
                }
            default: time += 1
            }
        }
        #expect(lost != nil)
        #expect(asked.last == .some(nil))
        #expect(asked.contains { $0 != nil })
    }

    @Test(
        "a unit that was heard late is asked once nothing more can be late, with its whole timeout, though others wait")
    func heard() {
        let schedule = Steps([PaperBus.point(2, every: .milliseconds(60)), point])
        // Unit 1 first, which is unknown as yet; then unit 2, which lives.
        #expect(schedule.next(0) == .request(0, patience: nil))
        #expect(schedule.missed(0, at: at(100), lateAnswer: late) == nil)
        #expect(schedule.next(100) == .request(1, patience: nil))
        _ = schedule.answered(1, at: at(110))
        #expect(schedule.next(115) == .wait(until: at(120)))
        schedule.heard(unit: 1)
        // A second late answer could not be told from that of a new request.
        #expect(schedule.next(116) == .wait(until: at(120)))
        // No gap of the live unit's is wide enough for a whole timeout: after a round of it, it waits for once.
        for instant in stride(from: 120, through: 300, by: 60) {
            #expect(schedule.next(instant) == .request(1, patience: nil))
            _ = schedule.answered(1, at: at(instant + 10))
        }
        #expect(schedule.next(311) == .request(0, patience: nil))
        schedule.heard(unit: 7)
        #expect(schedule.state(of: 7) == .unknown)
    }

    @Test("a new connection makes everything due")
    func restart() {
        let schedule = Steps([point], unitSilent: 1)
        _ = schedule.next(0)
        #expect(schedule.missed(0, at: at(100), lateAnswer: late) == .unit)
        #expect(schedule.next(101) == .wait(until: at(300)))
        schedule.restart(at: at(102))
        // But for what may still be answered.
        #expect(schedule.next(102) == .wait(until: at(300)))
        #expect(schedule.next(300) == .request(0, patience: nil))
        #expect(schedule.answered(0, at: at(310)))
    }

    @Test("a bus without points rests")
    func nothing() {
        let schedule = Steps([])
        #expect(schedule.next(0) == .rest)
    }
}
