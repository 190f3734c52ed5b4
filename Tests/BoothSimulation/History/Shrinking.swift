// SPDX-License-Identifier: Apache-2.0
import BoothModel

// The shortest history that still fails (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input").
extension History {
    /// Leaves out what the failure does not need.
    ///
    /// - Parameters:
    ///   - most: so many runs at most.
    ///   - patience: about so long at most; the history may be shorter still then.
    ///   - progress: told how many steps are left.
    ///   - fails: whether a history still fails the same way.
    package func shrunk(
        most: Int = 4000, within patience: Duration = .seconds(60), progress: (Int) -> Void = { _ in },
        fails: (History) -> Bool
    ) -> History {
        let end = BootTime.now() + patience
        var history = self
        var runs = 0
        var parts = 2
        while history.steps.count > 1, runs < most, BootTime.now() < end {
            let size = max(1, history.steps.count / parts)
            var hasShrunk = false
            var begin = 0
            while begin < history.steps.count, runs < most, BootTime.now() < end {
                var shorter = history
                shorter.steps.removeSubrange(begin..<min(begin + size, history.steps.count))
                runs += 1
                if fails(shorter) {
                    history = shorter
                    hasShrunk = true
                    progress(history.steps.count)
                } else {
                    begin += size
                }
            }
            if size == 1, !hasShrunk { break }
            parts = hasShrunk ? max(2, parts - 1) : min(parts * 2, history.steps.count)
        }
        return history
    }

    /// The words of a problem without its ids and numbers: two failures with the same are the same.
    package static func kind(of finding: String) -> String {
        let words = finding.split(separator: ": ", maxSplits: 1).last ?? ""
        return String(words.filter { !$0.isNumber && !"abcdef-".contains($0) || $0 == " " })
    }
}
