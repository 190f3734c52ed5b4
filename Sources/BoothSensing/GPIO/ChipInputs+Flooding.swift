// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// Lines that flood: left alone for `FloodWatch.rest`, their level read at `FloodWatch.pace` meanwhile.
extension ChipInputs {
    /// Leaves the lines alone that have begun to flood.
    func hush(_ held: HeldInputs, at time: BootTime) -> ChipOutcome {
        let flooding = held.lines.filter { lines[$0].isFlooding && resting[$0] == nil }
        guard !flooding.isEmpty else { return ChipOutcome() }
        for line in flooding { resting[line] = time + FloodWatch.rest }
        nextSample = nextSample ?? time + FloodWatch.pace
        var outcome = silence(of: held)
        // What the kernel had kept by then, so that numbers go on from there, and the level behind it.
        if outcome.gone == nil { outcome += apply(held.readChanges(), of: held, at: time) }
        return outcome
    }

    /// Samples the levels of lines that flood, and tries the edges of those that have rested.
    func serveResting(at time: BootTime) -> ChipOutcome {
        var outcome = ChipOutcome()
        for held in held {
            let silent = held.lines.filter { resting[$0] != nil }
            let rested = silent.filter { resting[$0].map { $0 <= time } ?? false }
            if !rested.isEmpty {
                outcome += wake(rested, of: held, at: time)
            } else if !silent.isEmpty {
                outcome += sample(silent, of: held, at: time)
            }
        }
        nextSample = resting.isEmpty ? nil : time + FloodWatch.pace
        return outcome
    }

    private func sample(_ silent: [Int], of held: HeldInputs, at time: BootTime) -> ChipOutcome {
        do throws(GPIOError) {
            let levels = try held.readLevels().filter { silent.contains($0.line) }
            held.patience.succeed()
            return ChipOutcome(reports: levels.flatMap { lines[$0.line].correct(isActive: $0.isActive, at: time) })
        } catch {
            return outlast(error, of: held, at: time)
        }
    }

    private func wake(_ rested: [Int], of held: HeldInputs, at time: BootTime) -> ChipOutcome {
        for line in rested { resting[line] = nil }
        var outcome = silence(of: held)
        guard outcome.gone == nil else { return outcome }
        guard held.silenced.isDisjoint(with: rested) else {
            // The kernel did not take its word back; the level is sampled on.
            for line in rested { resting[line] = time + FloodWatch.rest }
            return outcome
        }
        // What waited meanwhile is older than the levels told since: it is taken while the line still says nothing.
        outcome += apply(held.readChanges(), of: held, at: time)
        for line in rested { lines[line].calm() }
        return outcome
    }

    /// Lets the kernel and the loop have what `resting` says.
    private func silence(of held: HeldInputs) -> ChipOutcome {
        do throws(GPIOError) {
            try held.silence(Set(held.lines.filter { resting[$0] != nil }))
            try watch(held)
            return ChipOutcome()
        } catch {
            return error.meansChipGone ? ChipOutcome(gone: error) : ChipOutcome()
        }
    }
}
