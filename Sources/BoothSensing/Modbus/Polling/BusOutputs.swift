// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// The outputs of a bus: the wanted value, the written value, and whether it was read back. Pure.
///
/// A unit forgets its outputs when it loses power. So each output is read back once a second, like an input, and
/// written again if it differs. A lamp does not stay dark because a board was restarted.
struct BusOutputs {
    static let readBack = Duration.seconds(1)
    /// The pause before repeating a write that was refused, ignored or not read back. It is multiplied by the number of
    /// failures, up to `mostPauses`.
    static let pause = Duration.seconds(2)
    static let mostPauses = 15
    /// How many failures in a row before an output is reported.
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
        /// Whether the output failed in the last run, and this run has not reported it yet.
        var isOld = false
    }

    private var outputs: [Output]
    private var isResting = false

    /// - Parameter standing: devices that were lost when the last run ended.
    init(_ configurations: [OutputConfiguration], on bus: String, standing: Set<DeviceID> = []) {
        outputs = configurations.compactMap { output in
            guard case .modbus(let sink) = output.sink, sink.bus == bus else { return nil }
            let isFailed = standing.contains(.output(output.id))
            return Output(id: output.id, sink: sink, isFailed: isFailed, isOld: isFailed)
        }
    }

    var isEmpty: Bool { outputs.isEmpty }

    /// One write request that gives an output its wanted value.
    struct Write {
        var index: Int
        var isOn: Bool
        var request: ModbusRequest
        /// Since when the write waits.
        var since: BootTime
    }

    /// Sets the wanted value of an output; replaces an earlier one.
    mutating func drive(_ id: String, isOn: Bool, at now: BootTime) {
        for index in outputs.indices where outputs[index].id == id && outputs[index].isOn != isOn {
            outputs[index].isOn = isOn
            outputs[index].wantedSince = now
        }
    }

    /// Switches every output off, for the end of the run.
    mutating func rest(at now: BootTime) {
        guard !isResting else { return }
        isResting = true
        for index in outputs.indices where outputs[index].isOn != nil {
            outputs[index].isOn = false
            outputs[index].notBefore = now
        }
    }

    /// The next write: the one that has waited longest.
    ///
    /// - Parameter canBeWritten: whether the unit answers.
    func next(at now: BootTime, canBeWritten: (Int) -> Bool) -> Write? {
        outputs.indices.filter { isDue($0) && outputs[$0].notBefore <= now && canBeWritten(outputs[$0].sink.unit) }
            .map { write($0) }
            .min { $0.since < $1.since }
    }

    func nextDeadline(after now: BootTime) -> BootTime? {
        outputs.indices.filter { isDue($0) && outputs[$0].notBefore > now }.map { outputs[$0].notBefore }.min()
    }

    private func isDue(_ index: Int) -> Bool {
        outputs[index].isOn != nil && outputs[index].isOn != outputs[index].written
    }

    private func write(_ index: Int) -> Write {
        let (sink, isOn) = (outputs[index].sink, outputs[index].isOn ?? false)
        let isSet = isOn == (sink.active == .high)
        let request: ModbusRequest =
            sink.table == .holdingRegister
            ? .writeRegister(unit: sink.unit, address: sink.address, value: isSet ? 1 : 0)
            : .writeCoil(unit: sink.unit, address: sink.address, isOn: isSet)
        return Write(
            index: index, isOn: isOn, request: request, since: max(outputs[index].wantedSince, outputs[index].notBefore)
        )
    }

    mutating func wrote(_ write: Write) {
        outputs[write.index].written = write.isOn
    }

    /// The write was refused or not confirmed, so the output's value is unknown.
    mutating func missed(_ write: Write, _ error: ModbusError, at now: BootTime) -> [SensorReport] {
        let (id, sink) = (outputs[write.index].id, outputs[write.index].sink)
        let reports = fail(write.index, .refusedOutput(id, sink, error), at: now)
        outputs[write.index].written = nil
        // While stopping there is no pause, since there is no later.
        let pauses = isResting ? 0 : min(Self.mostPauses, outputs[write.index].failures)
        outputs[write.index].notBefore = now + Self.pause * pauses
        return reports
    }

    /// The unit refuses or ignores the read-back of output `id`.
    mutating func unread(_ id: String, _ error: ModbusError, at now: BootTime) -> [SensorReport] {
        guard let index = outputs.firstIndex(where: { $0.id == id }), !isToldFailed(index) else { return [] }
        outputs[index].failures = Self.patience
        return fail(index, .refusedOutput(id, outputs[index].sink, error), at: now)
    }

    /// Applies the read-back `word` of output `id`, as the unit gave it.
    mutating func apply(_ word: UInt16, of id: String, at now: BootTime) -> [SensorReport] {
        guard let index = outputs.firstIndex(where: { $0.id == id }), let written = outputs[index].written else {
            return []
        }
        guard (word != 0) == (written == (outputs[index].sink.active == .high)) else {
            // Write again at once the first time: a restarted board is not a fault.
            outputs[index].written = nil
            if outputs[index].failures > 0 {
                outputs[index].notBefore = now + Self.pause * min(Self.mostPauses, outputs[index].failures)
            }
            return fail(index, .differingOutput(outputs[index].id, outputs[index].sink), at: now)
        }
        outputs[index].failures = 0
        guard outputs[index].isFailed else { return [] }
        outputs[index].isFailed = false
        return [.device(DeviceReport(device: .output(outputs[index].id), condition: .found, at: now))]
    }

    /// The unit was lost or found, so the values of its outputs are unknown.
    mutating func forget(unit: Int) {
        for index in outputs.indices where outputs[index].sink.unit == unit {
            outputs[index].written = nil
            outputs[index].failures = 0
        }
    }

    private mutating func fail(_ index: Int, _ fault: DeviceFault, at now: BootTime) -> [SensorReport] {
        outputs[index].failures += 1
        guard !isToldFailed(index), outputs[index].failures >= Self.patience else { return [] }
        (outputs[index].isFailed, outputs[index].isOld) = (true, false)
        return [.device(DeviceReport(device: .output(outputs[index].id), condition: .lost(fault), at: now))]
    }

    private func isToldFailed(_ index: Int) -> Bool { outputs[index].isFailed && !outputs[index].isOld }
}

extension DeviceFault {
    fileprivate static func refusedOutput(_ id: String, _ sink: ModbusSource, _ error: ModbusError) -> DeviceFault {
        let place = Message(zh: "总线 \(sink.bus) 单元 \(sink.unit)", en: "unit \(sink.unit) on bus \(sink.bus)")
        guard let exception = error.exception else {
            return DeviceFault(
                .silent,
                Message(
                    zh: "\(place.zh) 对输出 \(id) 的写入或回读没有应答；请核对其表与地址",
                    en: "\(place.en) does not answer to the output \(id); check its table and address"))
        }
        return DeviceFault(
            .refused,
            Message(
                zh: "\(place.zh) 拒绝输出 \(id)（异常码 \(exception)）；请核对其表与地址",
                en: "\(place.en) refuses the output \(id) (exception \(exception)); check its table and address"))
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
