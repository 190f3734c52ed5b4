// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import TestSupport
import Testing

@testable import BoothSensing

@Suite struct PollPlanTests {
    @Test("adjacent addresses of one unit and table are one request, at the fastest period")
    func adjacent() {
        let requests = plan([
            point(3), point(1), point(2), point(2, bit: 5), point(1, unit: 2), point(4, table: .coil),
            point(4, poll: .seconds(1)),
        ])
        #expect(
            requests.map(\.read) == [
                ReadRequest(unit: 1, table: .coils, address: 4, count: 1),
                ReadRequest(unit: 1, table: .inputRegisters, address: 1, count: 4),
                ReadRequest(unit: 2, table: .inputRegisters, address: 1, count: 1),
            ])
        #expect(requests[1].points.count == 5)
        #expect(requests[1].period == .milliseconds(100))
    }

    @Test("a hole is read where that is shorter than a request of its own", arguments: [9600, 115_200])
    func holes(baud: Int) {
        // 13 bytes, 7 characters of silence and 5 ms: at 9600 Bd as long as 12 registers.
        let most = baud == 9600 ? 12 : 56
        let near = plan([point(0), point(most)], serial(baud))
        #expect(near.map(\.read.count) == [most + 1])
        let far = plan([point(0), point(most + 3)], serial(baud))
        #expect(far.map(\.read.count) == [1, 1])
    }

    @Test("over TCP holes up to 32 registers or 256 bits are free")
    func holesOverTCP() {
        #expect(plan([point(0), point(33), point(67)], tcp).map(\.read.count) == [34, 1])
        let bits = [0, 257, 515].map { point($0, table: .coil) }
        #expect(plan(bits, tcp).map(\.read.count) == [258, 1])
    }

    @Test("points of other periods join where that costs the bus nothing")
    func periods() {
        // One byte more for each answer at 100 ms, or a request of 27 bytes' time every second.
        #expect(plan([point(0), point(1, poll: .seconds(1))]).map(\.read.count) == [2])
        #expect(plan([point(0), point(1, poll: .seconds(60))]).map(\.read.count) == [1, 1])
        // What is read anyway serves the slow as well.
        let between = plan([point(0), point(1, poll: .seconds(60)), point(2)])
        #expect(between.map(\.read.count) == [3])
        #expect(between[0].points.count == 3)
    }

    @Test("a plan takes no more of the bus than one request for each point, and serves each once", arguments: 0..<50)
    func cheaper(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let bus = seed.isMultiple(of: 2) ? serial(9600) : serial(115_200)
        let points = (0..<Int.random(in: 1...60, using: &random)).map { _ in
            point(
                Int.random(in: 0...150, using: &random), unit: Int.random(in: 1...3, using: &random),
                table: Bool.random(using: &random) ? .coil : .holdingRegister,
                poll: [.milliseconds(100), .milliseconds(500), .seconds(5)].randomElement(using: &random) ?? .seconds(1)
            )
        }
        let requests = plan(points, bus)
        let cost = WireCost(bus)
        func share(_ requests: [PollRequest]) -> Double {
            requests.map { Double(cost.time(of: $0.read).nanoseconds) / Double($0.period.nanoseconds) }.reduce(0, +)
        }
        #expect(share(requests) <= share(points.flatMap { plan([$0], bus) }) + 1e-9)
        #expect(requests.flatMap(\.points).count == points.count)
        for request in requests {
            #expect(request.read.count <= request.read.table.mostInOneRequest)
            for point in request.points {
                #expect(request.range.contains(point.source.address))
                #expect(request.period <= point.source.poll)
                #expect(request.read.unit == point.source.unit)
            }
        }
    }

    @Test(
        "a request stays within the protocol's limits",
        arguments: [(ModbusTable.discreteInput, 2000), (.inputRegister, 125)])
    func limits(table: ModbusTable, most: Int) {
        let requests = plan((0..<most * 2 + 1).map { point($0, table: table) })
        #expect(requests.map(\.read.count) == [most, most, 1])
        #expect(requests.map(\.read.address) == [0, most, 2 * most])
    }

    @Test("a unit that answers whole bytes is asked for whole bytes")
    func wholeBytes() {
        var bus = serial(9600)
        bus.units[1] = ModbusUnitConfiguration()
        bus.units[1]?.answersWholeBytes = true
        let points = [point(3, table: .discreteInput), point(9, table: .discreteInput), point(5)]
        let requests = plan(points + [point(3, unit: 2, table: .discreteInput)], bus)
        #expect(
            requests.map(\.read) == [
                ReadRequest(unit: 1, table: .discreteInputs, address: 0, count: 16),
                ReadRequest(unit: 1, table: .inputRegisters, address: 5, count: 1),
                ReadRequest(unit: 2, table: .discreteInputs, address: 3, count: 1),
            ])
        #expect(requests[0].split.map(\.read.address) == [0, 8])
        #expect(requests[0].split.map(\.read.count) == [8, 8])
        #expect(requests[0].split.allSatisfy { !$0.canSplit })
    }

    @Test("a refused request falls into its runs, then into halves, down to single addresses")
    func split() {
        let request = plan([point(1), point(2), point(2, bit: 3), point(3), point(6), point(8), point(9)])[0]
        #expect(request.range == 1..<10)
        let runs = request.split
        #expect(runs.map(\.range) == [1..<4, 6..<7, 8..<10])
        #expect(runs.map(\.points.count) == [4, 1, 2])
        #expect(runs[0].split.map(\.range) == [1..<2, 2..<4])
        #expect(runs.map(\.canSplit) == [true, false, true])
    }

    @Test("a split that is asked to the end leaves the refused addresses alone", arguments: 0..<20)
    func splitToTheEnd(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let refused = Set((0..<3).map { _ in Int.random(in: 0..<40, using: &random) })
        var open = plan((0..<40).filter { $0 % 7 != 3 }.map { point($0) }, serial(115_200))
        var marked: Set<Int> = []
        var served: Set<Int> = []
        while let request = open.popLast() {
            if refused.isDisjoint(with: request.range) {
                served.formUnion(request.points.map(\.source.address))
            } else if request.canSplit {
                open += request.split
            } else {
                marked.insert(request.read.address)
            }
        }
        #expect(marked == refused.filter { $0 % 7 != 3 })
        #expect(served.count + marked.count == (0..<40).filter { $0 % 7 != 3 }.count)
    }

    @Test("a request has the best priority of its points, and a point that raises nothing the lowest")
    func priorities() {
        let help = Classification(.help, .police, .help)
        let requests = plan([point(0), point(1, raises: help), point(0, unit: 2)])
        #expect(requests.map(\.priority) == [1, 4])
    }

    @Test("polarity, bit and loop decide what a word says")
    func states() {
        let loop = LoopBands(short: 0...100, normal: 101...600, alarm: 601...900, cut: 902...65535)
        #expect(point(0).state(of: 7) == .active)
        #expect(point(0).state(of: 0) == .normal)
        #expect(point(0, active: .low).state(of: 0) == .active)
        #expect(point(0, bit: 3).state(of: 0b1000) == .active)
        #expect(point(0, bit: 3).state(of: 0b0111) == .normal)
        #expect(point(0, bit: 3, active: .low).state(of: 0b0111) == .active)
        let words: [UInt16] = [0, 450, 750, 1023, 901]
        #expect(words.map { point(0, loop: loop).state(of: $0) } == [.short, .normal, .active, .cut, nil])
    }

    private func plan(_ points: [PolledPoint], _ bus: ModbusBusConfiguration? = nil) -> [PollRequest] {
        PollPlan(points, bus: bus ?? serial(9600)).requests
    }

    private func serial(_ baud: Int) -> ModbusBusConfiguration {
        ModbusBusConfiguration(
            name: "bus", transport: .serial(path: "/dev/ttyS0", baud: baud, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(100))
    }

    private var tcp: ModbusBusConfiguration {
        ModbusBusConfiguration(
            name: "bus", transport: .tcp(host: "192.0.2.1", port: 502), responseTimeout: .milliseconds(500))
    }

    private func point(
        _ address: Int, unit: Int = 1, table: ModbusTable = .inputRegister, bit: Int? = nil, active: Polarity = .high,
        poll: Duration = .milliseconds(100), loop: LoopBands? = nil, raises classification: Classification? = nil
    ) -> PolledPoint {
        let point = PolledPoint(
            PointConfiguration(
                id: "p", kind: .contact,
                source: .modbus(
                    ModbusSource(
                        bus: "bus", unit: unit, table: table, address: address, bit: bit, active: active, poll: poll)),
                debounce: .zero, loop: loop, classification: classification), on: "bus")
        // nil only for a point that is not on that bus
        return point!
    }
}
