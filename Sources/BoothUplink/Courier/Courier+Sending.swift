// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Sends shipments and cancels them.
extension Courier {
    /// Sends the first events of the batch. The rest stays in the journal and is asked for again.
    ///
    /// Presses are sent without other events, because a platform answers one press much sooner than a batch of fifty.
    mutating func sendBatch(at now: BootTime) {
        let helps = batch.filter { $0.priority == .help }
        if helps.isEmpty {
            sendOthers(at: now)
        } else {
            sendPresses(helps, at: now)
        }
    }

    private mutating func sendPresses(_ helps: [QueuedEvent], at now: BootTime) {
        let before = pressFlights
        guard Presses.mayJoin(before, at: now) else { return }
        batch = []
        // The state may have changed since the request. A press that may not go now stays queued and is asked for
        // later.
        guard !backoff.isHeld(at: now), helps.contains(where: { presses.isNew($0.id) }) || !backoff.isClosed(at: now)
        else { return }
        let free = presses.free(helps, beside: before)
        guard !free.isEmpty else { return }
        presses.noteTried(helps)
        send(.presses, blocked.shipment(of: free.prefix(limit)), by: .press, at: now)
    }

    private mutating func sendOthers(at now: BootTime) {
        let events = blocked.shipment(of: batch.prefix(limit))
        let isFull = events.count >= limit
        batch = []
        guard ordinary == nil, !backoff.isHeld(at: now), !backoff.isClosed(at: now) else { return }
        backlog.noteBatch(isFull: isFull, at: now)
        send(.others, events, by: ordinaryWay, at: now)
    }

    private mutating func send(_ kind: Flight.Kind, _ events: [QueuedEvent], by way: Shipment.Way, at now: BootTime) {
        if target.rate > 0 { paced = max(paced, now) + .seconds(min(Double(events.count) / target.rate, 3600)) }
        steps.append(.report(.sending(target.id, events.map(\.id))))
        begin(kind, .events(events), by: way, at: now)
    }

    mutating func sendStatus(at now: BootTime) {
        guard let status else { return }
        self.status = nil
        begin(.status, .status(status.id, body: status.body), by: ordinaryWay, at: now)
    }

    /// While a backlog is sent, or if a new connection takes long, one open connection is kept free for a press.
    private var ordinaryWay: Shipment.Way { .ordinary(keepsSpare: backlog.isSent || times.areSlow) }

    private mutating func begin(
        _ kind: Flight.Kind, _ content: Shipment.Content, by way: Shipment.Way, at now: BootTime
    ) {
        shipments += 1
        let patience = kind == .presses ? times.pressPatience : times.ordinaryPatience
        let shipment = Shipment(number: shipments, content: content, way: way, began: now, overdue: now + patience)
        flights.append(Flight(kind, shipment))
        steps.append(.send(shipment))
    }

    /// Cancels an ordinary shipment whose connection seems dead; its events are asked for again.
    mutating func cutDead(at now: BootTime) {
        guard let index = flights.firstIndex(where: { $0.isOvertaken && now >= $0.shipment.overdue }) else { return }
        let flight = flights.remove(at: index)
        steps.append(.cancel(flight.shipment.number))
        times.noteCut()
        if !flight.events.isEmpty { steps.append(.report(.returned(target.id, flight.ids))) }
    }
}
