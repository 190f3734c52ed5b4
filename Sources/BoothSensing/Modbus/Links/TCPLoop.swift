// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus

/// One thread for all buses over TCP: begins each bus's request when due, and handles answers as they come.
///
/// Created and used on that thread. Each bus has one request in progress at most, so a gateway handles one at a time. A
/// bus that waits does not delay the others.
final class TCPLoop {
    /// One bus with its connection.
    private final class Line {
        let deliver: ([SensorReport]) -> Void
        var poller: BusPoller
        let link: TCPLink
        /// The descriptor that the event loop watches for this bus.
        var watched: CInt?
        var question: BusPoller.Question?
        /// When the bus is due even if its socket does not become ready; nil: when an order comes.
        var wakeAt: BootTime?

        init(_ bus: ModbusBus, host: String, port: UInt16) {
            deliver = bus.setup.deliver
            poller = BusPoller(bus.setup, ledger: bus.ledger, start: .now())
            link = TCPLink(bus.configuration, host: host, port: port, ledger: bus.ledger)
            wakeAt = .now()
        }
    }

    private let events: EventLoop
    private let mailbox: Mailbox<BusLetter>
    private var lines: [Line] = []
    private var isStopped = false
    /// Pulses to answer at the end of this round.
    private var pulses: [Pulse] = []

    /// Serves `buses` until `.stop`. If the process has no descriptor left, the buses are reported lost.
    static func run(_ buses: [ModbusBus], _ mailbox: Mailbox<BusLetter>) {
        do throws(SystemError) {
            try TCPLoop(buses, mailbox).run()
        } catch {
            for bus in buses {
                let fault = DeviceFault.bus(bus.configuration.transport, ModbusError(.open, code: error.code))
                bus.setup.deliver([
                    .device(DeviceReport(device: .bus(bus.name), condition: .lost(fault), at: .now()))
                ])
            }
        }
    }

    private init(_ buses: [ModbusBus], _ mailbox: Mailbox<BusLetter>) throws(SystemError) {
        events = try EventLoop()
        self.mailbox = mailbox
        lines = buses.compactMap { bus in
            guard case .tcp(let host, let port) = bus.configuration.transport else { return nil }
            return Line(bus, host: host, port: port)
        }
    }

    private func run() throws(SystemError) {
        try events.watch(mailbox.descriptor) { [unowned self] _ in takeLetters() }
        while !isStopped {
            let now = BootTime.now()
            for line in lines { if let wakeAt = line.wakeAt, wakeAt <= now { advance(line) } }
            for pulse in pulses { pulse.beat() }
            pulses = []
            events.turn(milliseconds: lines.compactMap(\.wakeAt).min()?.millisecondsAway())
        }
        rest()
    }

    /// Applies the result for a bus, and begins its next request.
    private func advance(_ line: Line) {
        // The next step may close the socket, and another bus may get the same descriptor number at once.
        unwatch(line)
        if line.link.isAsking {
            guard let answer = line.link.proceed(at: .now()) else { return watch(line) }
            conclude(line, answer)
        }
        switch next(line, at: .now()) {
        case .wait(let instant): line.wakeAt = instant
        case .ask(let question): begin(question, on: line)
        }
    }

    private func next(_ line: Line, at now: BootTime) -> BusPoller.Step {
        guard isStopped else { return line.poller.next(at: now) }
        return line.poller.rest(at: now).map { .ask($0) } ?? .wait(until: nil)
    }

    private func begin(_ question: BusPoller.Question, on line: Line) {
        line.question = question
        guard let answer = line.link.begin(question, at: .now()) else { return watch(line) }
        conclude(line, answer)
        // The result was known at once. Let the other buses go first.
        line.wakeAt = .now()
    }

    private func conclude(_ line: Line, _ answer: BusAnswer) {
        let within = line.question?.within ?? .zero
        line.question = nil
        let now = BootTime.now()
        let reports = line.poller.apply(answer, within: within, at: now)
        line.poller.heard(line.link.takeLateUnits(), at: now)
        if !reports.isEmpty { line.deliver(reports) }
    }

    /// Watches for the current answer and its deadline. Between requests nothing is watched: if a gateway closed an
    /// idle connection, the next request notices and reconnects.
    private func watch(_ line: Line) {
        line.wakeAt = line.link.deadline
        guard let (descriptor, wants) = line.link.socket else { return }
        line.watched = descriptor
        // This fails only if the kernel has no memory left. Then the deadline ends the wait.
        try? events.watch(descriptor, for: wants) { [unowned self, unowned line] _ in advance(line) }
    }

    private func unwatch(_ line: Line) {
        if let descriptor = line.watched { events.unwatch(descriptor) }
        line.watched = nil
    }

    // MARK: Letters

    private func takeLetters() {
        for letter in mailbox.take() {
            switch letter {
            case .stop: isStopped = true
            case .prove(let pulse): pulses.append(pulse)
            case .order(let place, let order): carryOut(order, for: lines[place], at: .now())
            }
        }
    }

    private func carryOut(_ order: BusOrder, for line: Line, at now: BootTime) {
        switch order {
        case .read(let request, let answer): line.poller.run(request, at: now, answer)
        case .drive(let output, let isOn): line.poller.drive(output, isOn: isOn, at: now)
        case .takeBack: line.poller.takeBack(at: now)
        case .lend(let why, let lent):
            unwatch(line)
            line.link.close()
            line.question = nil
            let reports = line.poller.lend(why, at: now)
            if !reports.isEmpty { line.deliver(reports) }
            lent()
        }
        if !line.link.isAsking { line.wakeAt = now }
    }

    // MARK: The end

    /// Switches the outputs off on all buses at once. Outputs that do not answer are left.
    private func rest() {
        let end = BootTime.now() + ModbusThread.restTime
        for line in lines where line.poller.hasOutputs {
            // The current request may be waiting for a dead unit.
            if line.link.isAsking {
                unwatch(line)
                line.link.close()
                line.poller.drop()
            }
            line.wakeAt = .now()
        }
        while case let now = BootTime.now(), now < end {
            for line in lines where line.poller.hasOutputs { if let at = line.wakeAt, at <= now { advance(line) } }
            let awaited = lines.filter(\.poller.hasOutputs).compactMap(\.wakeAt).min()
            guard let awaited else { break }
            events.turn(milliseconds: min(awaited, end).millisecondsAway())
        }
        for line in lines {
            unwatch(line)
            line.link.close()
        }
    }
}
