// SPDX-License-Identifier: Apache-2.0
import GPIO

/// A line to be requested: which one of its owner's list, and how.
struct WantedLine<Setting> {
    let line: Int
    let setting: Setting
}

/// Requests lines in as few requests as the kernel takes.
///
/// A request is for all of its lines or for none, so that one line spoils it for the others; it is found by halves, and
/// the good lines keep together: a request is a descriptor and a buffer in the kernel.
struct LineGroups<Setting> {
    /// Requests a group of 1...`GPIORequest.mostLines` lines.
    let request: ([WantedLine<Setting>]) throws(GPIOError) -> Void
    /// Is told of each line that cannot be had by itself.
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
