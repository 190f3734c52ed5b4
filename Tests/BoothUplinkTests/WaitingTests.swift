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
            size.settled(batch)
        }
        #expect(rejected == [poison])
        #expect(queue.isEmpty)
        #expect(requests <= 24, "\(requests) requests")
        #expect(size.limit > 1)
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
                size.settled(batch)
            }
        }
        #expect(left.isEmpty)
        #expect(requests <= 400, "\(requests) requests")
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

    @Test("says when it is full and when not even a press may be added")
    func limits() {
        var held = HeldEvents()
        held.hold((0..<HeldEvents.most).map(eventID), until: start)
        #expect(held.isFull && !held.isExhausted)
        held.hold((0..<2 * HeldEvents.most).map(eventID), until: start)
        #expect(held.isExhausted)
    }
}
