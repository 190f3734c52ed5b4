// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Testing

@testable import BoothSensing

@Suite("Outputs of a bus")
struct BusOutputsTests {
    private static func lamp(_ table: ModbusTable = .coil, active: Polarity = .high) -> OutputConfiguration {
        OutputConfiguration(
            id: "lamp", shows: .help,
            sink: .modbus(
                ModbusSource(bus: "bus", unit: 3, table: table, address: 7, active: active, poll: .seconds(1))))
    }

    private func at(_ milliseconds: Int64) -> BootTime { BootTime(nanoseconds: milliseconds * 1_000_000) }

    private func next(_ outputs: BusOutputs, at milliseconds: Int64, answers: Bool = true) -> ModbusRequest? {
        outputs.next(at: at(milliseconds)) { _ in answers }?.request
    }

    /// Writes what is due, as if the unit confirmed it.
    private func write(_ outputs: inout BusOutputs, at milliseconds: Int64) {
        guard let write = outputs.next(at: at(milliseconds), canBeWritten: { _ in true }) else { return }
        outputs.wrote(write)
    }

    @Test("a coil and a register are written by polarity, once, and only where the unit answers")
    func write() {
        let cases: [(OutputConfiguration, ModbusRequest, ModbusRequest)] = [
            (Self.lamp(), .writeCoil(unit: 3, address: 7, isOn: true), .writeCoil(unit: 3, address: 7, isOn: false)),
            (
                Self.lamp(active: .low), .writeCoil(unit: 3, address: 7, isOn: false),
                .writeCoil(unit: 3, address: 7, isOn: true)
            ),
            (
                Self.lamp(.holdingRegister), .writeRegister(unit: 3, address: 7, value: 1),
                .writeRegister(unit: 3, address: 7, value: 0)
            ),
        ]
        for (output, on, off) in cases {
            var outputs = BusOutputs([output], on: "bus")
            #expect(next(outputs, at: 0) == nil)
            outputs.drive("lamp", isOn: true, at: at(1))
            #expect(next(outputs, at: 1, answers: false) == nil)
            #expect(next(outputs, at: 1) == on)
            write(&outputs, at: 1)
            #expect(next(outputs, at: 2) == nil)
            outputs.drive("lamp", isOn: false, at: at(3))
            #expect(next(outputs, at: 3) == off)
        }
    }

    @Test("a lamp whose board was restarted is written again at once, and is no fault")
    func restartedBoard() {
        var outputs = BusOutputs([Self.lamp()], on: "bus")
        outputs.drive("lamp", isOn: true, at: at(0))
        write(&outputs, at: 0)
        #expect(outputs.apply(1, of: "lamp", at: at(1000)).isEmpty)
        #expect(outputs.apply(0, of: "lamp", at: at(2000)).isEmpty)
        #expect(next(outputs, at: 2000) == .writeCoil(unit: 3, address: 7, isOn: true))
    }

    @Test("an output that never reads back as written is one fault, tried on, and over when it does")
    func unwritten() {
        var outputs = BusOutputs([Self.lamp()], on: "bus")
        outputs.drive("lamp", isOn: true, at: at(0))
        var told: [SensorReport] = []
        for second in Int64(1)...10 where next(outputs, at: second * 5000) != nil {
            write(&outputs, at: second * 5000)
            told += outputs.apply(0, of: "lamp", at: at(second * 5000 + 1))
        }
        #expect(told.count == 1)
        guard case .device(let report)? = told.first, case .lost(let fault) = report.condition else {
            Issue.record("no fault: \(told)")
            return
        }
        #expect(report.device == .output("lamp"))
        #expect(fault.code == .unwritten)
        write(&outputs, at: 89_999)
        let over = outputs.apply(1, of: "lamp", at: at(90_000))
        #expect(over == [.device(DeviceReport(device: .output("lamp"), condition: .found, at: at(90_000)))])
    }

    @Test("a write that the unit refuses or ignores is one fault, and tried again after longer and longer")
    func refused() throws {
        let refusal = ModbusError(.writeCoil, code: 112_345_680)
        for error in [refusal, ModbusError(.writeCoil, code: 110)] {
            var outputs = BusOutputs([Self.lamp()], on: "bus")
            outputs.drive("lamp", isOn: true, at: at(0))
            var (told, time): ([SensorReport], Int64) = ([], 0)
            for round in 1...5 {
                let write = try #require(outputs.next(at: at(time), canBeWritten: { _ in true }))
                told += outputs.missed(write, error, at: at(time))
                #expect(next(outputs, at: time + 1) == nil)
                #expect(outputs.nextDeadline(after: at(time)) == at(time) + BusOutputs.pause * round)
                time += 2000 * Int64(round)
            }
            #expect(told.count == 1)
        }
    }

    @Test("what was written counts, not what was wanted when the unit confirmed it")
    func lateConfirmation() throws {
        var outputs = BusOutputs([Self.lamp()], on: "bus")
        outputs.drive("lamp", isOn: true, at: at(0))
        let write = try #require(outputs.next(at: at(0), canBeWritten: { _ in true }))
        outputs.drive("lamp", isOn: false, at: at(1))
        outputs.wrote(write)
        #expect(next(outputs, at: 2) == .writeCoil(unit: 3, address: 7, isOn: false))
    }

    @Test("a fault of the last run is over with the first read-back that is right")
    func standing() {
        var outputs = BusOutputs([Self.lamp()], on: "bus", standing: [.output("lamp")])
        outputs.drive("lamp", isOn: false, at: at(0))
        write(&outputs, at: 0)
        #expect(outputs.apply(0, of: "lamp", at: at(1)).count == 1)
        #expect(outputs.apply(0, of: "lamp", at: at(2)).isEmpty)
    }

    @Test("when the agent ends, whatever may be lit is switched off")
    func rest() throws {
        var outputs = BusOutputs([Self.lamp()], on: "bus")
        outputs.drive("lamp", isOn: true, at: at(0))
        let lost = try #require(outputs.next(at: at(0), canBeWritten: { _ in true }))
        // Perhaps it was carried out, and only its confirmation was lost.
        _ = outputs.missed(lost, ModbusError(.writeCoil, code: 110), at: at(5))
        outputs.drive("lamp", isOn: false, at: at(6))
        outputs.rest(at: at(10))
        #expect(next(outputs, at: 10) == .writeCoil(unit: 3, address: 7, isOn: false))
        // At the end there is no later: at once again.
        let again = try #require(outputs.next(at: at(10), canBeWritten: { _ in true }))
        _ = outputs.missed(again, ModbusError(.writeCoil, code: 110), at: at(11))
        #expect(next(outputs, at: 11) == .writeCoil(unit: 3, address: 7, isOn: false))
        write(&outputs, at: 11)
        #expect(next(outputs, at: 12) == nil)
    }
}
