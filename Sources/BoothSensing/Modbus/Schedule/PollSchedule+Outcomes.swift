// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

/// Applies the result of a request. Call one of `answered`, `busy` and `missed` for each request. After a refusal also
/// call `refusedOne` or `split`, because a refusal is an answer.
extension PollSchedule {
    /// The request was answered, with values or with a refusal of its address.
    ///
    /// - Returns: whether its unit was lost before.
    mutating func answered(_ index: Int, at now: BootTime) -> Bool {
        let wasLost = found(index, at: now)
        entries[index].busyPolls = 0
        entries[index].moveOn()
        return wasLost
    }

    /// The unit answered that it is busy (exceptions 5 and 6). It lives, and is asked again soon within the same
    /// period.
    ///
    /// - Returns: whether its unit was lost before; and `.request` if so many polls in a row ended busy that the
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
        // The late answer to the short probe has come; the bus need not wait for it any longer.
        if let made, made.index == index, made.isShort { heldUntil = now }
        let wasLost = units[unit].isLost
        units[unit].found()
        if wasLost {
            for other in entries.indices where entries[other].unit == unit {
                entries[other].found()
                entries[other].begin(at: now)
            }
            // A different board may have been connected.
            if units[unit].isSplit { changed.insert(unit) }
        }
        entries[index].found()
        return wasLost
    }

    /// The request was not answered.
    ///
    /// - Parameters:
    ///   - lateAnswer: how long its answer may still come. Until then no request with a similar answer is made.
    ///   - asked: the guard register that was read instead, if any.
    mutating func missed(
        _ index: Int, at now: BootTime, lateAnswer: Duration, asked: ReadRequest? = nil
    ) -> Loss? {
        let unit = entries[index].unit
        entries[index].isMissing = true
        let isShort = made.map { $0.index == index && $0.isShort } ?? false
        units[unit].owe(asked ?? entries[index].request.read, until: now + lateAnswer, at: now)
        units[unit].isHeard = false
        units[unit].shortProbes = isShort ? units[unit].shortProbes + 1 : 0
        // Short probes alone do not make a unit lost if it answered before: it may need more time than they allow.
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

    /// Counts a miss of a request and its unit, neither of them lost yet.
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
            // Spread the units, so that they do not all get the whole timeout in the same round.
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

    /// A frame of `unit` came without a matching request. The unit lives, but its probe was too short. It is probed as
    /// soon as possible with its whole timeout, but not while another late answer may still come.
    mutating func heard(unit number: Int) {
        guard let unit = units.firstIndex(where: { $0.number == number }) else { return }
        units[unit].isHeard = !units[unit].isAnswering
    }

    /// The unit refused the one address that `index` reads. A board that is starting may refuse addresses that it has.
    /// So only after `unitSilent` refusals is the address asked slowly, until it answers.
    ///
    /// - Returns: whether that many polls in a row were refused; then the address does not exist.
    mutating func refusedOne(_ index: Int, at now: BootTime) -> Bool {
        entries[index].refusals += 1
        guard entries[index].refusals >= unitSilent else { return false }
        entries[index].begin(at: now + max(Self.longestInterval, entries[index].request.period))
        return true
    }

    /// The request gave values.
    mutating func accepted(_ index: Int) { entries[index].refusals = 0 }

    /// A read outside the plan went unanswered.
    mutating func owe(_ read: ReadRequest, until instant: BootTime, at now: BootTime) {
        guard let unit = units.firstIndex(where: { $0.number == read.unit }) else {
            strangers[read.unit, default: PollUnit(read.unit)].owe(read, until: instant, at: now)
            return
        }
        units[unit].owe(read, until: instant, at: now)
    }

    /// The guard read made instead of the last request was answered.
    mutating func proved(at now: BootTime) {
        if made?.isShort == true { heldUntil = now }
    }

    /// Replaces request `index`, which the unit refused as a whole, by its parts. All parts are due.
    ///
    /// - Parameter index: a request with `canSplit`.
    mutating func split(_ index: Int, at now: BootTime) {
        let refused = entries.remove(at: index)
        made = nil
        units[refused.unit].isSplit = true
        entries += refused.request.split.map { PollEntry($0, unit: refused.unit, due: now) }
    }

    /// The connection was opened again: everything is due. Answers to earlier requests may still come.
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

    /// Restores the planned requests of units that may have been exchanged.
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
