// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// The outputs of a bus: what each is to be, what was written to it, and whether it was read back so. Pure.
///
/// A unit that loses its power forgets what was written to it. So an output is read back like any input, once a second,
/// and written again when it shows something else: a lamp does not stay dark because a board was restarted.
struct BusOutputs {
    /// From one read-back to the next.
    static let readBack = Duration.seconds(1)
    /// A write that the unit refuses, or that is not read back, is repeated so much later.
    static let pause = Duration.seconds(2)
    /// So often in a row an output has to fail before it is told.
    static let patience = 3

    private struct Output {
        let id: String
        let sink: ModbusSource
        var isOn: Bool?
        var wantedSince = BootTime(nanoseconds: 0)
        var written: Bool?
        var notBefore = BootTime(nanoseconds: 0)
        var failures = 0
        var isFailed = false
    }

    private var outputs: [Output]

    init(_ configurations: [OutputConfiguration], on bus: String) {
        outputs = configurations.compactMap { output in
            guard case .modbus(let sink) = output.sink, sink.bus == bus else { return nil }
            return Output(id: output.id, sink: sink)
        }
    }

    /// What an output is to be from now on; the latest word counts.
    mutating func drive(_ id: String, isOn: Bool, at now: BootTime) {
        for index in outputs.indices where outputs[index].id == id && outputs[index].isOn != isOn {
            outputs[index].isOn = isOn
            outputs[index].wantedSince = now
        }
    }

    /// Everything off that was ever switched on, as it is to be left when nobody looks after it any more.
    mutating func rest(at now: BootTime) {
        for index in outputs.indices where outputs[index].written == true || outputs[index].isOn == true {
            outputs[index].isOn = false
            outputs[index].notBefore = now
        }
    }

    /// The output that has to be written first, and since when it waits.
    ///
    /// - Parameter canBeWritten: whether its unit answers.
    func next(at now: BootTime, canBeWritten: (Int) -> Bool) -> (index: Int, since: BootTime)? {
        outputs.indices.filter { isDue($0) && outputs[$0].notBefore <= now && canBeWritten(outputs[$0].sink.unit) }
            .map { ($0, since: max(outputs[$0].wantedSince, outputs[$0].notBefore)) }
            .min { $0.since < $1.since }
    }

    /// When a write that was put off is due.
    func nextDeadline(after now: BootTime) -> BootTime? {
        outputs.indices.filter { isDue($0) && outputs[$0].notBefore > now }.map { outputs[$0].notBefore }.min()
    }

    private func isDue(_ index: Int) -> Bool {
        outputs[index].isOn != nil && outputs[index].isOn != outputs[index].written
    }

    /// What to write to make `index` what it is to be.
    func request(_ index: Int) -> ModbusRequest {
        let sink = outputs[index].sink
        let isSet = (outputs[index].isOn ?? false) == (sink.active == .high)
        if sink.table == .holdingRegister {
            return .writeRegister(unit: sink.unit, address: sink.address, value: isSet ? 1 : 0)
        }
        return .writeCoil(unit: sink.unit, address: sink.address, isOn: isSet)
    }

    /// The unit confirmed the write.
    mutating func wrote(_ index: Int) {
        outputs[index].written = outputs[index].isOn
    }

    /// The write was refused, or nothing confirmed it: what the output shows is not known.
    mutating func missed(_ index: Int, _ error: ModbusError, at now: BootTime) -> [SensorReport] {
        outputs[index].written = nil
        outputs[index].notBefore = now + Self.pause
        // A unit that does not answer is a fault of its own, told by its polls.
        guard let exception = error.exception else { return [] }
        return fail(index, .refusedOutput(outputs[index].id, outputs[index].sink, exception), at: now)
    }

    /// A poll read what the output `id` shows; `word` as the unit gave it.
    mutating func take(_ word: UInt16, of id: String, at now: BootTime) -> [SensorReport] {
        guard let index = outputs.firstIndex(where: { $0.id == id }), let written = outputs[index].written else {
            return []
        }
        guard (word != 0) == (written == (outputs[index].sink.active == .high)) else {
            // Written again at once the first time: a board that was restarted is no fault.
            outputs[index].written = nil
            if outputs[index].failures > 0 { outputs[index].notBefore = now + Self.pause }
            return fail(index, .differingOutput(outputs[index].id, outputs[index].sink), at: now)
        }
        outputs[index].failures = 0
        guard outputs[index].isFailed else { return [] }
        outputs[index].isFailed = false
        return [.device(DeviceReport(device: .output(outputs[index].id), condition: .found, at: now))]
    }

    /// The unit went away or came back: nothing is known of what its outputs show.
    mutating func forget(unit: Int) {
        for index in outputs.indices where outputs[index].sink.unit == unit { outputs[index].written = nil }
    }

    private mutating func fail(_ index: Int, _ fault: DeviceFault, at now: BootTime) -> [SensorReport] {
        outputs[index].failures += 1
        guard !outputs[index].isFailed, outputs[index].failures >= Self.patience else { return [] }
        outputs[index].isFailed = true
        return [.device(DeviceReport(device: .output(outputs[index].id), condition: .lost(fault), at: now))]
    }
}

extension DeviceFault {
    fileprivate static func refusedOutput(_ id: String, _ sink: ModbusSource, _ exception: UInt8) -> DeviceFault {
        DeviceFault(
            .refused,
            Message(
                zh: "总线 \(sink.bus) 单元 \(sink.unit) 拒绝写入输出 \(id)（异常码 \(exception)）；请核对其表与地址",
                en: """
                    unit \(sink.unit) on bus \(sink.bus) refuses to write the output \(id) (exception \(exception)); \
                    check its table and address
                    """))
    }

    fileprivate static func differingOutput(_ id: String, _ sink: ModbusSource) -> DeviceFault {
        DeviceFault(
            .unwritten,
            Message(
                zh: "输出 \(id) 读回的与写入的不同；请检查总线 \(sink.bus) 单元 \(sink.unit) 的输出模式，或是否有别人在写",
                en: """
                    the output \(id) reads back otherwise than it was written; check the output mode of unit \
                    \(sink.unit) on bus \(sink.bus), and whether somebody else writes it
                    """))
    }
}
