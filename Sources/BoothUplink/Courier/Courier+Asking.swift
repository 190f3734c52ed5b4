// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What the courier asks the agent for, and what it sends of that.
extension Courier {
    /// Tells the agent what could be sent now, if this has changed.
    mutating func ask(at now: BootTime) {
        guard batch.isEmpty, now >= asksFrom else { return }
        let wanted = wanted(at: now)
        guard wanted != asked else { return }
        asked = wanted
        guard wanted != nil else { return }
        requests += 1
        asked?.number = requests
        if let asked { steps.append(.report(.ready(target.id, asked))) }
    }

    /// nil: nothing could be sent.
    private func wanted(at now: BootTime) -> FetchRequest? {
        let flights = pressFlights
        if backoff.isHeld(at: now) || held.isExhausted || !Presses.mayJoin(flights, at: now) { return nil }
        if !flights.isEmpty || backoff.isClosed(at: now) { return helpRequest(after: presses.newest) }
        if ordinary != nil || now < paced || held.isFull { return helpRequest(after: nil) }
        return FetchRequest(number: requests, limit: limit, except: exceptions)
    }

    /// Asks for a whole batch of presses although one shipment may not carry all of them: the next attempt marks all
    /// waiting presses as tried.
    private func helpRequest(after newest: EventID?) -> FetchRequest {
        FetchRequest(
            number: requests, limit: BatchSize.most, onlyHelpAfter: newest ?? Presses.none, except: exceptions)
    }

    /// Events that the agent must not give: they are held, under way, or wait for an event under way.
    private var exceptions: Set<EventID> {
        pressFlights.reduce(into: held.ids.union(presses.waiting)) { $0.formUnion($1.ids) }
    }

    /// The most events of one shipment: the platform's batch size, and at most one second of `rate`.
    var limit: Int {
        target.rate > 0 ? min(size.limit, max(1, Int(min(target.rate, 1000)))) : size.limit
    }

    func isWanted(_ event: QueuedEvent, by request: FetchRequest) -> Bool {
        if held.contains(event.id) || request.except.contains(event.id) { return false }
        guard let after = request.onlyHelpAfter else { return true }
        return event.priority == .help && event.id > after
    }

    /// What to send for an event that the agent gave. Nothing while an earlier event of its incident is held, to keep
    /// the order. But a new press is tried at once, with the earlier press before it.
    mutating func inOrder(_ event: QueuedEvent) -> [QueuedEvent] {
        guard let first = held.first(before: event) else { return [event] }
        guard let press = first.press, event.priority == .help, presses.mayBreakOrder(event.id) else {
            held.hold(event, behind: first)
            return []
        }
        held.release(first)
        return [press, event]
    }
}
