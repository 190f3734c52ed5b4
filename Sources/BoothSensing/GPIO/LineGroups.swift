// SPDX-License-Identifier: Apache-2.0
import GPIO

/// A line to request: its index in the owner's list, and its settings.
struct WantedLine<Setting> {
    let line: Int
    let setting: Setting
}

/// Requests lines in as few requests as the kernel allows.
///
/// The kernel grants a request for all of its lines or for none, so one bad line spoils it. The bad line is found by
/// halving. The good lines stay together, because each request costs a descriptor and a buffer in the kernel.
struct LineGroups<Setting> {
    /// Requests a group of 1...`GPIORequest.mostLines` lines.
    let request: ([WantedLine<Setting>]) throws(GPIOError) -> Void
    /// Called for each line that is refused even alone.
    let refuse: (WantedLine<Setting>, GPIOError) -> Void

    /// - Throws: `GPIOError` when the chip is gone.
    func requestAll(_ wanted: [WantedLine<Setting>]) throws(GPIOError) {
        var rest = wanted[...]
        while !rest.isEmpty {
            try requestGroup(Array(rest.prefix(GPIORequest.mostLines)))
            rest = rest.dropFirst(GPIORequest.mostLines)
        }
    }

    private func requestGroup(_ group: [WantedLine<Setting>]) throws(GPIOError) {
        do throws(GPIOError) {
            try request(group)
        } catch {
            if error.meansChipGone { throw error }
            guard group.count > 1 else { return refuse(group[0], error) }
            try requestGroup(Array(group[..<(group.count / 2)]))
            try requestGroup(Array(group[(group.count / 2)...]))
        }
    }
}
