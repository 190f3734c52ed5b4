// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import HTTP

/// What happens on a target's thread: the requests under way, and one wait for their answers, orders and deadlines.
///
/// One request at a time carries what is not urgent. Presses have requests of their own beside it, on other
/// connections, and wait for nothing but an earlier press.
///
/// Not `Sendable`: the thread that makes it runs it.
final class Courier {
    /// So long an ordinary answer may take, at the least, before a press that was answered meanwhile shows that its
    /// connection is dead: it is cut, and sent again.
    static let patience = Duration.seconds(1)
    /// A press waits so long for the answer to an earlier one, and goes after it without; longer for one that may be of
    /// the same incident. Presses then arrive in their order unless the line is slow.
    static let yield = Duration.milliseconds(200)
    /// Requests with presses at the same time.
    static let mostPresses = 2
    /// So many full batches one after the other are a backlog; two may be an incident that ended as it began.
    static let backlog = 3
    /// Where an answer usually takes longer, a second connection is kept open all the time: to make one takes three
    /// times as long as that.
    static let slow = Duration.milliseconds(200)
    /// Before an agent that gave only what it was asked not to give is asked again.
    static let pause = Duration.seconds(1)

    private let target: TargetConfiguration
    private let lines: Lines
    private let mailbox: Mailbox<UplinkOrder>
    private let report: (UplinkReport) -> Void
    private let words: LinkWords
    private var random = SystemRandomNumberGenerator()

    private var link: LinkState?
    private var backoff: Backoff
    private var size = BatchSize()
    private var held = HeldEvents()
    /// Of single events and statuses.
    private var trip = RoundTrip()
    /// Of everything but presses.
    private var ordinaryTrip = RoundTrip()
    /// Ordinary requests cut in a row: each has twice the time of the one before, or a slow platform would never get to
    /// the end of one.
    private var cuts = 0
    /// Ordinary events wait for this: the spread at the start, then the configured rate.
    private var paced: BootTime
    /// Asking waits for this, where the agent gave nothing that it was asked for: it must not become a busy loop.
    private var asksFrom: BootTime
    /// A status waits for this.
    private let begins: BootTime
    /// The newest press that was tried since the last receipts: only newer ones break a wait.
    private var newestHelp: EventID?
    /// The newest press that had an earlier event of its incident tried again before its time: only newer ones do.
    private var newestBreaker = noPress

    private var requests = 0
    /// What the agent has not answered yet.
    private var asked: FetchRequest?
    /// What the agent gave and has not been sent yet, most urgent first.
    private var batch: [QueuedEvent] = []
    /// Presses that wait for the one under way: asked for again when that has ended.
    private var waiting: Set<EventID> = []
    private var status: (id: EventID, body: String)?
    /// One at most that carries no press.
    private var flights: [Flight] = []
    /// Full batches sent one after the other, and when the last of them had its answer.
    private var fullBatches = (count: 0, last: BootTime(nanoseconds: 0))
    /// Who asked whether this loop goes round.
    private var asking: Pulse?

    /// - Parameter link: what was reported last; nil: nothing yet, so that the first outcome is.
    init(
        _ target: TargetConfiguration, lines: Lines, mailbox: Mailbox<UplinkOrder>, startSpread: Duration,
        link: LinkState?, report: @escaping (UplinkReport) -> Void
    ) {
        self.link = link
        self.target = target
        self.lines = lines
        self.mailbox = mailbox
        self.report = report
        words = LinkWords(target.endpoint)
        backoff = Backoff(first: target.retryFirst, most: target.retryMost)
        begins = .now() + Backoff.jitter(upTo: startSpread, using: &random)
        paced = begins
        asksFrom = .now()
    }

    /// Serves until it is told to stop; requests under way are then dropped.
    func run() {
        while true {
            let now = BootTime.now()
            advance(at: now)
            let outcomes = lines.turn(
                waitingFor: mailbox.descriptor, milliseconds: millisecondsToDeadline(after: now))
            for order in mailbox.take() {
                if case .stop = order { return flights.forEach(drop) }
                take(order)
            }
            for (connection, outcome) in outcomes { land(connection, outcome, at: .now()) }
            asking.take()?.beat()
        }
    }

    private func take(_ order: UplinkOrder) {
        switch order {
        case .batch(let number, let events):
            guard let request = asked, request.number == number else { return }
            asked = nil
            let wanted = events.filter { isWanted($0, by: request) }
            batch = wanted.flatMap { inOrder($0) }
            if wanted.isEmpty { asksFrom = .now() + Self.pause }
        case .status(let id, let body): status = (id, body)
        case .retryNow: backoff.reopen(at: .now())
        case .prove(let pulse): asking = pulse
        case .stop: break
        }
    }

    private func isWanted(_ event: QueuedEvent, by request: FetchRequest) -> Bool {
        if held.contains(event.id) || request.except.contains(event.id) { return false }
        guard let after = request.onlyHelpAfter else { return true }
        return event.priority == .help && event.id > after
    }

    /// What is to be sent for an event that the agent gave: nothing while an earlier event of its incident is held,
    /// since it would come out of order. A new press is tried at once in spite of that, and the earlier one before it.
    private func inOrder(_ event: QueuedEvent) -> [QueuedEvent] {
        guard let first = held.first(before: event) else { return [event] }
        guard let press = first.press, event.priority == .help, event.id > newestBreaker else {
            held.hold(event, behind: first)
            return []
        }
        newestBreaker = event.id
        held.release(first)
        return [press, event]
    }

    private func isNew(_ press: EventID) -> Bool { press > newestHelp ?? Self.noPress }

    private static let noPress = EventID(key: 0, random: 0)
}

// MARK: - What to do next

extension Courier {
    /// Sends what may be sent, and asks for what could be.
    private func advance(at now: BootTime) {
        held.expire(at: now)
        lines.trim(at: now)
        cutDead(at: now)
        sendAgain(at: now)
        if !batch.isEmpty { sendBatch(at: now) }
        if status != nil, ordinary == nil, now >= begins, !backoff.isHeld(at: now) { sendStatus(at: now) }
        ask(at: now)
    }

    private func drop(_ flight: Flight) {
        for line in flight.lines { lines.drop(line) }
    }

    /// The request under way that carries no press.
    private var ordinary: Flight? { flights.first { $0.kind != .presses } }
    private var presses: [Flight] { flights.filter { $0.kind == .presses } }

    /// Ends an ordinary request that seems to be on a dead connection; its events are asked for again.
    private func cutDead(at now: BootTime) {
        guard let index = flights.firstIndex(where: { $0.isOvertaken && now >= $0.overdue }) else { return }
        let flight = flights.remove(at: index)
        drop(flight)
        cuts = min(cuts + 1, 6)
        if !flight.events.isEmpty { report(.returned(target.id, flight.ids)) }
    }

    /// Sends a press without an answer once more, on another connection: its own may have died unseen. Its id makes
    /// that harmless, and the first answer counts.
    private func sendAgain(at now: BootTime) {
        guard !backoff.isHeld(at: now) else { return }
        for index in flights.indices where flights[index].mayGoAgain {
            guard let line = otherLine(for: flights[index], at: now) else { continue }
            flights[index].mayGoAgain = false
            do throws(HTTPFailure) {
                try lines.begin(flights[index].request, on: line)
                flights[index].lines.append(line)
            } catch {
                // The first one is still under way, and will say what is wrong.
                lines.drop(line)
            }
        }
    }

    /// nil where the first connection has to do.
    private func otherLine(for flight: Flight, at now: BootTime) -> Line? {
        guard let first = flight.lines.first?.connection else { return nil }
        // One that is open was in use a moment ago, and is now free.
        if first.isConnecting { return lines.takeIdle() }
        guard now >= flight.overdue, first.isWaitingOnKept else { return nil }
        return try? lines.fresh()
    }

    /// Tells the agent what could be sent now, if it is not what it was last told.
    private func ask(at now: BootTime) {
        guard batch.isEmpty, now >= asksFrom else { return }
        let wanted: FetchRequest?
        let presses = presses
        if backoff.isHeld(at: now) || held.isExhausted || !mayPressJoin(presses, at: now) {
            wanted = nil
        } else if !presses.isEmpty || backoff.isClosed(at: now) {
            wanted = helpRequest(after: newestHelp)
        } else if ordinary != nil || now < paced || held.isFull {
            wanted = helpRequest(after: nil)
        } else {
            wanted = FetchRequest(number: requests, limit: limit, except: exceptions)
        }
        guard wanted != asked else { return }
        asked = wanted
        guard wanted != nil else { return }
        requests += 1
        asked?.number = requests
        if let asked { report(.ready(target.id, asked)) }
    }

    /// Whether another press may be sent beside those under way.
    private func mayPressJoin(_ presses: [Flight], at now: BootTime) -> Bool {
        presses.count < Self.mostPresses && presses.allSatisfy { now >= $0.began + Self.yield }
    }

    /// Asks for a whole batch of presses although one request may not carry it: all that are there already count as
    /// tried by the next attempt, so that a backlog of presses makes one attempt and not one each.
    private func helpRequest(after newest: EventID?) -> FetchRequest {
        FetchRequest(
            number: requests, limit: BatchSize.most, onlyHelpAfter: newest ?? Self.noPress, except: exceptions)
    }

    /// What the agent must not give: it is held, or under way, or waits for what is.
    private var exceptions: Set<EventID> {
        presses.reduce(into: held.ids.union(waiting)) { $0.formUnion($1.ids) }
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
        for flight in flights {
            if flight.mayGoAgain || flight.isOvertaken { instants.append(flight.overdue) }
            if flight.kind == .presses { instants.append(flight.began + Self.yield) }
        }
        return instants.compactMap { $0 }.filter { $0 > now }.min()?.millisecondsAway()
    }
}

// MARK: - Sending

extension Courier {
    /// Sends the first of what the agent gave; the rest stays in the journal, and is asked for again.
    ///
    /// Presses travel alone: a platform has judged one long before it has judged a batch of fifty.
    private func sendBatch(at now: BootTime) {
        let helps = batch.filter { $0.priority == .help }
        if helps.isEmpty {
            sendOthers(at: now)
        } else {
            sendPresses(helps, at: now)
        }
    }

    private func sendPresses(_ helps: [QueuedEvent], at now: BootTime) {
        let before = presses
        guard mayPressJoin(before, at: now) else { return }
        batch = []
        // Things may have changed since it was asked for: it stays queued, and is asked for when its time comes.
        guard !backoff.isHeld(at: now), helps.contains(where: { isNew($0.id) }) || !backoff.isClosed(at: now) else {
            return
        }
        let free = helps.filter { help in !before.contains { $0.comesBefore(help) } }
        waiting.formUnion(Set(helps.map(\.id)).subtracting(free.map(\.id)))
        guard !free.isEmpty else { return }
        newestHelp = max(newestHelp ?? Self.noPress, helps.map(\.id).max() ?? Self.noPress)
        send(.presses, Array(free.prefix(limit)), at: now) { () throws(HTTPFailure) in try lines.warmest() }
    }

    private func sendOthers(at now: BootTime) {
        let events = Array(batch.prefix(limit))
        let isFull = events.count >= limit
        batch = []
        guard ordinary == nil, !backoff.isHeld(at: now), !backoff.isClosed(at: now) else { return }
        let isBacklog = now - fullBatches.last < Self.patience
        fullBatches.count = isFull ? (isBacklog ? fullBatches.count + 1 : 1) : 0
        send(.others, events, at: now) { () throws(HTTPFailure) in try lineForOrdinary(at: now) }
    }

    private func send(
        _ kind: Flight.Kind, _ events: [QueuedEvent], at now: BootTime, on line: () throws(HTTPFailure) -> Line
    ) {
        if target.rate > 0 { paced = max(paced, now) + .seconds(min(Double(events.count) / target.rate, 3600)) }
        report(.sending(target.id, events.map(\.id)))
        let request = EventRequest.carrying(events, to: target.endpoint.url)
        begin(
            Flight(kind, events, request, began: now, patience: kind == .presses ? trip.patience : ordinaryPatience),
            on: line)
    }

    private func sendStatus(at now: BootTime) {
        guard let status else { return }
        self.status = nil
        let request = EventRequest.single(status.id, body: status.body, to: target.endpoint.url)
        begin(Flight(.status, [], request, began: now, patience: ordinaryPatience)) { () throws(HTTPFailure) in
            try lineForOrdinary(at: now)
        }
    }

    /// While a backlog is sent, and where a new connection would take long, one that is open stays free for a press.
    private func lineForOrdinary(at now: BootTime) throws(HTTPFailure) -> Line {
        let isSlow = trip.usual.map { $0 > Self.slow } ?? false
        return try fullBatches.count >= Self.backlog || isSlow ? lines.openingSpare(at: now) : lines.warmest()
    }

    private var ordinaryPatience: Duration {
        max(Self.patience, (ordinaryTrip.usual ?? .zero) * 2) * (1 << cuts)
    }

    private func begin(_ flight: Flight, on line: () throws(HTTPFailure) -> Line) {
        do throws(HTTPFailure) {
            var begun = flight
            begun.lines = [try line()]
            try lines.begin(flight.request, on: begun.lines[0])
            flights.append(begun)
        } catch {
            conclude(flight, .failure(error), at: .now())
        }
    }
}

// MARK: - What came of it

extension Courier {
    /// One connection is done with its request.
    private func land(_ connection: HTTPConnection, _ outcome: HTTPClient.Outcome, at now: BootTime) {
        let isOfIt = { (line: Line) in line.connection === connection }
        guard let index = flights.firstIndex(where: { $0.lines.contains(where: isOfIt) }),
            let place = flights[index].lines.firstIndex(where: isOfIt)
        else { return }
        let line = flights[index].lines.remove(at: place)
        switch outcome {
        case .success:
            // Where a fresh connection was served and a kept one was not, the other kept ones are in doubt as well.
            let others = flights[index].lines
            if others.contains(where: \.connection.isWaitingOnKept) { lines.dropIdle(since: flights[index].began) }
            // The first answer counts. What its other connection still makes of the request is a duplicate.
            for other in others { lines.drop(other) }
            lines.keep(line, at: now)
        case .failure:
            lines.drop(line)
            guard flights[index].lines.isEmpty else { return }
        }
        let flight = flights.remove(at: index)
        waiting = []
        if flight.kind == .others { fullBatches.last = now }
        conclude(flight, outcome, at: now)
    }

    private func conclude(_ flight: Flight, _ outcome: HTTPClient.Outcome, at now: BootTime) {
        let verdict: Verdict =
            switch outcome {
            case .success(let reply): Verdict(reply, asked: flight.ids)
            case .failure(let failure): Verdict(failure)
            }
        if case .success(let reply) = outcome { measure(flight, verdict, reply.roundTrip) }
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
            flight.kind == .status ? concludeStatus(verdict, at: now) : conclude(flight, verdict, at: now)
        }
        returnUnanswered(of: flight, verdict)
    }

    /// Learns from an answer in the platform's own form how long one takes.
    private func measure(_ flight: Flight, _ verdict: Verdict, _ span: Duration) {
        switch verdict {
        case .receipts, .silent, .taken: break
        case .unacceptable, .later, .refused: return
        }
        switch flight.kind {
        case .presses:
            for index in flights.indices where flights[index].kind != .presses {
                flights[index].isOvertaken = flights[index].isOvertaken || flight.began >= flights[index].began
            }
        case .others, .status:
            ordinaryTrip.measured(span)
            cuts = 0
        }
        size.answered(flight.events.count, in: span)
        if flight.events.count < 2 { trip.measured(span) }
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
            endWait(at: now) { $0.succeeded() }
            newestHelp = nil
            settle(receipts)
        case .silent(let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            backoff.refused(at: now, using: &random)
            // The next attempt is another event's, if there is one: this one must not stand in the way of all others.
            held.holdInOrder(flight.events, until: (backoff.opens ?? now) + target.retryFirst)
            set(.refused(words.sentence(.unnamed)))
        case .taken:
            held.hold(flight.ids, until: now + target.receiptWait)
            size.settled(flight.ids)
            endWait(at: now) { $0.answered() }
            set(.ok)
        case .unacceptable(let reason):
            endWait(at: now) { $0.answered() }
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
    private func concludeStatus(_ verdict: Verdict, at now: BootTime) {
        switch verdict {
        case .silent(let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            // What is wrong with the receipts for events, an answer without any does not mend.
            guard link != .refused(words.sentence(.unnamed)) else { return }
            endWait(at: now) { $0.succeeded() }
            set(.ok)
        case .taken:
            endWait(at: now) { $0.answered() }
            set(.ok)
        case .receipts, .unacceptable, .later, .refused: break
        }
    }

    /// What was answered ends a wait, but not a `Retry-After` that another request brought meanwhile.
    private func endWait(at now: BootTime, _ end: (inout Backoff) -> Void) {
        if !backoff.isHeld(at: now) { end(&backoff) }
    }

    private func set(_ state: LinkState) {
        guard state != link else { return }
        link = state
        report(.link(target.id, state))
    }
}
