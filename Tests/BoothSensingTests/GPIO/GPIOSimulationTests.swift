// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO
import Glibc
import Testing

@testable import BoothCore
@testable import BoothSensing

/// Against the kernel's own simulated chip, one test at a time: chips are numbered for the whole machine.
@Suite("GPIO inputs on gpio-sim", .serialized, .enabled(if: SimulatedChip.isAvailable))
struct GPIOSimulationTests {
    private let chipName = "booth-io"

    @Test("deliver each edge once, in order, with the kernel's stamp")
    func edges() throws {
        let chip = try SimulatedChip(lines: ["HELP1", "DOOR"])
        let under = try inputs(of: chip, [point("help-1", "HELP1"), point("door", "DOOR", .roomDoor, debounce: .zero)])
        var stamps: [(before: BootTime, after: BootTime)] = []
        for index in 0..<6 {
            let before = BootTime.now()
            try chip.pull(index % 2 == 0 ? "HELP1" : "DOOR", high: true)
            let counted = index + 1
            let point: PointID = index % 2 == 0 ? "help-1" : "door"
            #expect(under.turn { under.readings(of: point).last.map { $0.state == .active } ?? false })
            stamps.append((before, .now()))
            try chip.pull(index % 2 == 0 ? "HELP1" : "DOOR", high: false)
            #expect(under.turn { under.readings(of: point).last?.state == .normal }, "edge \(counted)")
        }
        let presses = under.reports.compactMap(\.reading).filter { $0.state == .active }
        #expect(presses.map(\.point) == ["help-1", "door", "help-1", "door", "help-1", "door"])
        #expect(zip(presses, stamps).allSatisfy { $0.1.before <= $0.0.at && $0.0.at <= $0.1.after })
        #expect(under.readings(of: "help-1").map(\.value) == [0, 1, 0, 1, 0, 1, 0])
    }

    @Test(
        "report the level that is there at the start, by each polarity, debounced by the kernel or not",
        arguments: [Polarity.high, .low], [PointKind.helpButton, .roomDoor])
    func levelAtStart(active: Polarity, kind: PointKind) throws {
        let chip = try SimulatedChip(lines: ["HELP1"])
        try chip.pull("HELP1", high: true)
        let under = try inputs(of: chip, [point("help-1", "HELP1", kind, active: active)])
        let first = try #require(under.reports.compactMap(\.reading).first)
        #expect(first.state == (active == .high ? .active : .normal))
        #expect(first.value == 1 && first.quality == .good)
        #expect(under.conditions(of: "gpio:booth-io") == [.found])
        try chip.pull("HELP1", high: false)
        #expect(under.turn { under.readings(of: "help-1").count == 2 })
        #expect(under.readings(of: "help-1").last?.state == (active == .high ? .normal : .active))
    }

    @Test("make one activation of a bouncing contact", arguments: [PointKind.helpButton, .roomDoor])
    func bounce(kind: PointKind) throws {
        let period = Duration.milliseconds(100)
        let chip = try SimulatedChip(lines: ["LINE"])
        let under = try inputs(of: chip, [point("contact", "LINE", kind, debounce: period)])
        for index in 0..<21 {
            try chip.pull("LINE", high: index % 2 == 0)
            usleep(2000)
            under.turnOnce()
        }
        #expect(under.turn { under.readings(of: "contact").last?.state == .active })
        #expect(debounced(under.readings(of: "contact"), period, kind) == [.normal, .active])
    }

    private func debounced(_ readings: [Reading], _ period: Duration, _ kind: PointKind) -> [PointState] {
        var debouncer = Debouncer(period: period, countsLeadingEdge: kind.countsLeadingEdge)
        var counted: [PointState] = []
        for reading in readings {
            if let (state, _) = debouncer.advance(to: reading.at) { counted.append(state) }
            if let state = debouncer.apply(state: reading.state, at: reading.at) { counted.append(state) }
        }
        if let last = readings.last, let (state, _) = debouncer.advance(to: last.at + period) { counted.append(state) }
        return counted
    }

    @Test("lose nothing of 81 edges while the reader stalled, or say so, and end on the real level")
    func stalledReader() throws {
        let chip = try SimulatedChip(lines: ["HELP1", "DOOR"])
        let under = try inputs(of: chip, [point("help-1", "HELP1"), point("door", "DOOR", .roomDoor, debounce: .zero)])
        for index in 0..<81 { try chip.pull("HELP1", high: index % 2 == 0) }
        #expect(under.turn { under.readings(of: "help-1").last?.state == .active })
        under.turnOnce()
        #expect(under.readings(of: "help-1").last?.state == .active)
        if GPIOLibrary.kernelInterface == 1 {
            // The oldest 16; then that some may be missing; then the level, where the last of them said otherwise.
            #expect(under.missed(of: "help-1").map(\.count) == [nil])
            let place = try #require(under.reports.firstIndex { $0.missed != nil })
            #expect(under.reports[..<place].compactMap(\.reading).count { $0.point == "help-1" } == 1 + 16)
            #expect(under.reports[place...].count <= 2)
        } else {
            #expect(under.missed(of: "help-1").isEmpty)
        }
        #expect(under.missed(of: "door").isEmpty)
        try chip.pull("HELP1", high: false)
        #expect(under.turn { under.readings(of: "help-1").last?.state == .normal })
    }

    @Test("count the edges that were too many for the kernel's buffer", .enabled(if: GPIOLibrary.kernelInterface == 2))
    func countedLoss() throws {
        let chip = try SimulatedChip(lines: ["HELP1", "DOOR"])
        let under = try inputs(of: chip, [point("help-1", "HELP1"), point("door", "DOOR", .roomDoor, debounce: .zero)])
        let edges = GPIORequest.countedBuffer + 77
        for index in 0..<edges {
            try chip.pull("HELP1", high: index % 2 == 0)
            // Slower than a flood.
            usleep(2200)
        }
        #expect(under.turn { !under.missed(of: "help-1").isEmpty })
        let readings = under.readings(of: "help-1").dropFirst()
        let missed = under.missed(of: "help-1").compactMap(\.count)
        #expect(readings.count == GPIORequest.countedBuffer)
        // Edges that merge into one interrupt get no number.
        #expect(missed.count == 1 && (1...77).contains(missed[0]))
        #expect(readings.last?.state == .active)
        #expect(under.missed(of: "door").isEmpty && under.floods(of: "help-1") == 0)
    }

    @Test(
        "tell at once that a press may have been pushed out by a neighbour",
        .enabled(if: GPIOLibrary.kernelInterface == 2))
    func pushedOut() throws {
        let chip = try SimulatedChip(lines: ["HELP1", "DOOR"])
        let under = try inputs(of: chip, [point("help-1", "HELP1"), point("door", "DOOR", .roomDoor, debounce: .zero)])
        for high in [true, false] {
            try chip.pull("HELP1", high: high)
            usleep(2200)
        }
        // Some of them may merge.
        for index in 0..<(GPIORequest.countedBuffer + 101) {
            try chip.pull("DOOR", high: index % 2 == 0)
            usleep(2200)
        }
        #expect(under.turn { !under.missed(of: "door").isEmpty })
        #expect(under.missed(of: "help-1").map(\.count) == [nil])
        #expect(under.readings(of: "help-1").map(\.state) == [.normal])
        try chip.pull("HELP1", high: true)
        #expect(under.turn { under.readings(of: "help-1").last?.state == .active })
        #expect(under.missed(of: "help-1").map(\.count) == [nil, 2])
    }

    @Test("leave a line that floods alone for a second, again and again, and serve the others")
    func flood() throws {
        let chip = try SimulatedChip(lines: ["HELP1", "DOOR"])
        let under = try inputs(of: chip, [point("help-1", "HELP1"), point("door", "DOOR", .roomDoor, debounce: .zero)])
        let chatter = try ChatteringLine(path: try chip.pullPath(of: "HELP1"))
        let start = BootTime.now()
        #expect(under.turn { under.floods(of: "help-1") >= 3 })
        let span = BootTime.now() - start
        // While it is left alone: another line's edge, and the level.
        let seen = under.readings(of: "door").count
        try chip.pull("DOOR", high: true)
        #expect(under.turn(limit: .seconds(1)) { under.readings(of: "door").count > seen })
        chatter.stop()
        #expect(under.readings(of: "help-1").count < 600 * (Int(span.components.seconds) + 4))
        #expect(under.turn(limit: .seconds(3)) { under.readings(of: "help-1").last?.state == .normal })
        // Until its edges count again.
        let rested = BootTime.now() + FloodWatch.rest * 2
        _ = under.turn { .now() >= rested }
        let missed = under.reports.compactMap(\.missed).count
        for index in 0..<6 {
            try chip.pull("HELP1", high: index % 2 == 0)
            let state: PointState = index % 2 == 0 ? .active : .normal
            #expect(under.turn(limit: .seconds(3)) { under.readings(of: "help-1").last?.state == state })
        }
        #expect(under.reports.compactMap(\.missed).count == missed)
        if GPIOLibrary.kernelInterface == 2 { #expect(missed == 0) }
    }

    @Test(
        "hear the others while a line floods whose edges the library cannot leave off: more ways than ten",
        .enabled(if: GPIOLibrary.kernelInterface == 2))
    func floodRefused() throws {
        let names = (0..<9).map { "LINE\($0)" }
        let chip = try SimulatedChip(lines: names)
        let biases: [GPIOSource.Bias] = [.asIs, .disabled, .pullUp, .pullDown]
        // Eight sorts of flags and three periods; the ninth line shares its flags with the first, so that silence is new.
        let points = names.enumerated().map { index, name in
            var point = point(PointID(rawValue: name), name, index == 0 ? .helpButton : .roomDoor)
            point.debounce = index == 0 || index == 8 ? .zero : .milliseconds(4 * (1 + index % 3))
            let active: Polarity = index < 8 && index >= 4 ? .low : .high
            point.source = .gpio(
                GPIOSource(chip: chipName, line: .name(name), active: active, bias: biases[index % 4]))
            return point
        }
        try expectRefusal(of: points, on: chip)
        let under = try inputs(of: chip, points)
        let chatter = try ChatteringLine(path: try chip.pullPath(of: "LINE8"))
        #expect(under.turn { under.floods(of: "LINE8") >= 1 })
        for press in 0..<4 {
            try chip.pull("LINE0", high: press % 2 == 0)
            let expected: PointState = press % 2 == 0 ? .active : .normal
            #expect(under.turn(limit: .milliseconds(500)) { under.readings(of: "LINE0").last?.state == expected })
        }
        chatter.stop()
        #expect(under.turn(limit: .seconds(3)) { under.readings(of: "LINE8").last?.state == .normal })
    }

    /// The kernel takes the lines as they are, and libgpiod does not leave off the edges of the last.
    private func expectRefusal(of points: [PointConfiguration], on chip: SimulatedChip) throws {
        var settings = points.enumerated().compactMap { offset, point in
            if case .gpio(let source) = point.source {
                InputLine(source: source, points: [point]).input(at: offset)
            } else {
                nil
            }
        }
        let request = try GPIOChip(path: "/dev/\(try chip.kernelName())").request(settings, consumer: "test")
        settings[settings.count - 1].reportsEdges = false
        do throws(GPIOError) {
            try request.reconfigure(settings)
            Issue.record("the library takes more ways than ten")
        } catch {
            #expect(error.code == E2BIG)
        }
    }

    @Test("see what a door says that chattered beyond what the kernel's debouncer lets rest")
    func debouncedFlood() throws {
        let chip = try SimulatedChip(lines: ["DOOR"])
        let under = try inputs(of: chip, [point("door", "DOOR", .roomDoor, debounce: .milliseconds(100))])
        let chatter = try ChatteringLine(path: try chip.pullPath(of: "DOOR"))
        // What the kernel lets through meanwhile depends on when it samples; nothing may be the answer.
        let end = BootTime.now() + .seconds(2)
        _ = under.turn { .now() >= end }
        chatter.stop()
        try chip.pull("DOOR", high: true)
        #expect(under.turn { under.readings(of: "door").last?.state == .active })
        try chip.pull("DOOR", high: false)
        #expect(under.turn { under.readings(of: "door").last?.state == .normal })
    }

    @Test("hold the good lines when another is busy or missing, and take it when it is free")
    func busyLine() throws {
        let chip = try SimulatedChip(lines: ["HELP1", "DOOR"])
        let under: LinesUnderTest
        do {
            let other = try GPIOChip(path: "/dev/\(try chip.kernelName())")
            let holder = try other.request([GPIOInput(offset: 1)], consumer: "gpiomon")
            under = try inputs(of: chip, [point("help-1", "HELP1"), point("door", "DOOR"), point("mail", "MAIL")])
            #expect(holder.offsets == [1])
        }
        #expect(under.readings(of: "help-1").map(\.quality) == [.good])
        #expect(under.readings(of: "door").map(\.quality) == [.fault])
        guard case .lost(let busy) = under.conditions(of: "gpio:booth-io/DOOR").first,
            case .lost(let missing) = under.conditions(of: "gpio:booth-io/MAIL").first
        else {
            Issue.record("the lines are not reported lost: \(under.reports)")
            return
        }
        #expect(busy.code == .busy && busy.message.en.contains("gpiomon"))
        #expect(missing.code == .missing && missing.message.en.contains("HELP1, DOOR"))
        under.lines?.tick(at: .now() + .seconds(11))
        #expect(under.conditions(of: "gpio:booth-io/DOOR").last == .found)
        #expect(under.conditions(of: "gpio:booth-io/MAIL").count == 1)
        try chip.pull("DOOR", high: true)
        #expect(under.turn { under.readings(of: "door").last?.state == .active })
    }

    @Test("lose a chip that is unplugged once, and find it again under another number")
    func unplugged() throws {
        let chip = try SimulatedChip(lines: ["HELP1", "DOOR"])
        let under = try inputs(of: chip, [point("help-1", "HELP1"), point("door", "DOOR")])
        let before = try chip.kernelName()
        try chip.unplug()
        #expect(under.turn(limit: .seconds(3)) { under.conditions(of: "gpio:booth-io").count == 2 })
        guard case .lost(let fault) = under.conditions(of: "gpio:booth-io").last else {
            Issue.record("not reported lost")
            return
        }
        #expect(fault.code == .disconnected)
        #expect(under.readings(of: "help-1").last?.quality == .stale)
        #expect(under.readings(of: "door").last?.quality == .stale)

        // Somebody else takes its number.
        let other = try SimulatedChip(lines: ["X"])
        try chip.plugIn()
        try chip.pull("DOOR", high: true)
        #expect(try chip.kernelName() != before)
        #expect(under.turn(limit: .seconds(5)) { under.conditions(of: "gpio:booth-io").last == .found })
        #expect(under.conditions(of: "gpio:booth-io").count == 3)
        #expect(under.readings(of: "help-1").last?.quality == .good)
        try chip.pull("HELP1", high: true)
        #expect(under.turn { under.readings(of: "help-1").last?.state == .active })
        #expect(under.readings(of: "door").last?.state == .active)
        withExtendedLifetime(other) {}
    }

    @Test("keep quiet while nothing happens after a chip is lost")
    func noSpin() throws {
        let chip = try SimulatedChip(lines: ["HELP1"])
        let under = try inputs(of: chip, [point("help-1", "HELP1")])
        try chip.unplug()
        #expect(under.turn(limit: .seconds(3)) { under.conditions(of: "gpio:booth-io").count == 2 })
        let reported = under.reports.count
        var turns = 0
        _ = under.turn(limit: .seconds(1)) {
            turns += 1
            return false
        }
        #expect(turns < 10)
        #expect(under.reports.count == reported)
    }

    @Test("read levels every five seconds")
    func levelTimer() throws {
        let chip = try SimulatedChip(lines: ["HELP1"])
        let under = try inputs(of: chip, [point("help-1", "HELP1")])
        let due = try #require(under.lines?.nextDeadline)
        #expect(due - .now() <= .seconds(5))
        try chip.pull("HELP1", high: true)
        // Nobody turns the loop: the timer alone has to see it.
        under.lines?.tick(at: due)
        #expect(under.readings(of: "help-1").last?.state == .active)
    }

    @Test("agree with the level after random pulls", arguments: 1...5 as ClosedRange<UInt64>)
    func randomPulls(seed: UInt64) throws {
        let names = (0..<8).map { "LINE\($0)" }
        let chip = try SimulatedChip(lines: names)
        let points = names.map { point(PointID(rawValue: $0), $0, .roomDoor, debounce: .zero) }
        let under = try inputs(of: chip, points)
        var levels = [Bool](repeating: false, count: names.count)
        var state = seed
        for _ in 0..<1000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let line = Int(state >> 33) % names.count
            levels[line].toggle()
            try chip.pull(names[line], high: levels[line])
            if state >> 60 == 0 { under.turnOnce() }
        }
        for (line, name) in names.enumerated() {
            let expected: PointState = levels[line] ? .active : .normal
            #expect(under.turn { under.readings(of: PointID(rawValue: name)).last?.state == expected }, "\(name)")
        }
    }

    private func inputs(of chip: SimulatedChip, _ points: [PointConfiguration]) throws -> LinesUnderTest {
        try LinesUnderTest(chip: GPIOChipConfiguration(name: chipName, chip: .label(chip.label)), points: points)
    }

    private func point(
        _ id: PointID, _ line: String, _ kind: PointKind = .helpButton, active: Polarity = .high,
        debounce: Duration = .milliseconds(10)
    ) -> PointConfiguration {
        PointConfiguration(
            id: id, kind: kind, source: .gpio(GPIOSource(chip: chipName, line: .name(line), active: active)),
            debounce: debounce, classification: nil)
    }
}
