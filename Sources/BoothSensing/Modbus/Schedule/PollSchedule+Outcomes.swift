// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// What came of a request. Of `answered`, `busy` and `missed` one is called for each; `refusedOne` or `split` after
/// `answered`, for an answer was a refusal.
extension PollSchedule {
    /// The request was answered, with values or with a refusal of its address.
    ///
    /// - Returns: whether its unit had been lost.
    mutating func answered(_ index: Int, at now: BootTime) -> Bool {
        let wasLost = found(index, at: now)
        entries[index].busyPolls = 0
        entries[index].moveOn()
        return wasLost
    }

    /// The unit answered that it is busy (exceptions 5 and 6): it lives, and is asked again soon within the period.
    ///
    /// - Returns: whether its unit had been lost; and `.request` where so many polls in a row ended like this that the
    ///   points' values are too old.
    mutating func busy(_ index: Int, at now: BootTime) -> (wasLost: Bool, loss: Loss?) {
        let wasLost = found(index, at: now)
        let pause = min(Self.firstBusyPause * (1 << min(entries[index].retries, 10)), Self.longestBusyPause)
        if now + pause < entries[index].nextGrid {
            entries[index].due = now + pause
            entries[index].retries += 1
            return (wasLost, nil)
        }
        entries[index].moveOn()
        entries[index].busyPolls += 1
        return (wasLost, entries[index].busyPolls >= unitSilent ? .request : nil)
    }

    private mutating func found(_ index: Int, at now: BootTime) -> Bool {
        let unit = entries[index].unit
        // What the bus was held free for has come.
        if let made, made.index == index, made.isShort { heldUntil = now }
        let wasLost = units[unit].isLost
        units[unit].found()
        if wasLost {
            for other in entries.indices where entries[other].unit == unit {
                entries[other].found()
                entries[other].begin(at: now)
            }
            // The board may be another one.
            if units[unit].isSplit { changed.insert(unit) }
        }
        entries[index].found()
        return wasLost
    }

    /// The request brought nothing.
    ///
    /// - Parameters:
    ///   - lateAnswer: how long an answer to it may still come; nothing that is answered alike is asked before.
    ///   - asked: what was asked in its place, a guard register.
    mutating func missed(
        _ index: Int, at now: BootTime, lateAnswer: Duration, asked: ReadRequest? = nil
    ) -> Loss? {
        let unit = entries[index].unit
        entries[index].isMissing = true
        let isShort = made.map { $0.index == index && $0.isShort } ?? false
        units[unit].owe(asked ?? entries[index].request.read, until: now + lateAnswer, at: now)
        units[unit].isHeard = false
        units[unit].shortProbes = isShort ? units[unit].shortProbes + 1 : 0
        // A unit that answered before is not lost for short probes alone: it may be slower than they allow.
        let most = isShort && units[unit].hasAnswered ? unitSilent - 1 : .max
        if units[unit].isLost {
            pause(unit, entries[index].request.period, at: now)
            return nil
        }
        if entries[index].misses >= unitSilent {
            pauseAlone(index, at: now)
            return nil
        }
        return count(index, most: most, wasWhole: !isShort, at: now)
    }

    /// Counts a miss of a request and a unit that are not lost yet.
    private mutating func count(_ index: Int, most: Int, wasWhole: Bool, at now: BootTime) -> Loss? {
        let unit = entries[index].unit
        units[unit].misses = max(units[unit].misses, min(units[unit].misses + 1, most))
        entries[index].misses = max(entries[index].misses, min(entries[index].misses + 1, most))
        units[unit].state = .missing
        entries[index].moveOn()
        if wasWhole || entries[index].wholeBy == nil {
            entries[index].wholeBy = units[unit].hasAnswered ? entries[index].due : nil
        }
        if units[unit].misses >= unitSilent {
            units[unit].state = .silent
            // Not all of them want their whole timeout in the same round.
            units[unit].shortProbes = unit % (Self.shortProbesInARow + 1)
            pause(unit, entries[index].request.period, at: now)
            return .unit
        }
        guard entries[index].misses >= unitSilent else { return nil }
        entries[index].wholeBy = nil
        pauseAlone(index, at: now)
        return .request
    }

    private mutating func pause(_ unit: Int, _ period: Duration, at now: BootTime) {
        units[unit].interval = min(Self.longestInterval, max(units[unit].interval * 2, period))
        for other in entries.indices where entries[other].unit == unit {
            entries[other].begin(at: now + units[unit].interval)
            entries[other].wholeBy = nil
        }
    }

    private mutating func pauseAlone(_ index: Int, at now: BootTime) {
        entries[index].interval = min(
            Self.longestInterval, max(entries[index].interval * 2, entries[index].request.period))
        entries[index].begin(at: now + entries[index].interval)
    }

    /// A frame of `unit` came that answers nothing that is being asked: it lives, and was asked with too little
    /// patience. It is asked as soon as can be, with its whole timeout; not while an answer may still be late, for one
    /// late frame does not prove that it was the only one.
    mutating func heard(unit number: Int) {
        guard let unit = units.firstIndex(where: { $0.number == number }) else { return }
        units[unit].isHeard = !units[unit].isAnswering
    }

    /// The unit refused the one address that `index` reads. A board that starts refuses what it has: only after some
    /// polls it is asked slowly, until it answers.
    ///
    /// - Returns: whether so many polls in a row were refused that the address does not exist.
    mutating func refusedOne(_ index: Int, at now: BootTime) -> Bool {
        entries[index].refusals += 1
        guard entries[index].refusals >= unitSilent else { return false }
        entries[index].begin(at: now + max(Self.longestInterval, entries[index].request.period))
        return true
    }

    /// The request gave values.
    mutating func accepted(_ index: Int) { entries[index].refusals = 0 }

    /// A read that is not of the plan went without an answer.
    mutating func owe(_ read: ReadRequest, until instant: BootTime, at now: BootTime) {
        guard let unit = units.firstIndex(where: { $0.number == read.unit }) else {
            strangers[read.unit, default: PollUnit(read.unit)].owe(read, until: instant, at: now)
            return
        }
        units[unit].owe(read, until: instant, at: now)
    }

    /// What was asked in the place of the request made last was answered.
    mutating func proved(at now: BootTime) {
        if made?.isShort == true { heldUntil = now }
    }

    /// Puts the parts of `index`, which the unit refused as a whole, in its place; all are due.
    ///
    /// - Parameter index: of a request with `canSplit`.
    mutating func split(_ index: Int, at now: BootTime) {
        let refused = entries.remove(at: index)
        made = nil
        units[refused.unit].isSplit = true
        entries += refused.request.split.map { PollEntry($0, unit: refused.unit, due: now) }
    }

    /// Everything is due: the connection was opened anew. What was asked over the last one may still be answered.
    mutating func restart(at now: BootTime) {
        for unit in units.indices {
            units[unit].interval = .zero
            if units[unit].isSplit { changed.insert(unit) }
        }
        for index in entries.indices {
            entries[index].begin(at: now)
            entries[index].interval = .zero
        }
    }

    /// Gives units that may be other boards than before the requests of the plan again.
    mutating func restorePlans(at now: BootTime) {
        guard !changed.isEmpty else { return }
        entries.removeAll { changed.contains($0.unit) }
        for unit in changed {
            units[unit].isSplit = false
            let requests = plan.requests.filter { $0.read.unit == units[unit].number }
            entries += requests.map { PollEntry($0, unit: unit, due: now) }
        }
        changed.removeAll()
        made = nil
    }
}
