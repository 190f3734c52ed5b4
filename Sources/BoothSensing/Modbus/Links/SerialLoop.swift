// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus

/// The loop of a serial bus's thread: makes the request that is due, waits for its answer, and reports the result.
///
/// Created and used on that thread.
final class SerialLoop {
    private let mailbox: Mailbox<BusLetter>
    private let deliver: ([SensorReport]) -> Void
    private var poller: BusPoller
    private var link: SerialLink
    private var isStopped = false

    init(_ bus: ModbusBus, _ line: SerialLine, _ mailbox: Mailbox<BusLetter>) {
        self.mailbox = mailbox
        deliver = bus.setup.deliver
        poller = BusPoller(bus.setup, ledger: bus.ledger, start: .now())
        link = SerialLink(bus.configuration, ledger: bus.ledger)
    }

    func run() {
        while !isStopped {
            let now = BootTime.now()
            switch poller.next(at: now) {
            case .wait(let instant): sleep(until: instant)
            case .ask(let question):
                ask(question)
                sleep(until: now)
            }
        }
        let end = BootTime.now() + ModbusThread.restTime
        while BootTime.now() < end, let question = poller.rest(at: .now()) { ask(question) }
        link.close()
    }

    private func ask(_ question: BusPoller.Question) {
        let answer = link.ask(question.request, within: question.within, mayRepeat: question.mayRepeat)
        let now = BootTime.now()
        let reports = poller.apply(answer, within: question.within, at: now)
        // Frames heard from this unit came before the current request, so do not count them.
        poller.heard(link.takeForeignUnits().subtracting([question.request.unit]), at: now)
        if !reports.isEmpty { deliver(reports) }
    }

    /// Sleeps and handles letters. This is the last step of a round; the due requests have been made.
    private func sleep(until instant: BootTime?) {
        for letter in mailbox.wait(milliseconds: instant?.millisecondsAway()) {
            switch letter {
            case .stop: isStopped = true
            case .prove(let pulse): pulse.beat()
            case .order(_, let order): carryOut(order, at: .now())
            }
        }
    }

    private func carryOut(_ order: BusOrder, at now: BootTime) {
        switch order {
        case .read(let request, let answer): poller.run(request, at: now, answer)
        case .drive(let output, let isOn): poller.drive(output, isOn: isOn, at: now)
        case .takeBack: poller.takeBack(at: now)
        case .lend(let why, let lent):
            link.close()
            let reports = poller.lend(why, at: now)
            if !reports.isEmpty { deliver(reports) }
            lent()
        }
    }
}
