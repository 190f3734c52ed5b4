// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Testing

@testable import BoothSensing

@Suite("What a register says, and what of it is believed")
struct PointReadingsTests {
    private static let bus = ModbusBusConfiguration(
        name: "bus", transport: .tcp(host: "127.0.0.1", port: 502), responseTimeout: .seconds(1))

    private static let bands = LoopBands(short: 0...99, normal: 100...599, alarm: 600...899, cut: 900...1023)

    private func register(
        loop: LoopBands? = nil, bit: Int? = nil, plausible: ClosedRange<Int>? = nil, counter: Bool = false,
        table: ModbusTable = .inputRegister
    ) -> ModbusSource {
        var source = ModbusSource(bus: "bus", unit: 1, table: table, address: 7, bit: bit, poll: .milliseconds(200))
        source.plausible = plausible
        source.counter = counter
        return source
    }

    /// Gives one word after the other and says what was told.
    private func told(
        _ source: ModbusSource, loop: LoopBands? = nil, remembered: Int? = nil, state: PointState = .unknown,
        isImplausible: Bool = false, every spacing: Duration = .seconds(1), _ words: [UInt16]
    ) -> [String] {
        let memory = InputMemory(state: state, counter: remembered, isImplausible: isImplausible)
        var readings = PointReadings(lasting: 3, remembered: ["p": memory])
        let configuration = PointConfiguration(
            id: "p", kind: .contact, source: .modbus(source), debounce: .zero, loop: loop, classification: nil)
        guard let point = PolledPoint(configuration, on: "bus") else { return ["no point"] }
        let request = PollPlan([point], bus: Self.bus).requests[0]
        return words.enumerated().map { index, word in
            let at = BootTime(nanoseconds: 0) + spacing * index
            return readings.apply([word], for: request, at: at).map(short).joined(separator: ", ")
        }
    }

    private func short(_ report: SensorReport) -> String {
        switch report {
        case .reading(let reading): "\(reading.state) \(reading.value.map(String.init) ?? "-") \(reading.quality)"
        case .counted(let presses): "\(presses.count) presses to \(presses.value)"
        case .device(let report):
            if case .lost(let fault) = report.condition {
                "\(report.device) \(fault.code)"
            } else {
                "\(report.device) found"
            }
        case .missed(let missed): "missed \(missed.count.map(String.init) ?? "some")"
        case .flood: "flood"
        }
    }

    @Test("a single 65535 is quality, and the last state and value stand")
    func single() {
        #expect(
            told(register(), [1, 65535, 1, 65535, 65535, 1]) == [
                "active 1 good", "active 1 fault", "active 1 good", "active 1 fault", "", "active 1 good",
            ])
        #expect(told(register(), [65535]) == ["unknown - fault"])
    }

    @Test("65535 that lasts is believed of a whole register and of its bits")
    func lastingRegister() {
        #expect(
            told(register(), [0, 65535, 65535, 65535, 65535, 0]).suffix(4) == [
                "", "active 65535 good", "", "normal 0 good",
            ])
        #expect(told(register(bit: 4), [0, 65535, 65535, 65535]).last == "active 65535 good")
    }

    @Test("65535 that lasts is believed in a band of the loop, and is a fault outside of all")
    func lastingLoop() {
        var open = Self.bands
        open.cut = 900...65535
        #expect(told(register(), loop: open, [300, 65535, 65535, 65535]).last == "cut 65535 good")
        #expect(
            told(register(), loop: Self.bands, [300, 65535, 65535, 65535, 65535, 300]) == [
                "normal 300 good", "normal 300 fault", "", "value:p implausible", "", "normal 300 good",
            ])
    }

    @Test("a value outside of its range or in no band never counts, and is one fault when it lasts")
    func outside() {
        let source = register(plausible: 0...4095)
        #expect(
            told(source, [5, 5000, 0, 5000, 65535, 6000, 5000]).map { $0.contains("good") } == [
                true, false, true, false, false, false, false,
            ])
        #expect(
            told(source, [5, 5000, 65535, 6000, 6000, 5]).suffix(3) == [
                "value:p implausible", "", "active 5 good",
            ])
        #expect(
            told(register(), loop: Self.bands, [300, 2000, 300]) == [
                "normal 300 good", "normal 300 fault", "normal 300 good",
            ])
    }

    @Test("a fault of values that come and go is one, and over when a minute was plausible")
    func comesAndGoes() {
        let words = (0..<200).map { UInt16($0 % 4 == 3 ? 300 : 2000) } + [UInt16](repeating: 300, count: 100)
        let faults = told(register(), loop: Self.bands, words).enumerated().filter { $0.element.contains("value:p") }
        #expect(faults.map(\.element) == ["value:p implausible", "value:p found"])
        #expect(faults.map(\.offset) == [2, 259])
        let missing = [UInt16](repeating: 300, count: 61)
        #expect(told(register(), loop: Self.bands, isImplausible: true, missing).last == "value:p found")
        #expect(told(register(), loop: Self.bands, missing).last == "")
        #expect(
            told(register(), loop: Self.bands, isImplausible: true, [2000, 2000, 2000, 2000]) == [
                "unknown - fault", "", "value:p implausible", "",
            ])
    }

    @Test("what lasts for less than half a second is an accident, however fast the polls are")
    func fastPolls() {
        let words = [UInt16](repeating: 65535, count: 60)
        let first = told(register(), every: .milliseconds(10), [0] + words).firstIndex { $0.contains("active") }
        #expect(first == 51)
        let fault = told(register(), loop: Self.bands, every: .milliseconds(10), words)
            .firstIndex { $0.contains("implausible") }
        #expect(fault == 50)
    }

    @Test("a range that has 65535 makes it a value like any other, and a bit is always what it is")
    func covered() {
        #expect(told(register(plausible: 0...65535), [65535]) == ["active 65535 good"])
        #expect(told(register(table: .discreteInput), [1, 0]) == ["active 1 good", "normal 0 good"])
    }

    @Test("a value between two bands opens one alarm and not a hundred")
    func hysteresis() {
        var bands = Self.bands
        bands.hysteresis = 20
        let swinging = told(register(), loop: bands, [590, 600, 599, 601, 590, 580, 579])
        #expect(
            swinging.map { $0.split(separator: " ").first ?? "" } == [
                "normal", "active", "active", "active", "active", "active", "normal",
            ])
    }

    @Test("a value between two bands is after a restart what it was before")
    func hysteresisOverRestart() {
        var bands = Self.bands
        bands.hysteresis = 20
        #expect(told(register(), loop: bands, state: .active, [590, 579]) == ["active 590 good", "normal 579 good"])
        #expect(told(register(), loop: bands, state: .normal, [590]) == ["normal 590 good"])
        #expect(told(register(), loop: bands, state: .active, [2000, 590]).last == "active 590 good")
    }

    @Test("an implausible read between does not end what the loop remembers")
    func hysteresisOverDoubt() {
        var bands = Self.bands
        bands.hysteresis = 20
        #expect(told(register(), loop: bands, [650, 2000, 590]).last == "active 590 good")
    }

    @Test("each increment is a press, told before the reading, over 65535 too")
    func increments() {
        let source = register(counter: true)
        #expect(
            told(source, [5, 5, 6, 8]) == [
                "normal 5 good", "", "1 presses to 6, normal 6 good", "2 presses to 8, normal 8 good",
            ])
        #expect(told(source, [65534, 1]).last == "3 presses to 1, normal 1 good")
        #expect(
            told(source, [65534, 65535, 65535, 65535]) == [
                "normal 65534 good", "normal 65534 fault", "1 presses to 65535, normal 65535 good", "",
            ])
        #expect(told(source, [65534, 65535, 0]).last == "2 presses to 0, normal 0 good")
    }

    @Test("what was pressed while nobody looked is told with the first read")
    func remembered() {
        let source = register(counter: true)
        #expect(told(source, remembered: 40, [43]) == ["3 presses to 43, normal 43 good"])
        #expect(told(source, remembered: 40, [40]) == ["normal 40 good"])
        #expect(told(source, [40]) == ["normal 40 good"])
    }

    @Test("a counter that went back was reset: its presses since count, and some may be lost")
    func reset() {
        let source = register(counter: true)
        #expect(
            told(source, [5000, 3, 3]) == [
                "normal 5000 good", "normal 5000 fault", "3 presses to 3, missed some, normal 3 good",
            ])
        #expect(
            told(source, remembered: 5000, [0, 0, 1]) == [
                "unknown - fault", "missed some, normal 0 good", "1 presses to 1, normal 1 good",
            ])
    }

    @Test("a counter that leapt further than anybody presses, or is another unit's, is one press and a gap")
    func leap() {
        let source = register(counter: true)
        #expect(told(source, [5, 25]).last == "20 presses to 25, normal 25 good")
        #expect(
            told(source, [5, 26, 26, 27]) == [
                "normal 5 good", "normal 5 fault", "1 presses to 26, missed some, normal 26 good",
                "1 presses to 27, normal 27 good",
            ])
        #expect(told(source, [5000, 5200, 5201]).last == "2 presses to 5201, missed some, normal 5201 good")
        #expect(told(source, [5000, 300, 300]).last == "1 presses to 300, missed some, normal 300 good")
        #expect(told(source, remembered: 40, [140, 140]).last == "1 presses to 140, missed some, normal 140 good")
        #expect(!told(source, [65000, 65535, 65535, 65535]).joined().contains("presses"))
    }

    @Test("of a slow poll more presses are believed")
    func slowPoll() {
        var source = register(counter: true)
        source.poll = .seconds(10)
        #expect(told(source, [5, 105]).last == "100 presses to 105, normal 105 good")
    }

    @Test("a counter with a range of its own begins again after its end")
    func ownRange() {
        let source = register(plausible: 0...9999, counter: true)
        #expect(told(source, [9999, 0]).last == "1 presses to 0, normal 0 good")
        #expect(told(source, [9998, 1]).last == "3 presses to 1, normal 1 good")
    }

    @Test("a counter that is at 65535 when it is first read begins there once that lasts")
    func firstAllOnes() {
        let source = register(counter: true)
        #expect(
            told(source, [65535, 65535, 65535, 0]) == [
                "unknown - fault", "", "normal 65535 good", "1 presses to 0, normal 0 good",
            ])
        #expect(told(source, [65535, 65535, 7, 8]).last == "1 presses to 8, normal 8 good")
    }

    @Test("a counter that says 0 for a while and comes back has pressed nothing by that")
    func away() {
        let source = register(counter: true)
        #expect(
            told(source, [500, 0, 0, 500, 501]) == [
                "normal 500 good", "normal 500 fault", "missed some, normal 0 good", "normal 500 good",
                "1 presses to 501, normal 501 good",
            ])
        #expect(told(source, [500, 0, 0, 0, 502]).last == "2 presses to 502, normal 502 good")
        #expect(told(source, [500, 0, 0, 1, 501, 501]).last == "1 presses to 501, missed some, normal 501 good")
    }

    @Test("a read that fits nothing presses nothing, however it came, and is a fault when it lasts")
    func strayReads() {
        let source = register(counter: true)
        #expect(
            told(source, [500, 3, 500, 501]) == [
                "normal 500 good", "normal 500 fault", "normal 500 good", "1 presses to 501, normal 501 good",
            ])
        #expect(told(source, [100, 65535, 100]).last == "normal 100 good")
        #expect(told(source, [65530, 65535, 65530]).last == "normal 65530 good")
        #expect(
            told(source, [100, 65535, 65535, 65535, 65535, 102]) == [
                "normal 100 good", "normal 100 fault", "", "value:p implausible", "",
                "2 presses to 102, normal 102 good",
            ])
        #expect(
            told(register(plausible: 0...9999, counter: true), [5, 20000, 20000, 20000, 6]).last
                == "1 presses to 6, normal 6 good")
    }

    @Test("a count goes on where it was when its unit comes back")
    func backAgain() throws {
        var readings = PointReadings()
        let configuration = PointConfiguration(
            id: "p", kind: .helpButton, source: .modbus(register(counter: true)), debounce: .zero, classification: nil)
        let point = try #require(PolledPoint(configuration, on: "bus"))
        let request = PollPlan([point], bus: Self.bus).requests[0]
        let now = BootTime(nanoseconds: 0)
        _ = readings.apply([7], for: request, at: now)
        #expect(readings.lose([point], to: .stale, at: now).map(short) == ["normal 7 stale"])
        #expect(readings.apply([9], for: request, at: now).map(short) == ["2 presses to 9", "normal 9 good"])
    }
}
