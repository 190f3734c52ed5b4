// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import TestSupport
import Testing

@testable import BoothSensing

@Suite("What a bus is asked, and what its answers mean")
struct BusPollerTests {
    private static let points = [
        PaperLine.point(1, 0), PaperLine.point(1, 500), PaperLine.point(2, 0), PaperLine.point(2, 500),
        PaperLine.point(3, 0),
    ]

    /// A frame on its way.
    private struct Frame {
        var at: Int64
        var request: ModbusRequest
    }

    enum Trouble: Int, CaseIterable { case late, reads, writes, breaks, loans }

    @Test(
        "an answer up to two timeouts late is never another request's, through reads, writes, breaks and loans",
        arguments: Trouble.allCases)
    func late(trouble: Trouble) {
        for seed in 1...15 {
            var random = SeededRandom(seed: UInt64(seed))
            var line = PaperLine(Self.points, outputs: [PaperLine.lamp(2)])
            var wire: [Frame] = []
            var slowUntil: [Int: Int64] = [:]
            func once(in many: Int) -> Bool { Int.random(in: 0..<many, using: &random) == 0 }
            while line.now < 60_000 {
                if once(in: 40) {
                    slowUntil[.random(in: 1...3, using: &random)] = line.now + .random(in: 0...3000, using: &random)
                }
                disturb(&line, trouble, once)
                guard let question = line.question(before: line.now + 30) else { continue }
                let isSlow = (slowUntil[question.request.unit] ?? 0) > line.now
                wire.removeAll { $0.at <= line.now }
                let delay: Int64 = isSlow ? .random(in: 10...590, using: &random) : 15
                wire.append(Frame(at: line.now + delay, request: question.request))
                if trouble == .breaks, once(in: 50) {
                    let error = ModbusError(.read(.holdingRegisters), code: 5)
                    let retryAt = PaperLine.instant(line.now + 25)
                    line.take((once(in: 2) ? .broken : .down(error, retryAt: retryAt), 5), question)
                } else {
                    answer(question, from: &wire, on: &line, seed)
                }
            }
        }
    }

    private func disturb(_ line: inout PaperLine, _ trouble: Trouble, _ once: (Int) -> Bool) {
        let instant = PaperLine.instant(line.now)
        switch trouble {
        case .late, .breaks: break
        case .reads:
            guard once(20) else { return }
            let read = ReadRequest(unit: once(2) ? 1 : 2, table: .holdingRegisters, address: 900, count: 1)
            line.poller.run(read, at: instant) { _ in }
        case .writes: if once(10) { line.poller.drive("lamp", isOn: once(2), at: instant) }
        case .loans:
            guard once(60) else { return }
            _ = line.poller.lend(DeviceFault(.lent, Message(zh: "借", en: "lent")), at: instant)
            line.pass(to: line.now + (once(2) ? 1 : 200))
            line.poller.takeBack(at: PaperLine.instant(line.now))
        }
    }

    /// What the line gives for `question`: the first frame of its unit that looks like an answer.
    private func answer(
        _ question: BusPoller.Question, from wire: inout [Frame], on line: inout PaperLine, _ seed: Int
    ) {
        let end = line.now + question.within.milliseconds + 17
        wire.sort { $0.at < $1.at }
        guard let index = wire.firstIndex(where: { $0.at <= end && $0.request.looksLike(question.request) }) else {
            let heard = Set(
                wire.filter { $0.at <= end && $0.request.unit != question.request.unit }.map(\.request.unit))
            line.take(PaperLine.silence(question), question)
            line.poller.heard(heard, at: PaperLine.instant(line.now))
            return
        }
        let frame = wire.remove(at: index)
        #expect(frame.request == question.request, "seed \(seed), at \(line.now) ms")
        line.take((PaperLine.ones(question.request), frame.at - line.now), question)
    }

    @Test("a request that its unit ignores is a fault of its address, and leaves the others their polls")
    func ignoredRequest() {
        var line = PaperLine([PaperLine.point(1, 0, table: .coil), PaperLine.point(1, 500)])
        line.run(until: 60_000) { question, _ in
            question.request.isOfRegisters ? PaperLine.silence(question) : (PaperLine.ones(question.request), 20)
        }
        #expect(line.devices.map(\.device) == [.address(of: "p1-500")])
        let polls = line.asked.filter { !$0.question.request.isOfRegisters }.map(\.at)
        #expect((zip(polls, polls.dropFirst()).map { $1 - $0 }.max() ?? 0) < 450)
        line.run(until: 80_000) { question, _ in (PaperLine.ones(question.request), 20) }
        #expect(line.devices.map(\.condition).last == .found)
    }

    @Test("a board that refuses while it starts is no fault; one that goes on refusing is, until it does not")
    func refusals() {
        var line = PaperLine([PaperLine.point(1, 0)])
        var refusals = 2
        line.run(until: 3000) { question, _ in
            refusals -= 1
            return (refusals >= 0 ? PaperLine.exception(2) : PaperLine.ones(question.request), 20)
        }
        #expect(line.devices.isEmpty)
        line.run(until: 30_000) { _, _ in (PaperLine.exception(2), 20) }
        line.run(until: 60_000) { question, _ in (PaperLine.ones(question.request), 20) }
        #expect(line.devices.map(\.device) == [.address(of: "p1-0"), .address(of: "p1-0")])
        #expect(line.devices.last?.condition == .found)
    }

    @Test("a unit that is busy for one request is lost until that request has values")
    func busy() {
        var line = PaperLine([PaperLine.point(1, 0), PaperLine.point(1, 500)])
        line.run(until: 20_000) { question, _ in
            (question.request.address == 0 ? PaperLine.ones(question.request) : PaperLine.exception(6), 20)
        }
        #expect(line.devices.map(\.device) == [.unit(1, of: "bus")])
        line.run(until: 21_000) { question, _ in (PaperLine.ones(question.request), 20) }
        #expect(line.devices.count == 2 && line.devices.last?.condition == .found)
    }

    @Test("faults that stand since the last run are over with the first sign of life, where there is no input too")
    func standing() {
        let standing: Set<DeviceID> = [.bus("bus"), .unit(2, of: "bus"), .output("lamp")]
        var line = PaperLine([], outputs: [PaperLine.lamp(2)], standing: standing)
        line.poller.drive("lamp", isOn: true, at: PaperLine.instant(0))
        line.run(until: 5000) { question, _ in (PaperLine.ones(question.request), 20) }
        #expect(Set(line.devices.map(\.device)) == standing)
        #expect(line.devices.allSatisfy { $0.condition == .found } && line.devices.count == 3)
    }

    @Test("nothing is written to a unit that has not shown its guard register")
    func guardedOutput() {
        var unit = ModbusUnitConfiguration()
        unit.guardRegister = ModbusUnitConfiguration.GuardRegister(table: .inputRegister, address: 9, value: 4711)
        var line = PaperLine([PaperLine.point(2, 0)], outputs: [PaperLine.lamp(2)], units: [2: unit])
        line.poller.drive("lamp", isOn: true, at: PaperLine.instant(0))
        let reply: (BusPoller.Question, UInt16) -> PaperLine.Reply = { question, value in
            if case .read(let read) = question.request, read.table == .inputRegisters { return (.words([value]), 20) }
            return (PaperLine.ones(question.request), 20)
        }
        line.run(until: 10_000) { question, _ in reply(question, 1) }
        #expect(!line.asked.contains { $0.question.request.isWrite })
        line.run(until: 30_000) { question, _ in reply(question, 4711) }
        #expect(line.asked.contains { $0.question.request.isWrite })
    }

    @Test("a read that is not answered leaves the polls of other units alone")
    func lostErrand() {
        var line = PaperLine([PaperLine.point(1, 0), PaperLine.point(2, 0)])
        line.run(until: 2000) { question, _ in (PaperLine.ones(question.request), 20) }
        let read = ReadRequest(unit: 9, table: .holdingRegisters, address: 0, count: 1)
        line.poller.run(read, at: PaperLine.instant(line.now)) { _ in }
        line.run(until: 4000) { question, _ in
            question.request.unit == 9 ? PaperLine.silence(question) : (PaperLine.ones(question.request), 20)
        }
        let polls = line.asked.filter { $0.question.request.unit == 1 && $0.at > 1000 }.map(\.at)
        #expect((zip(polls, polls.dropFirst()).map { $1 - $0 }.max() ?? 0) < 450)
        #expect(line.devices.isEmpty)
    }

    @Test("a gateway that asks one unit after the other is found out, and its live unit is not called missing")
    func oneByOne() {
        var line = PaperLine(
            [PaperLine.point(1, 0), PaperLine.point(2, 0)], transport: .tcp(host: "192.0.2.1", port: 502))
        // It waits 1 s for a dead unit, and answers nobody else meanwhile.
        var isFreeAt: Int64 = 0
        line.run(until: 120_000) { question, now in
            let begin = max(now, isFreeAt)
            isFreeAt = begin + (question.request.unit == 1 ? 10 : 1000)
            let answered = begin + 10 - now
            guard question.request.unit == 1, answered <= question.within.milliseconds else {
                return (.nothing(PaperLine.timeout), question.within.milliseconds)
            }
            return (PaperLine.ones(question.request), answered)
        }
        #expect(line.devices.map(\.device) == [.unit(2, of: "bus")])
        let answers = line.asked.filter { $0.question.request.unit == 1 && $0.at > 60_000 }.count
        #expect(answers > 200, "of 300 polls")
    }

    @Test("a live unit that dies behind a gateway is told, however many dead ones are probed beside it")
    func deadGateway() {
        let units = 1...12
        var line = PaperLine(units.map { PaperLine.point($0, 0) }, transport: .tcp(host: "192.0.2.1", port: 502))
        line.run(until: 60_000) { question, _ in
            question.request.unit == 1
                ? (PaperLine.ones(question.request), 10)
                : (.nothing(PaperLine.timeout), question.within.milliseconds)
        }
        #expect(Set(line.devices.map(\.device)) == Set((2...12).map { .unit($0, of: "bus") }))
        // Its cable is cut.
        line.run(until: 70_000) { question, _ in (.nothing(PaperLine.timeout), question.within.milliseconds) }
        #expect(line.devices.last?.device == .unit(1, of: "bus"))
    }
}

extension ModbusRequest {
    fileprivate var isWrite: Bool { if case .read = self { false } else { true } }

    fileprivate var isOfRegisters: Bool {
        if case .read(let read) = self { read.table.isRegisters } else { false }
    }

    fileprivate var address: Int? { if case .read(let read) = self { read.address } else { nil } }

    /// Whether a line could take the answer to this for the answer to `other`.
    fileprivate func looksLike(_ other: ModbusRequest) -> Bool {
        switch (self, other) {
        case (.read(let one), .read(let two)):
            one.unit == two.unit && one.table == two.table
                && one.table.bytes(of: one.count) == two.table.bytes(of: two.count)
        default: self == other
        }
    }
}
