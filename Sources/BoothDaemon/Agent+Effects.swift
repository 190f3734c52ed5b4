// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothCore
import BoothJournal
import BoothModel
import BoothSensing
import BoothUplink
import Modbus

// Carries out the core's effects.
extension Agent {
    func carryOut(_ effect: Effect) {
        switch effect {
        case .record(let entry): journal.record(entry)
        case .afterRecording(let token):
            journal.ask(.recorded { [mailbox] in mailbox.post(.input(.reached(token, isOnDisk: $0))) })
        case .ask(let question): ask(question)
        case .makeReport(let order): make(order)
        case .setStorageLimit(let bytes): journal.setLimit(bytes)

        case .fetch(let request, let target): journal.fetch(request, for: target)
        case .noteAttempt(let events, let target): journal.noteAttempt(of: events, by: target)
        case .noteReturn(let events, let target): journal.noteReturn(of: events, by: target)
        case .sendStatus(let id, let body, let target): uplinks[target]?.order(.status(id, body: body))
        case .retryNow(let target): uplinks[target]?.order(.retryNow)
        case .startTasks(let target, let cursor): uplinks[target]?.order(.startTasks(after: cursor))
        case .nextTasks(let target): uplinks[target]?.order(.tasksKept)

        case .drive(let output, let isOn): drive(output, isOn: isOn)
        case .lendBus(let name, let fault, let call): lend(name, fault, for: call)
        case .takeBackBus(let name): bus(named: name)?.takeBack()
        case .readBus(let read, let call): make(read, for: call)

        case .reply(let call, let answer): reply(answer, to: call)
        case .tell(let call, let step): tell(step, to: call)

        case .log(let entry): announcer.log(entry)
        case .ready(let line): announcer.ready(line)
        case .showStatus(let line): announcer.status(line)

        case .keepConfiguration: keeper.keep()
        case .readConfiguration: readConfiguration()
        case .startOver: if ending == nil, let nextFile { ending = .reload(nextFile) }
        case .releaseMemory: FreedMemory.giveBack()
        }
    }

    // MARK: The journal

    private func ask(_ question: JournalQuestion) {
        let answer: @Sendable (JournalAnswer) -> Void = { [mailbox] in mailbox.post(.input(.answered($0))) }
        switch question {
        case .recentEvents(let limit, let call):
            journal.ask(
                .recentEvents(limit: limit) { events in
                    answer(.recentEvents(events?.map { RecentEvent(key: $0.key, json: $0.event.json) }, call))
                })
        case .incidents(let all, let call):
            journal.ask(.incidents(all: all) { answer(.incidents($0, all: all, call)) })
        case .incident(let id, let call): journal.ask(.incident(id) { answer(.incident(id, $0, call)) })
        case .refusedIncident(let id, let call):
            journal.ask(.incident(id) { answer(.refusedIncident(id, $0, call)) })
        case .queues(let limit, let call): journal.ask(.queues(limit: limit) { answer(.queues($0, call)) })
        case .verify(let full, let call):
            journal.ask(.verify(full: full) { answer(.verified($0, full: full, call)) })
        case .retry(let event, let call):
            journal.retry(event) { back in
                let back = back?.map { JournalAnswer.PutBack(target: $0.target, event: $0.event) }
                answer(.retried(back, asked: event, call))
            }
        case .incidentOf(let receipt, let target):
            journal.ask(.incidentOfEvent(receipt.id) { answer(.incidentOf(receipt, from: target, $0)) })
        }
    }

    private func make(_ order: ReportOrder) {
        let reading = ReportReading(order) { [mailbox] in mailbox.post(.input(.report($0, order.purpose))) }
        journal.ask(.history(from: order.from, to: order.to, reading))
    }

    // MARK: Devices

    private func drive(_ output: OutputConfiguration, isOn: Bool) {
        switch output.sink {
        case .gpio: gpio?.drive(output.id, isOn: isOn)
        case .modbus(let sink): bus(named: sink.bus)?.drive(output.id, isOn: isOn)
        }
    }

    private func lend(_ name: String, _ fault: DeviceFault, for call: Input.CallID) {
        let lent: @Sendable () -> Void = { [mailbox] in mailbox.post(.input(.busLent(call))) }
        // A bus without points is not open, so there is nothing to close.
        if let bus = bus(named: name) { bus.lend(fault, lent: lent) } else { lent() }
    }

    private func make(_ read: ModbusRead, for call: Input.CallID) {
        let mailbox = mailbox
        let answer: @Sendable (Result<[UInt16], ReadFailure>) -> Void = {
            mailbox.post(.input(.busRead(call, bus: read.bus, $0)))
        }
        guard let bus = bus(named: read.bus) else { return answer(.failure(.notOpen)) }
        let transport = configuration.buses.first { $0.name == read.bus }?.transport
        let request = ReadRequest(
            unit: read.unit, table: DataTable(read.table), address: read.address, count: read.count)
        bus.read(request) { result in answer(result.mapError { ReadFailure($0, on: transport) }) }
    }

    // MARK: Clients

    private func reply(_ answer: ControlAnswer, to call: Input.CallID) {
        calls[call]?.answer(answer)
        // The client of a test gets more steps.
        if case .testing = answer { return }
        calls[call] = nil
    }

    private func tell(_ step: TestStep, to call: Input.CallID) {
        calls[call]?.tell(step)
        if step.stage == .end { calls[call] = nil }
    }
}
