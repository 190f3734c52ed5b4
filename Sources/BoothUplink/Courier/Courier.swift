// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Decides what is sent to a target and when, and what follows from its answers. It is told the time, knows no
/// transport and never waits.
///
/// One shipment at a time carries what is not urgent. Presses have shipments of their own beside it; a press only waits
/// for an earlier press.
struct Courier {
    /// Wait this long before asking the agent again after it returned only events that were excluded. It prevents a
    /// busy loop.
    private static let pause = Duration.seconds(1)

    let target: TargetConfiguration
    let words: LinkWords
    var random = SystemRandomNumberGenerator()

    var link: LinkState?
    var backoff: Backoff
    var size = BatchSize()
    var held = HeldEvents()
    var blocked = BlockedEvents()
    var times = AnswerTimes()
    var backlog = Backlog()
    var presses = Presses()
    /// Ordinary events wait for this time: the spread at the start, then the configured rate.
    var paced: BootTime
    /// No request to the agent before this time.
    var asksFrom: BootTime
    /// No status before this time.
    let begins: BootTime

    /// The number of the last request.
    var requests = 0
    /// The request that the agent has not answered yet.
    var asked: FetchRequest?
    /// Events that the agent gave and that were not sent yet, most urgent first.
    var batch: [QueuedEvent] = []
    var status: (id: EventID, body: String)?
    var shipments: Shipment.Number = 0
    /// The shipments under way; at most one carries no press.
    var flights: [Flight] = []

    /// Steps for the caller, collected until they are returned.
    var steps: [Step] = []

    /// - Parameters:
    ///   - startSpread: the longest wait before anything that is not urgent.
    ///   - link: the last reported state; nil: none yet, so that the first result is reported.
    init(_ target: TargetConfiguration, startSpread: Duration, link: LinkState?, at now: BootTime) {
        self.target = target
        self.link = link
        words = LinkWords(target.endpoint)
        backoff = Backoff(first: target.retryFirst, most: target.retryMost)
        begins = now + Backoff.jitter(upTo: startSpread, using: &random)
        paced = begins
        asksFrom = now
    }

    var ordinary: Flight? { flights.first { $0.kind != .presses } }
    var pressFlights: [Flight] { flights.filter { $0.kind == .presses } }

    /// Whether the platform asked for a pause: then not even a press is sent.
    func isHeld(at now: BootTime) -> Bool { backoff.isHeld(at: now) }

    // MARK: Inputs

    /// Sends what may be sent now, and asks the agent for what could be sent next.
    mutating func advance(at now: BootTime) -> [Step] {
        held.expire(at: now)
        cutDead(at: now)
        if !batch.isEmpty { sendBatch(at: now) }
        if status != nil, ordinary == nil, now >= begins, !backoff.isHeld(at: now) { sendStatus(at: now) }
        ask(at: now)
        return takeSteps()
    }

    /// Applies the agent's answer to a request.
    ///
    /// - Parameter number: the request's number; a batch for another request is dropped.
    mutating func apply(batch events: [QueuedEvent], number: Int, at now: BootTime) {
        guard let request = asked, request.number == number else { return }
        asked = nil
        let isWhole = request.onlyHelpAfter == nil && events.count < request.limit
        if isWhole {
            let there = request.except.union(events.lazy.map(\.id))
            blocked.keep(there.contains)
        }
        let wanted = events.filter { isWanted($0, by: request) }
        batch = wanted.flatMap { inOrder($0) }
        if wanted.isEmpty { asksFrom = now + Self.pause }
    }

    /// Sets the status to send; it replaces one that still waits.
    mutating func apply(status id: EventID, body: String) { status = (id, body) }

    /// An operator wants a retry now. A pause that the platform asked for stays in force.
    mutating func retryNow(at now: BootTime) {
        backoff.reopen(at: now)
        held.release(blocked.ids)
    }

    /// Applies the result of a shipment.
    ///
    /// - Parameter span: how long the answer took; nil: there was none.
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

    /// The next time when something changes without an input; nil: never.
    ///
    /// - Parameter now: the time of the last `advance`. With a later time, deadlines in between would be missed.
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
