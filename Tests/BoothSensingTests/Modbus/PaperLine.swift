// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

@testable import BoothSensing

/// One bus on paper: what its poller asks, and what is answered, in a time of its own.
struct PaperLine {
    /// What came of a question, and how many milliseconds later.
    typealias Reply = (answer: BusAnswer, after: Int64)

    static let timeout = ModbusError(.read(.holdingRegisters), code: 110)
    static let responseTimeout: Int64 = 200

    var poller: BusPoller
    /// Since the start.
    private(set) var now: Int64 = 0
    /// Everything that was told, with its time.
    private(set) var reports: [(at: Int64, report: SensorReport)] = []
    private(set) var asked: [(at: Int64, question: BusPoller.Question)] = []

    init(
        _ points: [PointConfiguration], outputs: [OutputConfiguration] = [],
        transport: ModbusBusConfiguration.Transport = .serial(
            path: "/dev/null", baud: 9600, parity: .none, stopBits: 1),
        units: [Int: ModbusUnitConfiguration] = [:], standing: Set<DeviceID> = []
    ) {
        var configuration = ModbusBusConfiguration(
            name: "bus", transport: transport, responseTimeout: .milliseconds(Self.responseTimeout))
        configuration.units = units
        let setup = BusSetup(configuration, points: points, outputs: outputs, unitSilent: 3, standing: standing) { _ in
        }
        poller = BusPoller(
            setup, ledger: UnitLedger(bus: "bus", units: Set(points.map { $0.unit })), start: Self.instant(0))
    }

    static func instant(_ milliseconds: Int64) -> BootTime {
        BootTime(nanoseconds: (1_000_000 + milliseconds) * 1_000_000)
    }

    static func point(_ unit: Int, _ address: Int, table: ModbusTable = .holdingRegister) -> PointConfiguration {
        PointConfiguration(
            id: PointID(rawValue: "p\(unit)-\(address)"), kind: .contact,
            source: .modbus(
                ModbusSource(bus: "bus", unit: unit, table: table, address: address, poll: .milliseconds(200))),
            debounce: .zero, classification: Classification(.help, .police, .routine))
    }

    static func lamp(_ unit: Int) -> OutputConfiguration {
        OutputConfiguration(
            id: "lamp", shows: .help,
            sink: .modbus(ModbusSource(bus: "bus", unit: unit, table: .coil, address: 7, poll: .seconds(1))))
    }

    /// What the devices were told to be, in order.
    var devices: [DeviceReport] {
        reports.compactMap { if case .device(let report) = $0.report { report } else { nil } }
    }

    /// Lets the bus run until `end`, each question answered by `reply`.
    mutating func run(until end: Int64, _ reply: (BusPoller.Question, Int64) -> Reply) {
        while now < end {
            switch poller.next(at: Self.instant(now)) {
            case .wait(let instant): pass(to: instant.map { ($0 - Self.instant(0)).milliseconds + 1 } ?? end, end)
            case .ask(let question): take(reply(question, now), question)
            }
        }
    }

    /// The next question, if one is asked before `end`.
    mutating func question(before end: Int64) -> BusPoller.Question? {
        while now < end {
            switch poller.next(at: Self.instant(now)) {
            case .wait(let instant): pass(to: instant.map { ($0 - Self.instant(0)).milliseconds + 1 } ?? end, end)
            case .ask(let question): return question
            }
        }
        return nil
    }

    mutating func take(_ reply: Reply, _ question: BusPoller.Question) {
        asked.append((now, question))
        now += reply.after
        let told = poller.apply(reply.answer, within: question.within, at: Self.instant(now))
        for report in told { reports.append((now, report)) }
    }

    /// Lets time go by.
    mutating func pass(to instant: Int64, _ end: Int64 = .max) {
        now = max(now, min(instant, end))
    }

    /// What a live unit says: its registers hold 1.
    static func ones(_ request: ModbusRequest) -> BusAnswer {
        if case .read(let read) = request { return .words([UInt16](repeating: 1, count: read.count)) }
        return .words([])
    }

    /// An exception, with libmodbus' number for it.
    static func exception(_ code: UInt8) -> BusAnswer {
        .exception(code, ModbusError(.read(.holdingRegisters), code: 112_345_678 + CInt(code)))
    }

    /// Nothing came for as long as was waited.
    static func silence(_ question: BusPoller.Question) -> Reply {
        (.nothing(timeout), question.within.milliseconds + 17)
    }
}

extension PointConfiguration {
    fileprivate var unit: Int {
        if case .modbus(let source) = source { source.unit } else { 0 }
    }
}
