// SPDX-License-Identifier: Apache-2.0

/// An open chip, closed with its last owner. A class, so that optionals and searches can hold it: `GPIOChip` cannot be
/// copied.
///
/// Swift 6.0's optimiser closes a `GPIOChip` too early when it is a local variable of a function with several returns.
/// As a property of an object it stays open.
package final class OpenChip {
    package let chip: GPIOChip

    /// Opens the chip at `path`.
    ///
    /// - Throws: `GPIOError`, as `GPIOChip` does.
    package init(path: String) throws(GPIOError) {
        chip = try GPIOChip(path: path)
    }

    /// The holder of the line at `offset`, if the kernel knows it.
    package func consumer(of offset: Int) -> String? {
        do throws(GPIOError) {
            return try chip.line(at: offset).consumer
        } catch {
            return nil
        }
    }
}
