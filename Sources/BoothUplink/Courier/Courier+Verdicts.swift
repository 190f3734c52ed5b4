// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What follows from the platform's answers.
extension Courier {
    mutating func conclude(_ flight: Flight, _ verdict: Verdict, at now: BootTime) {
        switch verdict {
        case .later(let setback):
            // A batch too long for a slow line would time out every time; half of it may not.
            if setback.cause == .timedOut, flight.events.count > 1 { size.refused(flight.ids) }
            backoff.failed(at: now, hold: setback.hold, using: &random)
            set(.retrying(setback.message))
        case .refused(let message): keep(flight, message, isLasting: true, at: now)
        case .blocked(let message): keep(flight, message, isLasting: false, at: now)
        case .receipts, .silent, .promised, .unacceptable:
            flight.kind == .status ? concludeStatus(verdict, at: now) : concludeEvents(of: flight, verdict, at: now)
        }
    }

    /// The platform answered in the interface's own form.
    private mutating func concludeEvents(of flight: Flight, _ verdict: Verdict, at now: BootTime) {
        switch verdict {
        case .receipts(let receipts, let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            endWait(at: now) { $0.succeeded() }
            presses.noteReceipts()
            passOn(receipts)
        case .silent(let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            backoff.refused(at: now, using: &random)
            // Try another event next, if there is one: this one must not block all others.
            held.holdInOrder(flight.events, until: (backoff.opens ?? now) + target.retryFirst)
            set(.refused(words.unnamed))
        case .promised:
            held.hold(flight.ids, until: now + target.receiptWait)
            size.judged(flight.ids)
            endWait(at: now) { $0.answered() }
            notePassing(of: flight.ids)
        case .unacceptable(let reason):
            endWait(at: now) { $0.answered() }
            if flight.events.count > 1 {
                size.refused(flight.ids)
                notePassing(of: [])
            } else {
                passOn(flight.ids.map { Receipt(id: $0, result: .rejected(reason: reason)) })
            }
        case .blocked, .later, .refused: break
        }
    }

    private mutating func passOn(_ receipts: [Receipt]) {
        size.judged(receipts.lazy.map(\.id))
        steps.append(.report(.receipts(target.id, receipts)))
        notePassing(of: receipts.map(\.id))
    }

    /// A status needs no receipt; any answer in the interface's own form proves contact.
    private mutating func concludeStatus(_ verdict: Verdict, at now: BootTime) {
        switch verdict {
        case .silent(let maxBatch):
            if let maxBatch { size.offer(maxBatch) }
            // An answer without receipts does not show that the missing receipts for events are fixed.
            guard link != .refused(words.unnamed) else { return }
            endWait(at: now) { $0.succeeded() }
            notePassing(of: [])
        case .promised:
            endWait(at: now) { $0.answered() }
            notePassing(of: [])
        case .receipts, .unacceptable, .blocked, .later, .refused: break
        }
    }

    /// Reports events as returned if the platform has not accepted them, so that no one is told that they are sent.
    mutating func returnUnanswered(of flight: Flight, _ verdict: Verdict) {
        var waiting = flight.ids
        switch verdict {
        case .promised: return
        case .receipts(let receipts, _):
            let answered = Set(receipts.map(\.id))
            waiting.removeAll { answered.contains($0) }
        case .unacceptable where flight.events.count == 1: return
        case .blocked, .later, .refused, .silent, .unacceptable: break
        }
        if !waiting.isEmpty { steps.append(.report(.returned(target.id, waiting))) }
    }

    /// Learns the response time from an answer in the interface's own form.
    mutating func measure(_ flight: Flight, _ verdict: Verdict, _ span: Duration) {
        switch verdict {
        case .receipts, .silent, .promised: break
        case .unacceptable, .blocked, .later, .refused: return
        }
        if flight.kind == .presses { noteOvertaken(by: flight) }
        size.answered(flight.events.count, in: span)
        times.measured(span, count: flight.events.count, isPress: flight.kind == .presses)
    }

    /// A press that began later was answered first. So an ordinary shipment without an answer may be on a dead
    /// connection.
    private mutating func noteOvertaken(by press: Flight) {
        for index in flights.indices
        where flights[index].kind != .presses && press.shipment.began >= flights[index].shipment.began {
            flights[index].isOvertaken = true
        }
    }

    /// Ends the wait, but not a hold that another shipment brought in the meantime.
    private mutating func endWait(at now: BootTime, _ end: (inout Backoff) -> Void) {
        if !backoff.isHeld(at: now) { end(&backoff) }
    }

    mutating func set(_ state: LinkState) {
        guard state != link else { return }
        link = state
        steps.append(.report(.link(target.id, state)))
    }
}
