// SPDX-License-Identifier: Apache-2.0
import BoothModel
import BoothUplink
import Testing

/// Numbers that are the same in each run (SplitMix64).
struct FixedRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

private let start = BootTime(nanoseconds: 1_000_000_000_000)

@Suite struct BackoffTests {
    private var backoff = Backoff(first: .seconds(1), most: .seconds(60))
    private var random = FixedRandom(state: 7)

    @Test("doubles the longest wait from the first to the most, and stays there")
    mutating func ceiling() {
        var ceilings: [Duration] = []
        var now = start
        for _ in 0..<100 {
            ceilings.append(backoff.ceiling)
            backoff.failed(at: now, using: &random)
            let wait = (backoff.opens ?? now) - now
            #expect(wait >= .zero && wait <= ceilings[ceilings.count - 1])
            now = max(now, backoff.opens ?? now)
        }
        #expect(Array(ceilings.prefix(8)) == [1, 2, 4, 8, 16, 32, 60, 60].map { Duration.seconds($0) })
        #expect(ceilings.last == .seconds(60))
    }

    @Test("spreads waits over the whole span")
    func fullJitter() {
        var waits: [Double] = []
        for seed in 0..<400 {
            var backoff = Backoff(first: .seconds(1), most: .seconds(60))
            var random = FixedRandom(state: UInt64(seed))
            backoff.failed(at: start, using: &random)
            waits.append(((backoff.opens ?? start) - start) / .seconds(1))
        }
        for quarter in 0..<4 {
            let low = Double(quarter) / 4
            let share = waits.count { $0 >= low && $0 < low + 0.25 }
            #expect((60...140).contains(share), "quarter \(quarter): \(share)")
        }
    }

    @Test("waits at least the most when refused, and not in step with others")
    mutating func refused() {
        backoff.refused(at: start, using: &random)
        let wait = (backoff.opens ?? start) - start
        #expect(wait >= .seconds(60) && wait <= .seconds(75))
        #expect(!backoff.isHeld(at: start))
    }

    @Test(
        "holds everything for a Retry-After, an hour at most",
        arguments: [(0, 0), (5, 5), (3600, 3600), (9999, 3600), (-5, 0)])
    mutating func hold(seconds: Int, held: Int) {
        var backoff = backoff
        backoff.failed(at: start, hold: .seconds(seconds), using: &random)
        if held > 0 { #expect(backoff.isHeld(at: start + .milliseconds(held * 1000 - 1))) }
        #expect(!backoff.isHeld(at: start + .seconds(held)))
        #expect((backoff.opens ?? start) >= start + .seconds(held))
        #expect((backoff.opens ?? start) <= start + .seconds(held + 1))
    }

    @Test("starts again only after receipts; another answer ends the wait alone")
    mutating func reset() {
        for _ in 0..<5 {
            backoff.failed(at: start, using: &random)
            backoff.answered()
        }
        #expect(backoff.failures == 5)
        #expect(!backoff.isClosed(at: start))
        backoff.succeeded()
        #expect(backoff.ceiling == .seconds(1))
    }

    @Test("is not moved by a failure out of turn, except by its Retry-After")
    mutating func outOfTurn() {
        backoff.refused(at: start, using: &random)
        let opens = backoff.opens
        backoff.failed(at: start + .seconds(1), using: &random)
        backoff.refused(at: start + .seconds(2), using: &random)
        #expect(backoff.opens == opens)
        #expect(backoff.failures == 1)
        backoff.failed(at: start + .seconds(3), hold: .seconds(600), using: &random)
        #expect(backoff.isHeld(at: start + .seconds(602)))
        #expect((backoff.opens ?? start) >= start + .seconds(603))
    }
}

@Suite struct BatchSizeTests {
    @Test("is 1 until the platform offers more, and never over the cap or under 1")
    func offer() {
        var size = BatchSize()
        #expect(size.limit == 1)
        for (offered, expected) in [(50, 50), (1_000_000, 100), (20, 20), (0, 1), (-3, 1), (7, 7)] {
            size.offer(offered)
            #expect(size.limit == expected)
        }
    }

    @Test("finds the one refused event of a backlog, wherever it stands", arguments: [0, 1, 49, 50, 69, 98, 99, 149])
    func search(place: Int) {
        var size = BatchSize()
        size.offer(100)
        var queue = (0..<150).map(eventID)
        let poison = queue[place]
        var rejected: [EventID] = []
        var requests = 0
        while !queue.isEmpty, requests < 100 {
            requests += 1
            let batch = Array(queue.prefix(size.limit))
            if batch.contains(poison), batch.count > 1 {
                size.refused(batch)
                continue
            }
            if batch == [poison] { rejected.append(poison) }
            queue.removeFirst(batch.count)
            size.judged(batch)
        }
        #expect(rejected == [poison])
        #expect(queue.isEmpty)
        #expect(requests <= 24, "\(requests) requests")
        #expect(size.limit > 1)
    }

    @Test("grows again although suspects left the queue by another way")
    func lostSuspects() {
        var size = BatchSize()
        size.offer(100)
        size.refused((0..<100).map(eventID))
        #expect(size.limit == 50)
        for first in stride(from: 1000, to: 2000, by: 50) { size.judged((first..<first + 50).map(eventID)) }
        #expect(size.limit == 100)
    }

    @Test("keeps moving when every event is refused")
    func allRefused() {
        var size = BatchSize()
        size.offer(100)
        var left = (0..<200).map(eventID)
        var requests = 0
        while !left.isEmpty, requests < 1000 {
            requests += 1
            let batch = Array(left.prefix(size.limit))
            if batch.count > 1 {
                size.refused(batch)
            } else {
                left.removeFirst()
                size.judged(batch)
            }
        }
        #expect(left.isEmpty)
        #expect(requests <= 400, "\(requests) requests")
    }
}

@Suite struct BatchTimeTests {
    /// Sends a single event, then batches, over a line where each takes `base` and each event `cost` more.
    private func sizes(base: Duration, cost: Duration, count: Int) -> [Int] {
        var size = BatchSize()
        size.answered(1, in: base + cost)
        size.offer(50)
        return (0..<count).map { _ in
            let limit = size.limit
            size.answered(limit, in: base + cost * limit)
            return limit
        }
    }

    @Test("a batch takes about twice as long as a single event, whatever the line")
    func twice() {
        // A platform that takes 70 µs for each, on loopback; 64 kbit/s; 1.6 s there and back, with room to spare.
        #expect(sizes(base: .milliseconds(1), cost: .microseconds(70), count: 40).suffix(20).allSatisfy { $0 == 29 })
        #expect(sizes(base: .milliseconds(200), cost: .milliseconds(88), count: 40).suffix(20).allSatisfy { $0 == 3 })
        #expect(sizes(base: .milliseconds(1600), cost: .milliseconds(1), count: 40).allSatisfy { $0 == 50 })
        #expect(sizes(base: .milliseconds(1600), cost: .milliseconds(88), count: 40).suffix(20).allSatisfy { $0 == 3 })
    }

    @Test("is two at the least, and never over what is offered")
    func limits() {
        #expect(sizes(base: .zero, cost: .seconds(9), count: 20).last == 2)
        #expect(sizes(base: .seconds(9), cost: .zero, count: 20).last == 50)
        #expect(sizes(base: .zero, cost: .zero, count: 20).last == 50)
    }

    @Test("learns that a platform became slow with each request, not with each event, and sends large batches again")
    func slowDisk() {
        var size = BatchSize()
        size.answered(1, in: .microseconds(1300))
        size.offer(50)
        var limits: [Int] = []
        for _ in 0..<60 {
            limits.append(size.limit)
            size.answered(size.limit, in: .milliseconds(12) + .microseconds(70) * size.limit)
        }
        #expect((limits.min() ?? 0) < 20 && limits.suffix(20).allSatisfy { $0 > 25 })
    }

    @Test("recovers from one answer that met with bad luck")
    func luck() {
        var size = BatchSize()
        size.answered(1, in: .milliseconds(1))
        size.offer(50)
        for number in 0..<60 {
            let span = Duration.milliseconds(1) + .microseconds(20) * size.limit
            size.answered(size.limit, in: number == 10 ? .seconds(9) : span)
        }
        #expect(size.limit > 25)
    }
}

@Suite struct RoundTripTests {
    @Test("an answer is missing after a second while nothing is known, then after somewhat more than is usual")
    func patience() {
        var trip = RoundTrip()
        #expect(trip.usual == nil && trip.patience == .seconds(1))
        trip.measured(.milliseconds(1600))
        #expect(trip.patience == .milliseconds(3600))
        for _ in 0..<40 { trip.measured(.milliseconds(1600)) }
        #expect(trip.patience == .milliseconds(1900))
        for _ in 0..<200 { trip.measured(.milliseconds(2)) }
        #expect(trip.patience > .milliseconds(301) && trip.patience < .milliseconds(303))
    }

    @Test("allows for answers that come unevenly, two seconds at most")
    func uneven() {
        var trip = RoundTrip()
        for number in 0..<100 { trip.measured(.milliseconds(number % 2 == 0 ? 100 : 500)) }
        let usual = trip.usual ?? .zero
        #expect(usual > .milliseconds(250) && usual < .milliseconds(350))
        #expect(trip.patience - usual > .milliseconds(700) && trip.patience - usual < .milliseconds(900))
        trip.measured(.seconds(60))
        #expect(trip.patience - (trip.usual ?? .zero) == .seconds(2))
    }
}

@Suite struct HeldEventsTests {
    @Test("forgets each at its own deadline, and knows the first")
    func deadlines() {
        var held = HeldEvents()
        held.hold([eventID(1)], until: start + .seconds(1))
        held.hold([eventID(2)], until: start + .seconds(2))
        #expect(held.nextDeadline == start + .seconds(1))
        held.expire(at: start)
        #expect(held.ids == [eventID(1), eventID(2)])
        held.expire(at: start + .seconds(1))
        #expect(held.ids == [eventID(2)])
        held.expire(at: start + .seconds(2))
        #expect(held.nextDeadline == nil)
    }

    @Test("knows the first of an incident that was not taken, until it is, or its deadline")
    func firsts() {
        func event(_ number: Int, _ priority: Priority = .alarm, incident: Int? = 9) -> QueuedEvent {
            QueuedEvent(
                id: eventID(number), sequence: "", priority: priority, body: "",
                incident: incident.map { eventID($0).key })
        }
        var held = HeldEvents()
        held.holdInOrder([event(3), event(2), event(5)], until: start + .seconds(1))
        held.holdInOrder([event(7, incident: nil)], until: start + .seconds(1))
        #expect(held.first(before: event(4))?.id == eventID(2))
        #expect(held.first(before: event(1)) == nil)
        #expect(held.first(before: event(4, incident: 8)) == nil && held.first(before: event(8, incident: nil)) == nil)
        // A press never waits for what is less urgent.
        #expect(held.first(before: event(4, .help)) == nil)
        held.holdInOrder([event(1, .help)], until: start + .seconds(2))
        #expect(held.first(before: event(4, .help))?.press?.id == eventID(1))
        held.expire(at: start + .seconds(1))
        #expect(held.first(before: event(4))?.id == eventID(1))
        // Taken at last: its receipt is on the way.
        held.hold([eventID(1)], until: start + .seconds(9))
        #expect(held.first(before: event(4)) == nil && held.contains(eventID(1)))
    }

    @Test("says when it is full and when not even a press may be added")
    func limits() {
        var held = HeldEvents()
        held.hold((0..<HeldEvents.most).map(eventID), until: start)
        #expect(held.isFull && !held.isExhausted)
        held.hold((0..<2 * HeldEvents.most).map(eventID), until: start)
        #expect(held.isExhausted)
    }
}
