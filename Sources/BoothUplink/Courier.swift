// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothJournal
import BoothModel
import HTTP

/// What happens on a target's thread: one request at a time, and one wait for its answer, orders and deadlines.
///
/// Not `Sendable`: the thread that makes it runs it.
final class Courier {
    /// So long an answer may take before a press that waits for it takes its place, on a new connection: on a line
    /// that went dead unseen, the timeout of what was under way would be added to the way of the press.
    static let patience = Duration.seconds(1)
    /// Before an agent that gave only what it was asked not to give is asked again.
    static let pause = Duration.seconds(1)

    private let target: TargetConfiguration
    private let client: HTTPClient
    private let mailbox: Mailbox<UplinkOrder>
    private let report: (UplinkReport) -> Void
    private let words: LinkWords
    private var random = SystemRandomNumberGenerator()

    private var link: LinkState?
    private var backoff: Backoff
    private var size = BatchSize()
    private var held = HeldEvents()
    /// Ordinary events wait for this: the spread at the start, then the configured rate.
    private var paced: BootTime
    /// Asking waits for this, where the agent gave nothing that it was asked for: it must not become a busy loop.
    private var asksFrom: BootTime
    /// A status waits for this.
    private let begins: BootTime
    /// The newest press that was tried since the last receipts: only newer ones break a wait.
    private var newestHelp: EventID?

    private var requests = 0
    /// What the agent has not answered yet.
    private var asked: FetchRequest?
    /// What the agent gave and has not been sent yet, most urgent first.
    private var batch: [QueuedEvent] = []
    private var status: (id: EventID, body: String)?
    private var flight: Flight?
    /// Who asked whether this loop goes round.
    private var asking: Pulse?

    /// What is under way.
    private struct Flight {
        /// Empty for a status.
        var events: [QueuedEvent]
        var began: BootTime

        var ids: [EventID] { events.map(\.id) }
        var carriesHelp: Bool { events.contains { $0.priority == .help } }
    }

    /// - Parameter link: what was reported last; nil: nothing yet, so that the first outcome is.
    init(
        _ target: TargetConfiguration, client: HTTPClient, mailbox: Mailbox<UplinkOrder>, startSpread: Duration,
        link: LinkState?, report: @escaping (UplinkReport) -> Void
    ) {
        self.link = link
        self.target = target
        self.client = client
        self.mailbox = mailbox
        self.report = report
        words = LinkWords(target.endpoint)
        backoff = Backoff(first: target.retryFirst, most: target.retryMost)
        begins = .now() + Backoff.jitter(upTo: startSpread, using: &random)
        paced = begins
        asksFrom = .now()
    }

    /// Serves until it is told to stop; a request under way is then dropped.
    func run() {
        while true {
            let now = BootTime.now()
            advance(at: now)
            let outcome = client.turn(waitingFor: mailbox.descriptor, milliseconds: millisecondsToDeadline(after: now))
            for order in mailbox.take() {
                if case .stop = order { return client.cancel() }
                take(order)
            }
            if let outcome, let ended = flight {
                flight = nil
                conclude(ended, outcome, at: .now())
            }
            asking.take()?.beat()
        }
    }

    private func take(_ order: UplinkOrder) {
        switch order {
        case .batch(let number, let events):
            guard let request = asked, request.number == number else { return }
            asked = nil
            batch = events.filter { isWanted($0, by: request) }
            if batch.isEmpty { asksFrom = .now() + Self.pause }
        case .status(let id, let body): status = (id, body)
        case .retryNow: backoff.reopen(at: .now())
        case .prove(let pulse): asking = pulse
        case .stop: break
        }
    }

    private func isWanted(_ event: QueuedEvent, by request: FetchRequest) -> Bool {
        if held.contains(event.id) { return false }
        guard let after = request.onlyHelpAfter else { return true }
        return event.priority == .help && event.id > after
    }
}

// MARK: - What to do next

extension Courier {
    /// Sends what may be sent, and asks for what could be.
    private func advance(at now: BootTime) {
        held.expire(at: now)
        giveWay(at: now)
        if flight == nil, !batch.isEmpty { sendBatch(at: now) }
        if flight == nil, status != nil, now >= begins, !backoff.isHeld(at: now) { sendStatus(at: now) }
        ask(at: now)
    }

    /// Drops what is under way for a press that waits, unless it carries one itself.
    private func giveWay(at now: BootTime) {
        guard let flight, isOverdue(flight, at: now), batch.contains(where: { $0.priority == .help }) else { return }
        client.cancel()
        self.flight = nil
        if !flight.events.isEmpty { report(.returned(target.id, flight.ids)) }
    }

    private func isOverdue(_ flight: Flight, at now: BootTime) -> Bool {
        !flight.carriesHelp && now >= flight.began + Self.patience
    }

    /// Tells the agent what could be sent now, if it is not what it was last told.
    private func ask(at now: BootTime) {
        guard batch.isEmpty, now >= asksFrom else { return }
        let wanted: FetchRequest?
        if let flight {
            guard isOverdue(flight, at: now) else { return }
            wanted = helpRequest
        } else if backoff.isHeld(at: now) || held.isExhausted {
            wanted = nil
        } else if backoff.isClosed(at: now) || now < paced || held.isFull {
            wanted = helpRequest
        } else {
            wanted = FetchRequest(number: requests, limit: limit, except: held.ids)
        }
        guard wanted != asked else { return }
        asked = wanted
        guard wanted != nil else { return }
        requests += 1
        asked?.number = requests
        if let asked { report(.ready(target.id, asked)) }
    }

    /// Asks for a whole batch of presses although one request may not carry it: all that are there already count as
    /// tried by the next attempt, so that a backlog of presses makes one attempt and not one each.
    private var helpRequest: FetchRequest {
        FetchRequest(
            number: requests, limit: BatchSize.most, onlyHelpAfter: newestHelp ?? EventID(key: 0, random: 0),
            except: held.ids)
    }

    /// What one request may carry: the platform's word, and no more than a second's worth of `rate`.
    private var limit: Int {
        target.rate > 0 ? min(size.limit, max(1, Int(min(target.rate, 1000)))) : size.limit
    }

    /// How long it is until something changes by itself; nil: it does not.
    ///
    /// - Parameter now: the instant that was acted on last. What fell due since then is due at once: counted from a
    ///   later instant it would never be.
    private func millisecondsToDeadline(after now: BootTime) -> Int? {
        var instants = [backoff.opens, backoff.opensForHelp, paced, asksFrom, begins, held.nextDeadline]
        if let flight { instants = [flight.began + Self.patience, asksFrom] }
        return instants.compactMap { $0 }.filter { $0 > now }.min()?.millisecondsAway()
    }
}

// MARK: - Sending

extension Courier {
    /// Sends the first of what the agent gave; the rest stays in the journal, and is asked for again.
    ///
    /// Presses travel alone: a platform has judged one long before it has judged a batch of fifty.
    private func sendBatch(at now: BootTime) {
        let given = batch
        batch = []
        let helps = given.filter { $0.priority == .help }.map(\.id)
        let isUrgent = helps.contains { $0 > newestHelp ?? EventID(key: 0, random: 0) }
        // Things may have changed since it was asked for: it stays queued, and is asked for when its time comes.
        guard !backoff.isHeld(at: now), isUrgent || !backoff.isClosed(at: now) else { return }
        newestHelp = max(newestHelp ?? EventID(key: 0, random: 0), helps.max() ?? EventID(key: 0, random: 0))
        let events = Array(given.prefix(helps.isEmpty ? limit : min(limit, helps.count)))
        if target.rate > 0 { paced = max(paced, now) + .seconds(min(Double(events.count) / target.rate, 3600)) }
        report(.sending(target.id, events.map(\.id)))
        begin(Flight(events: events, began: now), EventRequest.carrying(events, to: target.endpoint.url))
    }

    private func sendStatus(at now: BootTime) {
        guard let status else { return }
        self.status = nil
        begin(
            Flight(events: [], began: now), EventRequest.single(status.id, body: status.body, to: target.endpoint.url))
    }

    private func begin(_ flight: Flight, _ request: OutgoingRequest) {
        do throws(HTTPFailure) {
            try client.begin(request)
            self.flight = flight
        } catch {
            conclude(flight, .failure(error), at: .now())
        }
    }
}

// MARK: - What came of it

extension Courier {
    private func conclude(_ flight: Flight, _ outcome: HTTPClient.Outcome, at now: BootTime) {
        let verdict: Verdict =
            switch outcome {
            case .success(let reply): Verdict(reply, asked: flight.ids)
            case .failure(let failure): Verdict(failure)
            }
        switch verdict {
        case .later(let cause, let hold):
            // A batch that is too long for the line times out for ever; half of it may not.
            if cause == .failure(.timedOut), flight.events.count > 1 { size.refused(flight.ids) }
            backoff.failed(at: now, hold: hold, using: &random)
            set(.retrying(words.sentence(cause)))
        case .refused(let cause):
            backoff.refused(at: now, using: &random)
            set(.refused(words.sentence(cause)))
        default:
            flight.events.isEmpty ? concludeStatus(verdict) : conclude(flight, verdict, at: now)
        }
        returnUnanswered(of: flight, verdict)
    }

    /// Nothing shows as sent that the platform has not taken: whoever pressed must not be told so.
    private func returnUnanswered(of flight: Flight, _ verdict: Verdict) {
        var waiting = flight.ids
        switch verdict {
        case .taken: return
        case .receipts(let receipts, _):
            let answered = Set(receipts.map(\.id))
            waiting.removeAll { answered.contains($0) }
        case .unacceptable where flight.events.count == 1: return
        case .later, .refused, .silent, .unacceptable: break
        }
        if !waiting.isEmpty { report(.returned(target.id, waiting)) }
    }

    /// The platform answered in its own form.
    private func conclude(_ flight: Flight, _ verdict: Verdict, at now: BootTime) {
        switch verdict {
        case .receipts(let receipts, let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            backoff.succeeded()
            newestHelp = nil
            settle(receipts)
        case .silent(let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            backoff.refused(at: now, using: &random)
            // The next attempt is another event's, if there is one: this one must not stand in the way of all others.
            held.hold(flight.ids, until: (backoff.opens ?? now) + target.retryFirst)
            set(.refused(words.sentence(.unnamed)))
        case .taken:
            held.hold(flight.ids, until: now + target.receiptWait)
            size.settled(flight.ids)
            backoff.answered()
            set(.ok)
        case .unacceptable(let reason):
            backoff.answered()
            if flight.events.count > 1 {
                size.refused(flight.ids)
                set(.ok)
            } else {
                settle(flight.ids.map { Receipt(id: $0, result: .rejected(reason: reason)) })
            }
        case .later, .refused: break
        }
    }

    private func settle(_ receipts: [Receipt]) {
        size.settled(receipts.lazy.map(\.id))
        report(.receipts(target.id, receipts))
        set(.ok)
    }

    /// A status needs no receipt: an answer in the platform's form is contact.
    private func concludeStatus(_ verdict: Verdict) {
        switch verdict {
        case .silent(let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            // What is wrong with the receipts for events, an answer without any does not mend.
            guard link != .refused(words.sentence(.unnamed)) else { return }
            backoff.succeeded()
            set(.ok)
        case .taken:
            backoff.answered()
            set(.ok)
        case .receipts, .unacceptable, .later, .refused: break
        }
    }

    private func set(_ state: LinkState) {
        guard state != link else { return }
        link = state
        report(.link(target.id, state))
    }
}
