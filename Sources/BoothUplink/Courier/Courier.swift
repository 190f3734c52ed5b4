// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What goes to a target when, and what follows from its answers. Told the time; knows no transport and waits for nothing.
///
/// One shipment at a time carries what is not urgent. Presses have shipments of their own beside it, and wait for nothing
/// but an earlier press.
struct Courier {
    /// Wait before the agent is asked again after it gave only what it was asked not to give: no busy loop of it.
    private static let pause = Duration.seconds(1)

    let target: TargetConfiguration
    let words: LinkWords
    var random = SystemRandomNumberGenerator()

    var link: LinkState?
    var backoff: Backoff
    var size = BatchSize()
    var held = HeldEvents()
    var times = AnswerTimes()
    var backlog = Backlog()
    var presses = Presses()
    /// Ordinary events wait for this: the spread at the start, then the configured rate.
    var paced: BootTime
    /// Asking the agent waits for this.
    var asksFrom: BootTime
    /// A status waits for this.
    let begins: BootTime

    /// The number of the next request.
    var requests = 0
    /// What the agent has not answered yet.
    var asked: FetchRequest?
    /// What the agent gave and has not been sent yet, most urgent first.
    var batch: [QueuedEvent] = []
    var status: (id: EventID, body: String)?
    /// The number of the last shipment.
    var shipments: Shipment.Number = 0
    /// One at most that carries no press.
    var flights: [Flight] = []

    /// What is to be done, until it is returned.
    var steps: [Step] = []

    /// - Parameters:
    ///   - startSpread: the longest wait before what is not urgent.
    ///   - link: what was reported last; nil: nothing yet, so that the first outcome is.
    init(_ target: TargetConfiguration, startSpread: Duration, link: LinkState?, at now: BootTime) {
        self.target = target
        self.link = link
        words = LinkWords(target.endpoint)
        backoff = Backoff(first: target.retryFirst, most: target.retryMost)
        begins = now + Backoff.jitter(upTo: startSpread, using: &random)
        paced = begins
        asksFrom = now
    }

    /// The shipment under way that carries no press.
    var ordinary: Flight? { flights.first { $0.kind != .presses } }
    var pressFlights: [Flight] { flights.filter { $0.kind == .presses } }

    /// Whether the platform wants to be left alone: not even a press is sent.
    func isHeld(at now: BootTime) -> Bool { backoff.isHeld(at: now) }

    // MARK: Being told

    /// Does what may be done now: sends what may be sent, and asks the agent for what could be.
    mutating func advance(at now: BootTime) -> [Step] {
        held.expire(at: now)
        cutDead(at: now)
        if !batch.isEmpty { sendBatch(at: now) }
        if status != nil, ordinary == nil, now >= begins, !backoff.isHeld(at: now) { sendStatus(at: now) }
        ask(at: now)
        return takeSteps()
    }

    /// The agent's answer to a request.
    ///
    /// - Parameter number: the request's; a batch with another one is dropped.
    mutating func apply(batch events: [QueuedEvent], number: Int, at now: BootTime) {
        guard let request = asked, request.number == number else { return }
        asked = nil
        let wanted = events.filter { isWanted($0, by: request) }
        batch = wanted.flatMap { inOrder($0) }
        if wanted.isEmpty { asksFrom = now + Self.pause }
    }

    /// A status to send; it replaces one that still waits.
    mutating func apply(status id: EventID, body: String) { status = (id, body) }

    /// Somebody wants it tried at once; what the platform said stands.
    mutating func retryNow(at now: BootTime) { backoff.reopen(at: now) }

    /// What came of a shipment.
    ///
    /// - Parameter span: how long its answer took; nil: there was none.
    mutating func apply(
        _ verdict: Verdict, on number: Shipment.Number, span: Duration?, at now: BootTime
    ) -> [Step] {
        guard let index = flights.firstIndex(where: { $0.shipment.number == number }) else { return [] }
        let flight = flights.remove(at: index)
        presses.releaseWaiting()
        if flight.kind == .others { backlog.noteAnswer(at: now) }
        if let span { measure(flight, verdict, span) }
        conclude(flight, verdict, at: now)
        returnUnanswered(of: flight, verdict)
        return takeSteps()
    }

    /// When something changes by itself; nil: it does not.
    ///
    /// - Parameter now: the instant that was acted on last. What fell due since then is due at once: counted from a
    ///   later instant it would never be.
    func nextDeadline(after now: BootTime) -> BootTime? {
        var instants = [backoff.opens, backoff.opensForHelp, paced, asksFrom, begins, held.nextDeadline]
        for flight in flights {
            if flight.isOvertaken { instants.append(flight.shipment.overdue) }
            if flight.kind == .presses { instants.append(Presses.yields(flight)) }
        }
        return instants.compactMap { $0 }.filter { $0 > now }.min()
    }

    private mutating func takeSteps() -> [Step] {
        defer { steps = [] }
        return steps
    }
}
