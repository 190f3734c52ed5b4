// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import BoothSensing
import Modbus

// A technician at a Modbus bus: lent whole, or read from between two polls.
extension Agent {
    /// Closes a bus for a client, whose fault it has until that client's connection ends, however it ends.
    func lend(_ name: String, on line: BusLine?, to replier: ControlReplier) {
        guard let refusal = refusal(of: name, on: line) else {
            let mailbox = mailbox
            let loan = Hold { mailbox.post(.returned(bus: name)) }
            borrowers[name] = replier.caller.credentials
            // A bus without points is not open: there is nothing to close.
            guard let bus = bus(named: name) else { return replier.answer(.lent(loan)) }
            bus.lend(DeviceFault(.lent, Self.lent(to: replier.caller.credentials))) { replier.answer(.lent(loan)) }
            return
        }
        replier.answer(.refused(refusal))
    }

    /// Makes one read between two polls.
    func make(_ read: ModbusRead, for replier: ControlReplier) {
        if let refusal = refusal(of: read.bus, on: read.line) {
            return replier.answer(.refused(refusal))
        }
        guard configuration.buses.first(where: { $0.name == read.bus })?.canAsk(read.unit) != false else {
            return replier.answer(.refused(.invalidParameter("unit")))
        }
        guard let bus = bus(named: read.bus) else {
            return replier.answer(.refused(.readFailed(.notOpen)))
        }
        // The bus has a fault of its own long before a read finds that it is down, and with a better word.
        let known = deviceFaults[.bus(read.bus)]?.message
        let transport = configuration.buses.first { $0.name == read.bus }?.transport
        let request = ReadRequest(
            unit: read.unit, table: DataTable(read.table), address: read.address, count: read.count)
        bus.read(request) { result in
            switch result {
            case .success(let values): replier.answer(.values(values))
            case .failure(let error):
                var failure = ReadFailure(error, on: transport)
                if case .lost = failure, let known { failure = .lost(known) }
                replier.answer(.refused(.readFailed(failure)))
            }
        }
    }

    /// The borrower's connection has ended.
    func takeBack(_ name: String) {
        guard borrowers.removeValue(forKey: name) != nil else { return }
        bus(named: name)?.takeBack()
        memoryCare.noteBurst(at: .now())
    }

    /// Why a caller may not have a bus now.
    private func refusal(of name: String, on line: BusLine?) -> ControlError? {
        let bus = configuration.buses.first { $0.name == name }
        if let line, bus.map({ !BusLine($0.transport).isSame(as: line) }) ?? true {
            if let own = configuration.buses.first(where: { BusLine($0.transport).isSame(as: line) }) {
                return .unavailable(Self.otherName(own.name, of: line))
            }
            if let bus { return .unavailable(Self.otherLine(BusLine(bus.transport), of: name, line)) }
        }
        guard bus != nil else { return .invalidParameter("bus") }
        return borrowers[name].map { .unavailable(Self.lent(to: $0)) }
    }

    private static func otherName(_ name: String, of line: BusLine) -> Message {
        Message(
            zh: "\(line.text) 由 boothd 持有，在它的配置里是总线 \(name)；请用这个名称，不带 --config",
            en: "boothd has \(line.text), as the bus \(name) of its own file; name that bus, without --config")
    }

    private static func otherLine(_ own: BusLine, of name: String, _ line: BusLine) -> Message {
        Message(
            zh: "boothd 的总线 \(name) 是 \(own.text)，不是 \(line.text)；文件改过时 systemctl reload boothd，"
                + "文件不同时给总线另取名称",
            en: "the bus \(name) of boothd is \(own.text), and not \(line.text); where the file was changed, systemctl "
                + "reload boothd, where it is another, give its bus another name")
    }

    /// How the units that points and outputs are on have answered; others were read by hand, and nobody waits for them.
    func unitCounters() -> [UnitCounters] {
        var used: [String: Set<Int>] = [:]
        for case .modbus(let source) in configuration.points.map(\.source) {
            used[source.bus, default: []].insert(source.unit)
        }
        for case .modbus(let sink) in configuration.outputs.map(\.sink) {
            used[sink.bus, default: []].insert(sink.unit)
        }
        return modbus.flatMap(\.buses).flatMap(\.counters).filter { used[$0.bus]?.contains($0.unit) == true }
    }

    private static func lent(to borrower: PeerCredentials) -> Message {
        Message(
            zh: "已借给进程 \(borrower.pid)（用户 \(borrower.uid)），boothctl modbus scan 结束后自动恢复；等它结束，或 kill \(borrower.pid)",
            en:
                "lent to process \(borrower.pid) of user \(borrower.uid), and taken back when boothctl modbus scan ends; "
                + "wait for it, or kill \(borrower.pid)")
    }
}
