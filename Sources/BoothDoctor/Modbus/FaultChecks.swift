// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel

/// The faults that the running agent reports for units and what is on them. The agent heard the answers, so its faults
/// say more than counters.
struct FaultChecks {
    private let faults: [String: StatusReply.Fault]
    private let configuration: Configuration

    init(_ faults: [StatusReply.Fault], _ configuration: Configuration) {
        self.faults = Dictionary(faults.map { ($0.device.rawValue, $0) }) { first, _ in first }
        self.configuration = configuration
    }

    /// The unit's own fault, or else the faults of its points' addresses and of its outputs.
    func findings(of unit: Int, on bus: String) -> [Finding] {
        if let fault = self[.unit(unit, of: bus)] {
            return [finding(fault, "\(bus)/\(unit)", scan(fault, unit, bus))]
        }
        let points = configuration.points.filter { $0.modbusSource.map { ($0.bus, $0.unit) == (bus, unit) } ?? false }
        let outputs = configuration.outputs.filter { output in
            if case .modbus(let sink) = output.sink { (sink.bus, sink.unit) == (bus, unit) } else { false }
        }
        return points.compactMap { point in
            self[.address(of: point.id)].map { finding($0, point.id.rawValue, nil) }
        }
            + outputs.compactMap { output in self[.output(output.id)].map { finding($0, output.id, nil) } }
    }

    private subscript(device: DeviceID) -> StatusReply.Fault? { faults[device.rawValue] }

    /// Splits a fault's message: after the semicolon comes the next step.
    private func finding(_ fault: StatusReply.Fault, _ subject: String, _ more: Message?) -> Finding {
        let (zh, zhNext) = Self.halves(fault.message.zh, at: "；")
        let (en, enNext) = Self.halves(fault.message.en, at: "; ")
        let status = Message(zh: "boothctl status 会说明原因", en: "boothctl status says why")
        return .failure(
            .modbus, subject, Message(zh: zh, en: en),
            next: Message(
                zh: [zhNext, more?.zh].compactMap { $0 }.joined(separator: "；").nonEmpty ?? status.zh,
                en: [enNext, more?.en].compactMap { $0 }.joined(separator: "; ").nonEmpty ?? status.en))
    }

    /// A silent unit may have another address, so a scan helps. For other faults the scan shows what the units are.
    private func scan(_ fault: StatusReply.Fault, _ unit: Int, _ bus: String) -> Message {
        guard fault.code == .silent else {
            return Message(
                zh: "boothctl modbus scan \(bus) --units \(unit) 看实际是哪一种",
                en: "boothctl modbus scan \(bus) --units \(unit) shows what it is")
        }
        return Message(
            zh: "boothctl modbus scan \(bus) 找出它的波特率、地址与快慢",
            en: "boothctl modbus scan \(bus) finds its speed and address, and how slow it is")
    }

    private static func halves(_ text: String, at mark: String) -> (String, String?) {
        guard let range = text.firstRange(of: mark) else { return (text, nil) }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
