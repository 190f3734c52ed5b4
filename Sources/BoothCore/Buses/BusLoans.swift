// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Which buses are lent to technicians, and why a bus cannot be lent.
struct BusLoans {
    private let buses: [ModbusBusConfiguration]
    private var borrowers: [String: (call: Input.CallID, peer: Peer)] = [:]

    init(_ buses: [ModbusBusConfiguration]) {
        self.buses = buses
    }

    /// Notes who borrows a bus. `refusal` comes first.
    ///
    /// - Returns: the fault that its points report while it is lent.
    mutating func lend(_ bus: String, to peer: Peer, for call: Input.CallID) -> DeviceFault {
        borrowers[bus] = (call, peer)
        return DeviceFault(.lent, Self.isLent(to: peer))
    }

    /// Ends the loan of a call that has ended.
    ///
    /// - Returns: the bus that it had borrowed; nil: none.
    mutating func takeBack(from call: Input.CallID) -> String? {
        guard let bus = borrowers.first(where: { $0.value.call == call })?.key else { return nil }
        borrowers[bus] = nil
        return bus
    }

    /// Why a client cannot use a bus now; nil: it can.
    ///
    /// - Parameters:
    ///   - line: the line on which the client expects the bus; nil: the client does not know it.
    ///   - busesOnLine: the configured buses on that line.
    func refusal(of name: String, on line: BusLine?, busesOnLine: [String]) -> ControlError? {
        let bus = buses.first { $0.name == name }
        if let line, !busesOnLine.contains(name) {
            if let own = busesOnLine.first { return .unavailable(Self.hasOtherName(own, line)) }
            if let bus { return .unavailable(Self.isOnOtherLine(BusLine(bus.transport), name, line)) }
        }
        guard bus != nil else { return .invalidParameter("bus") }
        return borrowers[name].map { .unavailable(Self.isLent(to: $0.peer)) }
    }

    /// Why a unit cannot be read now; nil: it can.
    func refusal(of read: ModbusRead, busesOnLine: [String]) -> ControlError? {
        if let refusal = refusal(of: read.bus, on: read.line, busesOnLine: busesOnLine) { return refusal }
        let canAsk = buses.first { $0.name == read.bus }?.canAsk(read.unit) != false
        return canAsk ? nil : .invalidParameter("unit")
    }

    private static func hasOtherName(_ own: String, _ line: BusLine) -> Message {
        Message(
            zh: "\(line.text) 由 boothd 持有，在它的配置里是总线 \(own)；请用这个名称，不带 --config",
            en: "boothd has \(line.text), as the bus \(own) of its own file; name that bus, without --config")
    }

    private static func isOnOtherLine(_ own: BusLine, _ name: String, _ line: BusLine) -> Message {
        Message(
            zh: "boothd 的总线 \(name) 是 \(own.text)，不是 \(line.text)；文件改过时 systemctl reload boothd，"
                + "文件不同时给总线另取名称",
            en: "the bus \(name) of boothd is \(own.text), and not \(line.text); where the file was changed, systemctl "
                + "reload boothd, where it is another, give its bus another name")
    }

    private static func isLent(to peer: Peer) -> Message {
        Message(
            zh: "已借给进程 \(peer.process)（用户 \(peer.user)），boothctl modbus scan 结束后自动恢复；等它结束，或 kill \(peer.process)",
            en: "lent to process \(peer.process) of user \(peer.user), and taken back when boothctl modbus scan ends; "
                + "wait for it, or kill \(peer.process)")
    }
}
