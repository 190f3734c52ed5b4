// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import BoothSensing
import Modbus

// A technician at a Modbus bus: lent whole, or read from between two polls.
extension Agent {
    /// Closes a bus for a client, whose fault it has until that client's connection ends, however it ends.
    func lend(_ name: String, to replier: ControlReplier) {
        guard let refusal = refusal(of: name, to: replier.caller) else {
            let mailbox = mailbox
            let loan = BusLoan { mailbox.post(.returned(bus: name)) }
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
        if let refusal = refusal(of: read.bus, to: replier.caller) { return replier.answer(.refused(refusal)) }
        guard let bus = bus(named: read.bus) else {
            return replier.answer(.refused(.readFailed(.notOpen)))
        }
        let transport = configuration.buses.first { $0.name == read.bus }?.transport
        let request = ReadRequest(
            unit: read.unit, table: DataTable(read.table), address: read.address, count: read.count)
        bus.read(request) { result in
            switch result {
            case .success(let values): replier.answer(.values(values))
            case .failure(let error): replier.answer(.refused(.readFailed(ReadFailure(error, on: transport))))
            }
        }
    }

    /// The borrower's connection has ended.
    func takeBack(_ name: String) {
        guard borrowers.removeValue(forKey: name) != nil else { return }
        bus(named: name)?.takeBack()
    }

    /// Why a caller may not have a bus now. Reads count as acts: some units forget what they counted once it is read.
    private func refusal(of name: String, to caller: Caller) -> ControlError? {
        guard caller.mayAct() else { return .permissionDenied }
        guard configuration.buses.contains(where: { $0.name == name }) else { return .invalidParameter("bus") }
        return borrowers[name].map { .unavailable(Self.lent(to: $0)) }
    }

    private static func lent(to borrower: PeerCredentials) -> Message {
        Message(
            zh: "已借给进程 \(borrower.pid)（用户 \(borrower.uid)），boothctl modbus scan 结束后自动恢复；等它结束，或 kill \(borrower.pid)",
            en:
                "lent to process \(borrower.pid) of user \(borrower.uid), and taken back when boothctl modbus scan ends; "
                + "wait for it, or kill \(borrower.pid)")
    }
}
