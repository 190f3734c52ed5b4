// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The probes: requests that are not answered, or never were yet.
extension PollSchedule {
    /// How much of the bus's time probes may use now.
    struct Room {
        /// The time until the next live request; nil: unlimited.
        var spare: Duration?
        /// Whether a probe may delay live requests.
        var maySteal: Bool
        /// Whether a probe of a never-asked unit may delay live requests.
        var mayBeFirst: Bool
        /// Whether units that are not lost yet go before lost ones.
        var isMissingsTurn: Bool
    }

    struct Probe {
        var index: Int
        var price: Duration
        /// Nil: the unit's whole response timeout.
        var patience: Duration?
        var isSteal = false
    }

    /// The order of probes: the smallest first.
    private struct Rank: Comparable {
        var group: Int
        var ready: BootTime
        var priority: Int
        var index: Int

        static func < (left: Rank, right: Rank) -> Bool {
            (left.group, left.ready, left.priority, left.index)
                < (right.group, right.ready, right.priority, right.index)
        }
    }

    /// The probe to make now: the first in rank that fits, or that may delay live requests.
    func bestProbe(at now: BootTime, _ room: Room, _ cost: (PollRequest) -> Price) -> Probe? {
        if let spare = room.spare, spare <= .zero, !room.maySteal, !room.mayBeFirst { return nil }
        var best: (probe: Probe, rank: Rank)?
        for index in candidates() {
            let ready = readiness(of: index)
            guard ready <= now else { continue }
            let rank = Rank(
                group: group(of: index, room), ready: ready, priority: entries[index].priority, index: index)
            if let best, best.rank < rank { continue }
            guard let probe = probe(index, at: now, room, cost(entries[index].request)) else { continue }
            best = (probe, rank)
        }
        return best?.probe
    }

    /// When the next probe becomes ready after `now`.
    func nextProbe(after now: BootTime) -> BootTime? {
        candidates().lazy.map { readiness(of: $0) }.filter { $0 > now }.min()
    }

    /// For each unit the request to probe next. They take turns, so that a request the unit ignores does not hide the
    /// unit.
    private func candidates() -> [Int] {
        var first = [Int?](repeating: nil, count: units.count)
        for index in entries.indices where !isLive(index) {
            let unit = entries[index].unit
            guard let other = first[unit] else {
                first[unit] = index
                continue
            }
            if (entries[index].due, entries[index].asked) < (entries[other].due, entries[other].asked) {
                first[unit] = index
            }
        }
        return first.compactMap { $0 }
    }

    private func readiness(of index: Int) -> BootTime {
        let unit = units[entries[index].unit]
        let quietUntil = unit.quietUntil(for: entries[index].request.read)
        return unit.isHeard ? quietUntil : max(entries[index].due, quietUntil)
    }

    private func group(of index: Int, _ room: Room) -> Int {
        let unit = units[entries[index].unit]
        if unit.isHeard { return 0 }
        if isLost(index) { return room.isMissingsTurn ? 3 : 1 }
        return unit.hasAnswered ? 1 : 2
    }

    /// Whether the loss of `index` was already reported.
    private func isLost(_ index: Int) -> Bool {
        units[entries[index].unit].isLost || entries[index].misses >= unitSilent
    }

    /// How to probe `index` now; nil if there is no room.
    private func probe(_ index: Int, at now: BootTime, _ room: Room, _ price: Price) -> Probe? {
        let unit = units[entries[index].unit]
        let spare = room.spare ?? price.full
        let isWholesTurn = unit.shortProbes % (Self.shortProbesInARow + 1) == Self.shortProbesInARow
        let mayBeShort = isLost(index) && !unit.isHeard && !isWholesTurn
        let waited = now - readiness(of: index)
        let isBehind = mayBeShort && waited > Self.backlog && price.least < price.full
        if now < heldUntil, waited < Self.longestHold, !isBehind, !unit.isHeard { return nil }
        if price.full <= spare && !isBehind { return Probe(index: index, price: price.full) }
        if room.maySteal, unit.isHeard || entries[index].wholeBy.map({ $0 <= now }) == true {
            return Probe(index: index, price: price.full, isSteal: true)
        }
        if price.least <= spare, price.least < price.full {
            return Probe(index: index, price: price.least, patience: isBehind ? price.least : spare)
        }
        if room.mayBeFirst, unit.state == .unknown, price.least > gaps.widest {
            return Probe(index: index, price: price.full, isSteal: true)
        }
        guard room.maySteal, price.least > gaps.widest, waited >= Self.backlog else { return nil }
        let isShort = price.least < price.full && (mayBeShort || !unit.hasAnswered)
        return Probe(
            index: index, price: isShort ? price.least : price.full, patience: isShort ? price.least : nil,
            isSteal: true)
    }
}
