// SPDX-License-Identifier: Apache-2.0
import BoothModel
import GPIO

/// Requests the lines of one chip that are not held: finds each among the chip's lines, then requests them in groups.
struct LineClaim<Setting> {
    /// The lines to request, by their numbers in the owner's list, and how each is found.
    let missing: [(line: Int, selector: GPIOLineSelector)]
    /// How a line is requested, by its number and its offset on the chip.
    let setting: (Int, Int) -> Setting
    /// Requests a group of lines.
    let hold: ([WantedLine<Setting>]) throws(GPIOError) -> [SensorReport]
    /// Why a line cannot be requested by itself.
    let reason: (GPIOError, WantedLine<Setting>) -> GPIOLineSearchError
    /// Notes that a line is not available.
    let lose: (Int, GPIOLineSearchError) -> [SensorReport]

    /// - Parameters:
    ///   - present: every line of the chip.
    ///   - claimed: offsets that are held already.
    func request(among present: [GPIOLineInfo], claimed: Set<Int>) -> ChipOutcome {
        var outcome = ChipOutcome()
        var claimed = claimed
        var wanted: [WantedLine<Setting>] = []
        for (line, selector) in missing {
            do throws(GPIOLineSearchError) {
                let found = try GPIOLineInfo.find(selector, among: present, claimed: claimed)
                claimed.insert(found.offset)
                wanted.append(WantedLine(line: line, setting: setting(line, found.offset)))
            } catch {
                outcome.reports += lose(line, error)
            }
        }
        let groups = LineGroups<Setting>(
            request: { group throws(GPIOError) in outcome.reports += try self.hold(group) },
            refuse: { outcome.reports += self.lose($0.line, self.reason($1, $0)) })
        do throws(GPIOError) {
            try groups.requestAll(wanted)
        } catch {
            outcome.gone = error
        }
        return outcome
    }
}
