// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel

/// The loop of a target's thread: one wait for orders, answers and deadlines, then their handling.
///
/// Not `Sendable`: the thread that makes it runs it.
final class UplinkLoop {
    private let setup: Uplink.Setup
    private let mailbox: Mailbox<UplinkOrder>
    private let report: (UplinkReport) -> Void
    private let transport: any Transport
    private var courier: Courier
    /// nil until `startTasks`.
    private var fetcher: TaskFetcher?
    /// The pulse to answer at the end of this round.
    private var asking: Pulse?

    init(_ setup: Uplink.Setup, mailbox: Mailbox<UplinkOrder>, report: @escaping (UplinkReport) -> Void) {
        self.setup = setup
        self.mailbox = mailbox
        self.report = report
        transport = setup.target.makeTransport(booth: setup.booth, version: setup.version, taskWait: setup.taskWait)
        courier = Courier(setup.target, startSpread: setup.startSpread, link: setup.link, at: .now())
    }

    /// Runs until it gets `stop`; shipments under way are then dropped.
    func run() {
        while true {
            let now = BootTime.now()
            transport.advance(at: now, mayRepeat: !courier.isHeld(at: now))
            carryOut(courier.advance(at: now))
            carryOut(fetcher?.advance(at: now) ?? [])
            let deadline = [courier.nextDeadline(after: now), fetcher?.nextDeadline].compactMap(\.self).min()
            let arrivals = transport.turn(after: now, waitingFor: mailbox.descriptor, until: deadline)
            for order in mailbox.take() {
                if case .stop = order { return }
                apply(order, at: .now())
            }
            for arrival in arrivals { apply(arrival, at: .now()) }
            asking.take()?.beat()
        }
    }

    private func apply(_ order: UplinkOrder, at now: BootTime) {
        switch order {
        case .batch(let number, let events): courier.apply(batch: events, number: number, at: now)
        case .status(let id, let body): courier.apply(status: id, body: body)
        case .retryNow: courier.retryNow(at: now)
        case .startTasks(let cursor):
            fetcher = TaskFetcher(
                setup.target, wait: setup.taskWait, startSpread: setup.startSpread, after: cursor, at: now)
        case .tasksKept: fetcher?.noteKept()
        case .prove(let pulse): asking = pulse
        case .stop: break
        }
    }

    private func apply(_ arrival: Arrival, at now: BootTime) {
        switch arrival {
        case .verdict(let shipment, let verdict, let span):
            carryOut(courier.apply(verdict, on: shipment, span: span, at: now))
        case .tasks(let verdict): carryOut(fetcher?.apply(verdict, at: now) ?? [])
        }
    }

    private func carryOut(_ steps: [Step]) {
        for step in steps {
            switch step {
            case .report(let news): report(news)
            case .send(let shipment): transport.send(shipment)
            case .cancel(let shipment): transport.cancel(shipment)
            case .ask(let question): transport.ask(question)
            }
        }
    }
}
