// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// Flooding lines. Their edges are ignored for `FloodWatch.rest`; meanwhile their level is read every
/// `FloodWatch.pace`.
extension ChipInputs {
    /// Starts ignoring the edges of lines that have just begun to flood.
    func hush(_ held: HeldInputs, at time: BootTime) -> ChipOutcome {
        let flooding = held.lines.filter { lines[$0].isFlooding && resting[$0] == nil }
        guard !flooding.isEmpty else { return ChipOutcome() }
        for line in flooding { resting[line] = time + FloodWatch.rest }
        nextSample = nextSample ?? time + FloodWatch.pace
        var outcome = silence(of: held)
        // Read the edges that the kernel already holds, so that edge numbers go on from there. Then read the level.
        if outcome.gone == nil { outcome += apply(held.readChanges(), of: held, at: time) }
        return outcome
    }

    /// Samples the levels of flooding lines. When a line has rested, watches its edges again.
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
            // The kernel did not switch the edges on again, so keep sampling the level.
            for line in rested { resting[line] = time + FloodWatch.rest }
            return outcome
        }
        // These edges are older than the levels already reported. Read them before `calm`, while the line ignores
        // edges.
        outcome += apply(held.readChanges(), of: held, at: time)
        for line in rested { lines[line].calm() }
        return outcome
    }

    /// Applies `resting` to the kernel's request and to the event loop.
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
