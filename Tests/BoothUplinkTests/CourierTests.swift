// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothUplink

/// A courier on paper: what it would send, and answers that are told it.
private struct PaperCourier {
    private var courier: Courier
    var now = BootTime(nanoseconds: 1_000_000_000)
    private(set) var reports: [UplinkReport] = []
    private(set) var sent: [Shipment] = []
    private(set) var cancelled: [Shipment.Number] = []

    init(_ change: (inout TargetConfiguration) -> Void = { _ in }) {
        var target = TargetConfiguration(id: "police", accepts: [.police], endpoint: .init(url: "http://127.0.0.1"))
        change(&target)
        courier = Courier(target, startSpread: .zero, link: .ok, at: now)
        advance()
    }

    /// What the agent was asked last.
    var asked: FetchRequest? {
        for case .ready(_, let request) in reports.reversed() { return request }
        return nil
    }

    mutating func advance(by span: Duration = .zero) {
        now = now + span
        note(courier.advance(at: now))
    }

    /// Gives events for what was asked last.
    mutating func give(_ numbers: [Int], _ priority: Priority = .routine) {
        let events = numbers.map {
            QueuedEvent(id: eventID($0), sequence: "\($0)", priority: priority, body: "{}")
        }
        courier.apply(batch: events, number: asked?.number ?? 0, at: now)
        advance()
    }

    mutating func answer(_ shipment: Shipment?, _ verdict: Verdict, after span: Duration = .milliseconds(10)) {
        now = now + span
        note(courier.apply(verdict, on: shipment?.number ?? 0, span: span, at: now))
        advance()
    }

    private mutating func note(_ steps: [Step]) {
        for step in steps {
            switch step {
            case .report(let report): reports.append(report)
            case .send(let shipment): sent.append(shipment)
            case .cancel(let shipment): cancelled.append(shipment)
            case .ask: Issue.record("a courier asks for no tasks")
            }
        }
    }

    static func accepted(_ numbers: [Int], maxBatch: Int? = nil) -> Verdict {
        .receipts(numbers.map { Receipt(id: eventID($0), result: .accepted(ticket: nil)) }, maxBatch: maxBatch)
    }
}

/// What any transport can rely on, without one.
@Suite struct CourierTests {
    @Test("a press goes beside what is under way, the next one after 200 ms or an answer")
    func presses() {
        var paper = PaperCourier()
        paper.give([1])
        paper.give([2], .help)
        #expect(paper.asked?.onlyHelpAfter != nil)
        #expect(paper.sent.map(\.events.first?.id) == [eventID(1), eventID(2)])
        guard case .press = paper.sent[1].way else {
            Issue.record("not sent as a press")
            return
        }
        let before = paper.asked?.number
        paper.advance(by: .milliseconds(199))
        #expect(paper.asked?.number == before)
        paper.advance(by: .milliseconds(1))
        #expect(paper.asked?.number != before)
        paper.give([3], .help)
        #expect(paper.sent.count == 3)
    }

    @Test("what a press has overtaken is cut once it is overdue, and comes back")
    func overtaken() {
        var paper = PaperCourier()
        paper.give([1])
        paper.give([2], .help)
        paper.answer(paper.sent[1], PaperCourier.accepted([2]))
        #expect(paper.cancelled.isEmpty)
        paper.advance(by: .seconds(1))
        #expect(paper.cancelled == [paper.sent[0].number])
        let isReturned = paper.reports.contains { if case .returned(_, [eventID(1)]) = $0 { true } else { false } }
        #expect(isReturned)
        // What comes of it after all is nobody's.
        let reports = paper.reports.count
        paper.answer(paper.sent[0], PaperCourier.accepted([1]))
        #expect(!paper.reports[reports...].contains { if case .receipts = $0 { true } else { false } })
    }

    @Test("a batch that timed out comes again half as large; one that was cut off on the way does not")
    func halved() {
        for (cause, limit) in [(Setback.Cause.timedOut, 4), (.cutOff, 8)] {
            var paper = PaperCourier { $0.retryFirst = .milliseconds(1) }
            paper.give([1])
            paper.answer(paper.sent[0], PaperCourier.accepted([1], maxBatch: 8))
            paper.give(Array(2...9))
            paper.answer(paper.sent[1], .later(Setback(Message(zh: "慢", en: "slow"), cause: cause)))
            paper.advance(by: .seconds(1))
            #expect(paper.asked?.onlyHelpAfter == nil && paper.asked?.limit == limit)
        }
    }

    @Test("what was promised a receipt is left alone until receipt-wait has passed")
    func promised() {
        var paper = PaperCourier { $0.receiptWait = .seconds(5) }
        paper.give([1])
        paper.answer(paper.sent[0], .promised)
        #expect(paper.asked?.except == [eventID(1)])
        paper.advance(by: .seconds(5))
        #expect(paper.asked?.except == [])
    }
}
