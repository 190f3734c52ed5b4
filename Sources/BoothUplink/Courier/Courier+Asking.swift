// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What the agent is asked for, and which of what it gives is sent.
extension Courier {
    /// Tells the agent what could be sent now, if it is not what it was last told.
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

    /// Asks for a whole batch of presses although one shipment may not carry it: all that are there already count as
    /// tried by the next attempt.
    private func helpRequest(after newest: EventID?) -> FetchRequest {
        FetchRequest(
            number: requests, limit: BatchSize.most, onlyHelpAfter: newest ?? Presses.none, except: exceptions)
    }

    /// What the agent must not give: it is held, or under way, or waits for what is.
    private var exceptions: Set<EventID> {
        pressFlights.reduce(into: held.ids.union(presses.waiting)) { $0.formUnion($1.ids) }
    }

    /// What one shipment may carry: the platform's word, and no more than a second's worth of `rate`.
    var limit: Int {
        target.rate > 0 ? min(size.limit, max(1, Int(min(target.rate, 1000)))) : size.limit
    }

    func isWanted(_ event: QueuedEvent, by request: FetchRequest) -> Bool {
        if held.contains(event.id) || request.except.contains(event.id) { return false }
        guard let after = request.onlyHelpAfter else { return true }
        return event.priority == .help && event.id > after
    }

    /// What is to be sent for an event that the agent gave: nothing while an earlier event of its incident is held,
    /// since it would come out of order. A new press is tried at once in spite of that, and the earlier one before it.
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
