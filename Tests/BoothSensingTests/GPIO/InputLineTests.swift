// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Testing

@testable import BoothSensing

@Suite("Input line")
struct InputLineTests {
    private let time = BootTime(nanoseconds: 1_000_000_000)

    @Test("reports the electrical level beside the state", arguments: [Polarity.high, .low], [true, false])
    func polarity(active: Polarity, isActive: Bool) {
        var line = InputLine(source: source(active), points: [point("help-1", active)])
        let readings = line.hold(isActive: isActive, at: time).compactMap(\.reading)
        let level = isActive == (active == .high) ? 1 : 0
        #expect(
            readings == [
                Reading(point: "help-1", state: isActive ? .active : .normal, value: level, quality: .good, at: time)
            ])
    }

    @Test("serves two points of opposite polarity")
    func sharedLine() {
        var line = InputLine(source: source(.low), points: [point("a", .low), point("b", .high)])
        let states = line.hold(isActive: true, at: time).compactMap(\.reading?.state)
        #expect(states == [.active, .normal])
    }

    @Test("corrects the level where the last edge said otherwise, and only there")
    func correction() {
        var line = InputLine(source: source(.high), points: [point("door", .high)])
        _ = line.hold(isActive: false, at: time)
        _ = line.apply(GPIOEdge(offset: 0, isActive: false, timestampNanoseconds: 1), at: time)
        #expect(line.correct(isActive: false, at: time).isEmpty)
        #expect(line.correct(isActive: true, at: time).compactMap(\.reading?.state) == [.active])
        #expect(line.correct(isActive: true, at: time).isEmpty)
    }

    @Test("tells each point of the edges between two numbers, those before the first too, once")
    func missedEdges() {
        var line = InputLine(source: source(.high), points: [point("door", .high), point("lamp", .low)])
        _ = line.hold(isActive: false, at: time)
        for sequence: UInt64 in [1, 2, 68, 69] { _ = line.apply(edge(sequence), at: time) }
        let missed = line.takeMissed(isUncertain: false, at: time)
        #expect(
            missed == [
                .missed(MissedEdges(point: "door", count: 65, at: time)),
                .missed(MissedEdges(point: "lamp", count: 65, at: time)),
            ])
        #expect(line.takeMissed(isUncertain: false, at: time).isEmpty)
        _ = line.hold(isActive: false, at: time)
        _ = line.apply(edge(3), at: time)
        #expect(line.takeMissed(isUncertain: false, at: time).compactMap(\.missed?.count) == [2, 2])
    }

    @Test("tells of edges that may be missing without a number")
    func uncertain() {
        var line = InputLine(source: source(.high), points: [point("door", .high)])
        _ = line.hold(isActive: false, at: time)
        let missed = line.takeMissed(isUncertain: true, at: time)
        #expect(missed == [.missed(MissedEdges(point: "door", count: nil, at: time))])
    }

    @Test("numbers and stamps that no kernel gives lose count, and stop nothing")
    func absurdEdges() {
        var line = InputLine(source: source(.high), points: [point("door", .high)])
        _ = line.hold(isActive: false, at: time)
        let edges: [(UInt64, Int64)] = [(1, .min), (.max, .max), (0, .min), (.max, .max)]
        for (sequence, stamp) in edges {
            _ = line.apply(edge(sequence), at: BootTime(monotonicNanoseconds: stamp))
        }
        #expect(line.takeMissed(isUncertain: false, at: time).compactMap(\.missed?.count) == [.max])
    }

    @Test("floods with the edge after five hundred in a second, and says so of each point")
    func flood() {
        var line = InputLine(source: source(.high), points: [point("door", .high), point("lamp", .low)])
        _ = line.hold(isActive: false, at: time)
        for count in 1...500 {
            #expect(line.apply(edge(UInt64(count)), at: time + .microseconds(count)).count == 2)
        }
        let over = time + .microseconds(501)
        let reports = line.apply(edge(501), at: over)
        #expect(reports.suffix(2) == [.flood("door", at: over), .flood("lamp", at: over)])
        #expect(line.isFlooding)
        #expect(line.apply(edge(502), at: over).isEmpty)
    }

    @Test("misses nothing of what was lost while it flooded, and everything that is lost later")
    func lossAfterFlood() {
        var line = flooding()
        for sequence: UInt64 in [1400, 3000] { _ = line.apply(edge(sequence), at: time) }
        #expect(line.takeMissed(isUncertain: true, at: time).isEmpty)
        line.calm()
        #expect(line.apply(edge(3001), at: time).compactMap(\.reading?.state) == [.active])
        #expect(line.takeMissed(isUncertain: false, at: time).isEmpty)
        _ = line.apply(edge(3004), at: time)
        #expect(line.takeMissed(isUncertain: false, at: time).compactMap(\.missed?.count) == [2])
    }

    @Test("takes a number that goes back for a count begun anew")
    func countedAnew() {
        var line = flooding()
        line.calm()
        _ = line.apply(edge(1), at: time)
        #expect(line.takeMissed(isUncertain: false, at: time).isEmpty)
        _ = line.apply(edge(2), at: time)
        #expect(line.takeMissed(isUncertain: false, at: time).isEmpty)
    }

    @Test("reads levels while it floods, and is calm when it is held anew")
    func levelInFlood() {
        var line = flooding()
        let isActive = line.isActive == true
        #expect(line.correct(isActive: !isActive, at: time).count == 1)
        _ = line.hold(isActive: true, at: time)
        #expect(!line.isFlooding)
        #expect(line.apply(edge(1), at: time).count == 1)
        #expect(line.takeMissed(isUncertain: false, at: time).isEmpty)
    }

    /// Has just taken its edge number 501.
    private func flooding() -> InputLine {
        var line = InputLine(source: source(.high), points: [point("door", .high)])
        _ = line.hold(isActive: false, at: time)
        for count in 1...501 { _ = line.apply(edge(UInt64(count)), at: time) }
        return line
    }

    private func edge(_ sequence: UInt64) -> GPIOEdge {
        GPIOEdge(
            offset: 0, isActive: sequence % 2 == 1, timestampNanoseconds: Int64(clamping: sequence),
            lineSequence: sequence)
    }

    @Test("tells once why it is lost, again for another reason, and that it is found")
    func losses() {
        var line = InputLine(source: source(.high), points: [point("door", .high)])
        let busy = DeviceFault(.busy, Message(zh: "", en: "gpiomon"))
        let missing = DeviceFault(.missing, Message(zh: "", en: ""))
        #expect(line.lose(busy, at: time).compactMap(\.device?.condition) == [.lost(busy)])
        #expect(line.lose(busy, at: time).isEmpty)
        #expect(line.lose(missing, at: time).compactMap(\.device?.condition) == [.lost(missing)])
        #expect(line.hold(isActive: true, at: time).compactMap(\.device?.condition) == [.found])
        #expect(line.hold(isActive: true, at: time).compactMap(\.device?.condition) == [])
    }

    @Test("has no believable value before the first level, a stale one after")
    func quality() {
        var line = InputLine(source: source(.high), points: [point("door", .high)])
        let busy = DeviceFault(.busy, Message(zh: "", en: ""))
        let before = line.lose(busy, at: time).compactMap(\.reading)
        #expect(before == [Reading(point: "door", state: .unknown, value: nil, quality: .fault, at: time)])
        _ = line.hold(isActive: true, at: time)
        let after = line.loseChip(at: time).compactMap(\.reading)
        #expect(after == [Reading(point: "door", state: .active, value: 1, quality: .stale, at: time)])
    }

    @Test("says nothing new of a lost line when its chip is lost as well")
    func lostTwice() {
        var line = InputLine(source: source(.high), points: [point("door", .high)])
        _ = line.lose(DeviceFault(.missing, Message(zh: "", en: "")), at: time)
        #expect(line.loseChip(at: time).isEmpty)
    }

    @Test("leaves a leading edge to us and lets the kernel swallow a door's chatter")
    func kernelDebounce() {
        let door = InputLine(source: source(.high), points: [point("door", .high)])
        #expect(door.input(at: 3).debounce == .microseconds(2500))
        var slow = point("door", .high)
        slow.debounce = .milliseconds(100)
        #expect(InputLine(source: source(.high), points: [slow]).input(at: 3).debounce == .milliseconds(4))
        let both = InputLine(source: source(.high), points: [point("door", .high), point("h", .high, .helpButton)])
        #expect(both.input(at: 3).debounce == .zero)
    }

    private func source(_ active: Polarity) -> GPIOSource {
        GPIOSource(chip: "booth-io", line: .name("LINE"), active: active)
    }

    private func point(_ id: PointID, _ active: Polarity, _ kind: PointKind = .roomDoor) -> PointConfiguration {
        PointConfiguration(
            id: id, kind: kind, source: .gpio(source(active)), debounce: .milliseconds(10), classification: nil)
    }
}
